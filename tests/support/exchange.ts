import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * Sends bytes to a plain port and gives all that comes back until the other side ends it, be it several answers; '' when
 * it was reset before.
 */
export const exchange = async (origin: string, bytes: string): Promise<string> => {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  socket.write(bytes, 'latin1');
  return text(socket).catch(() => '');
};

/** The statuses of the answers in it. */
export const statusesIn = (answers: string): number[] =>
  [...answers.matchAll(/^HTTP\/1\.[01] (\d{3}) /gm)].map(([, status]) => Number(status));

/** A head for the service, whose answer ends the connection unless `more` says otherwise. */
export const requestHead = (first: string, ...more: string[]): string =>
  [`${first} HTTP/1.1`, 'Host: 127.0.0.1', ...more, '', ''].join('\r\n');
