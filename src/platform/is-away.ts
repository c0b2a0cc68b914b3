/** PostgreSQL that is away, starting, stopping or full; a pool that gave no connection; a disk that is full or read-only; S3 that is away, refuses us or is full. */
const AWAY = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', '57P01', '57P02', '57P03', '53300', '53400'],
  ...['08000', '08001', '08003', '08006', '57014', '55P03', '25P03', '40P01', '40001'],
  ...['ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ENFILE', 'STORE_AWAY', 'STORE_DENIED', 'STORE_FULL'],
]);

/** Whether an error says that a part of the service is away for now, and not that the program is wrong. */
export const isAway = (error: Error): boolean =>
  ('syscall' in error && error.syscall === 'connect') || // also ENOENT: the socket of the embedded server is gone
  ('code' in error && AWAY.has(String(error.code))) ||
  error.name === 'KnexTimeoutError' ||
  /(^| - )(Connection terminated|timeout expired$)|is not queryable$/.test(error.message); // pg has no code for a connection that broke off; Knex puts the statement before it

/** Of those, what does not pass by itself or should never come: statements and transactions that were ended, no handles left, S3 that refuses us. */
const NOT_FORESEEN = new Set(['57014', '40P01', '40001', 'EMFILE', 'ENFILE', 'STORE_DENIED']);

/** Whether an error says that a part is away in a way that needs no alarm of its own. */
export const isForeseen = (error: Error): boolean =>
  isAway(error) && !('code' in error && NOT_FORESEEN.has(String(error.code)));
