import { fileURLToPath } from 'node:url';
import express, { type ErrorRequestHandler, type RequestHandler, type Router } from 'express';
import type { makeAssets } from './assets.ts';
import { checkCsrf } from './middleware/csrf.ts';
import { knownMethods } from './middleware/known-methods.ts';
import { notFound } from './not-found.ts';
import { paths } from './paths.ts';
import { icons } from './presenters/icons.ts';
import { makeViewEngine } from './view-engine.ts';

type Handlers = RequestHandler[];
type Deps = {
  trustProxy: string | false;
  requestLog: RequestHandler;
  secureHop: RequestHandler;
  security: Handlers;
  sameOrigin: RequestHandler;
  health: Router;
  metrics: Router;
  assets: Awaited<ReturnType<typeof makeAssets>>;
  locale: RequestHandler;
  parentSession: Handlers;
  linkPages: Router[];
  parentPages: Router[];
  staffSession: Handlers;
  currentStaff: RequestHandler;
  adminPages: Router[];
  renderError: ErrorRequestHandler;
};

export const viewsDir = fileURLToPath(new URL('../../views', import.meta.url));
export const publicDir = fileURLToPath(new URL('../../public', import.meta.url));

/** Small forms only: names, a note, a token. Photos have their own way (middleware/photo-upload.ts). */
const forms = express.urlencoded({ extended: false, limit: '16kb', parameterLimit: 50 });

/** Compiled at the first application of a process, for all of them. */
let viewEngine: ReturnType<typeof makeViewEngine> | undefined;

/** The order of everything that a request meets. */
export const makeApp = (deps: Deps) => {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', deps.trustProxy);
  app.set('query parser', 'simple');
  app.set('views', viewsDir);
  app.engine('ejs', (viewEngine ??= makeViewEngine(viewsDir)));
  app.set('view engine', 'ejs');
  app.enable('view cache');
  Object.assign(app.locals, { asset: deps.assets.address, imports: deps.assets.imports, icons });

  app.use(deps.requestLog, deps.secureHop, deps.security, knownMethods);
  app.use(deps.health, deps.metrics);
  app.use(deps.assets.router);
  app.get(paths.robots, (_req, res) => void res.type('text/plain').send('User-agent: *\nDisallow: /\n'));
  app.get(paths.root, (_req, res) => res.redirect(303, paths.admin));

  app.use(deps.sameOrigin);
  app.use('/onboarding', deps.locale, forms);
  app.use('/onboarding/p', deps.parentSession, checkCsrf);
  app.use(deps.parentPages);
  app.use(deps.linkPages);

  app.use('/admin', forms, deps.staffSession, deps.currentStaff, checkCsrf);
  app.use(deps.adminPages);

  app.use(notFound);
  app.use(deps.renderError);
  app.use(lastResort);
  return app;
};

/** When even the error page failed: its id, and nothing that Express would tell. */
const lastResort: ErrorRequestHandler = (_error, _req, res, next) => {
  if (res.headersSent) next(_error);
  else res.status(500).type('text/plain').send(`${res.locals.requestId}\n`);
};
