import { paths } from '../paths.ts';

/** What a browser might read as something else than it looks: other slashes, dots, controls, also when encoded. */
const TRICKS = /%(2e|2f|5c|25|0|1|7f)/i;
const CONTROLS = /[\p{Cc}\\\s]/u;

/**
 * Gives the address to go on to after signing in, or undefined (R52): only a page of the office, as a path on this very
 * host. `//host`, `/\\host`, whole addresses, control characters, dot segments and their encoded forms are refused, and
 * so are the pages of signing in and out themselves.
 */
export const safeNext = (next: unknown): string | undefined => {
  if (typeof next !== 'string' || next.length > 2000 || CONTROLS.test(next) || next.includes('#')) return undefined;
  const [path = ''] = next.split('?', 1);
  return isOffice(path) && !isTricky(path) && path !== paths.signIn && path !== paths.signOut ? next : undefined;
};

const isOffice = (path: string): boolean => path === paths.admin || path.startsWith(`${paths.admin}/`);

const isTricky = (path: string): boolean =>
  path.includes('//') || TRICKS.test(path) || path.split('/').some((part) => /^\.+$/.test(part));
