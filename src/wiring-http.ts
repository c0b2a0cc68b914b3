import type { Config } from './shared/config.ts';
import type { Server } from 'node:http';
import { makeSystemActions } from './dashboard/system-actions.ts';
import { makeApp, publicDir, viewsDir } from './http/app.ts';
import { makeAssets } from './http/assets.ts';
import { type Drain, makeHealth } from './http/health.ts';
import { listen } from './http/listen.ts';
import { makeMetrics } from './http/metrics.ts';
import { makeLinkToken } from './http/middleware/csrf.ts';
import { makeGrantParent, makeRequireParent, PARENT_SESSION_MS } from './http/middleware/current-parent.ts';
import { makeCurrentStaff, STAFF_IDLE_SECONDS } from './http/middleware/current-staff.ts';
import { makeKnownBrowsers } from './http/middleware/known-browsers.ts';
import { makeLinkMisses } from './http/middleware/link-misses.ts';
import { makeLocale } from './http/middleware/locale.ts';
import { makePhotoUpload } from './http/middleware/photo-upload.ts';
import { makeRequestLog } from './http/middleware/request-log.ts';
import { makeSameOrigin } from './http/middleware/same-origin.ts';
import { makeSecureHop } from './http/middleware/secure-hop.ts';
import { makeSecurity } from './http/middleware/security.ts';
import { makeSession } from './http/middleware/session.ts';
import { makeUploadLimit } from './http/middleware/upload-limit.ts';
import { makeAdminPages } from './http/admin/admin-pages.ts';
import { makeChecks } from './http/parent/checks.ts';
import { makeDecline } from './http/parent/decline.ts';
import { makeDeletion } from './http/parent/deletion.ts';
import { makeFindLink } from './http/parent/find-link.ts';
import { makeNotMe } from './http/parent/not-me.ts';
import { makeOpenLink } from './http/parent/open-link.ts';
import { makeOwnPicture } from './http/parent/own-picture.ts';
import { makeSendPhoto } from './http/parent/send-photo.ts';
import { makeStatus } from './http/parent/status.ts';
import { makeStaticFiles } from './http/static-files.ts';
import { makeRenderError } from './http/render-error.ts';
import { makeI18n } from './platform/i18n.ts';
import { keptSessionSecret } from './platform/session-secret.ts';
import { makeSessionStore } from './platform/session-store.ts';
import { wireSystemStatus } from './wiring-status.ts';
import type { Wired } from './wiring.ts';

/** Builds the web application on the wired features and listens. `drain` tells it that the process is about to stop. */
export const wireHttp = async (service: Wired): Promise<{ server: Server; drain: Drain }> => {
  const { config } = service;
  const drain: Drain = { draining: false };
  const app = await wireApp(service, drain);
  return { server: await listen(app, { host: config.HOST, port: config.PORT }), drain };
};

/** The web application alone, for whoever listens by itself. Static files that were read already can be handed in. */
export const wireApp = async (service: Wired, drain: Drain, assets = makeAssets(publicDir)) => {
  const { config, db, clock, logger, metrics, schools, parents, files, decodes, makeRateLimit } = service;
  const secure = config.BASE_URL.startsWith('https:');
  const secrets = config.SESSION_SECRET ?? [await keptSessionSecret(config.DATA_DIR)];
  const i18n = await makeI18n();
  const locale = makeLocale({ i18n, secure });
  const linkToken = makeLinkToken({ secrets });
  const maxBytes = config.MAX_UPLOAD_MB * 1024 * 1024;
  const uploadLimit = makeUploadLimit({ makeRateLimit, clock });
  const photoUpload = makePhotoUpload({ files, maxBytes, decodes, limit: uploadLimit });
  const requireParent = makeRequireParent({ parents, schools, speakTo: locale.speakTo, clock });
  const grantParent = makeGrantParent({ clock });
  const linkMisses = makeLinkMisses({ makeRateLimit, clock });
  const { MAX_UPLOAD_MB: maxUploadMb, BASE_URL: baseUrl } = config;
  const findLink = makeFindLink({ parents, schools, linkMisses, linkToken, speakTo: locale.speakTo, clock });
  const session = { secrets, secure, clock };
  const knownBrowsers = makeKnownBrowsers(session);
  const parentSession = makeSession({
    ...session,
    name: 'parent',
    maxAge: PARENT_SESSION_MS,
    store: makeSessionStore(db, { ttl: PARENT_SESSION_MS / 1000 }),
  });

  const checkJobs = () => service.queue.check().then(service.jobs.check);
  const readSystemStatus = wireSystemStatus(service);

  return makeApp({
    trustProxy: config.TRUST_PROXY ?? false,
    requestLog: makeRequestLog({ logger, metrics }),
    secureHop: makeSecureHop({ secure }),
    security: makeSecurity({ https: secure, picturesFrom: service.picturesFrom }),
    sameOrigin: makeSameOrigin({ baseUrl: config.BASE_URL }),
    health: makeHealth({
      drain,
      components: [
        { name: 'database', check: () => db.raw('select 1') },
        { name: 'storage', check: service.checkStorage },
        { name: 'jobs', check: checkJobs },
      ],
    }),
    metrics: makeMetrics({ ...service, token: config.METRICS_TOKEN, readSystemStatus }),
    assets: await assets,
    locale: locale.middleware,
    parentSession,
    parentPages: [
      makeStatus({ ...service, requireParent, maxUploadMb }),
      makeSendPhoto({ ...service, requireParent, photoUpload, uploadLimit, maxUploadMb }),
      makeChecks({ ...service, requireParent, maxUploadMb }),
      makeOwnPicture({ ...service, requireParent }),
      makeDeletion({ ...service, requireParent }),
    ],
    linkPages: [
      makeOpenLink({ ...service, findLink, grantParent, parentSession, baseUrl }),
      makeNotMe({ ...service, findLink }),
      makeDecline({ ...service, findLink }),
    ],
    staffSession: makeSession({
      ...session,
      name: 'staff',
      store: makeSessionStore(db, { ttl: STAFF_IDLE_SECONDS }),
    }),
    currentStaff: makeCurrentStaff({ staff: service.staff, schools, i18n, clock }),
    adminPages: makeAdminPages({
      ...{ ...service, i18n, baseUrl, knownBrowsers, readSystemStatus },
      systemActions: makeSystemActions({ ...service, backups: service.officeBackups }),
    }),
    renderError: makeRenderError({
      logger,
      noteError: service.noteError,
      schools,
      staffRecords: service.staff,
      clock,
      i18n,
      maxUploadMb: config.MAX_UPLOAD_MB,
    }),
  });
};

/** What nginx sends by itself, for the command that writes it; needs neither database nor disk. */
export const wireStaticFiles = async ({ MAX_UPLOAD_MB: maxUploadMb }: Pick<Config, 'MAX_UPLOAD_MB'>) => {
  const staticFiles = makeStaticFiles({
    ...{ viewsDir, maxUploadMb },
    assets: await makeAssets(publicDir),
    i18n: await makeI18n(),
  });
  return staticFiles();
};
