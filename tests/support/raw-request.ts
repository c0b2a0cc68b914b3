import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';

export type Ask = {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer | URLSearchParams | FormData;
};

/** An answer as it came over the wire; `text` is its body as UTF-8. */
export type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer; text: string; location: string };

/**
 * Sends the path exactly as it stands: no browser in between that mends slashes, dots or backslashes, follows a
 * redirect or adds a header. Forms get the content type that a browser gives them, unless `headers` say otherwise.
 */
export const ask = async (origin: string, path: string, { method, headers, body }: Ask = {}): Promise<Answer> => {
  const encoded = await encode(body);
  const { hostname, port } = new URL(origin);
  const sent = request({
    hostname,
    port,
    path,
    agent: false, // a connection kept open can be closed in the moment that it is used again
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      accept: 'text/html',
      ...(encoded ? { 'content-length': String(encoded.bytes.length), ...encoded.headers } : {}),
      ...headers,
    },
  });
  sent.end(encoded?.bytes);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const bytes = await buffer(answer);
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body: bytes,
    text: bytes.toString(),
    location: answer.headers.location ?? '',
  };
};

const encode = async (body: Ask['body']) => {
  if (body === undefined) return undefined;
  if (typeof body === 'string' || Buffer.isBuffer(body)) return { bytes: Buffer.from(body), headers: {} };
  const response = new Response(body);
  return {
    bytes: Buffer.from(await response.arrayBuffer()),
    headers: { 'content-type': response.headers.get('content-type') ?? '' },
  };
};

/** The body of a plain form. */
export const form = (fields: Record<string, string>): URLSearchParams => new URLSearchParams(fields);

/** A form with a photo: the fields in their order, `photo` behind them. */
export const photoForm = (fields: Record<string, string>, photo: Buffer, name = 'photo.jpg'): FormData => {
  const data = new FormData();
  for (const [field, value] of Object.entries(fields)) data.append(field, value);
  data.append('photo', new Blob([new Uint8Array(photo)], { type: 'image/jpeg' }), name);
  return data;
};
