import type { Server } from 'node:http';

/** A handler's mark: the guards of the service carry one. */
type Guard = { guards: 'staff' | 'parent'; allowed?: string[] };
type Route = { method: string; path: string; guards: Guard[] };

type Handle = ((...args: never[]) => unknown) & Partial<Guard> & { stack?: Layer[] };
type Layer = {
  name: string;
  slash: boolean;
  rawPath?: unknown;
  handle: Handle;
  route?: { path: unknown; stack: { method?: string; handle: Handle }[] };
};
type Found = { routes: Route[]; mounts: { path: string; name: string }[] };

/** Every route that the running service answers, and everything that is mounted below a path of its own. */
export const findRoutes = (server: Server): Found => {
  const [app] = server.listeners('request') as unknown as { router: { stack: Layer[] } }[];
  if (!app) throw new Error('nothing answers requests');
  const found: Found = { routes: [], mounts: [] };
  walk(app.router.stack, found);
  return found;
};

const walk = (stack: Layer[], found: Found): void => {
  for (const layer of stack) {
    if (layer.route) addRoute(layer.route, found);
    else if (!layer.slash) found.mounts.push({ path: textOf(layer.rawPath), name: layer.name });
    if (layer.handle.stack) {
      if (!layer.slash) throw new Error(`a router below ${textOf(layer.rawPath)}: its paths would be read wrongly`);
      walk(layer.handle.stack, found);
    }
  }
};

const addRoute = ({ path, stack }: NonNullable<Layer['route']>, { routes }: Found): void => {
  for (const method of new Set(stack.map((one) => one.method?.toUpperCase() ?? 'ALL'))) {
    const handlers = stack.filter((one) => (one.method?.toUpperCase() ?? 'ALL') === method).map(({ handle }) => handle);
    const guards = handlers.flatMap(({ guards: kind, allowed }) =>
      kind === undefined ? [] : [{ guards: kind, ...(allowed ? { allowed } : {}) }],
    );
    routes.push({ method, path: textOf(path), guards });
  }
};

const textOf = (path: unknown): string => {
  if (typeof path !== 'string') throw new Error(`a path that is no text: ${String(path)}`);
  return path;
};
