import type { Request } from 'express';

/** The pattern of the route that a request met, never its address, which can hold a link; '(other)' where none was met. */
export const routeOf = (req: Request): string => (req.route as { path?: string } | undefined)?.path ?? '(other)';
