type Part = { headers: (string | Buffer)[]; body: Buffer | string };

/** As long as browsers make it: the shorter it is, the longer a parser looks for it. */
export const BOUNDARY = '----ParentFormBoundary7d2fQx81LmZt04Ws';

/** A field as browsers write it. */
export const field = (name: string, value: string): Part => ({
  headers: [`Content-Disposition: form-data; name="${name}"`],
  body: value,
});

/** A file as browsers write it; `filename` goes out byte by byte as it is. */
export const file = (bytes: Buffer, filename: string | Buffer = 'me.jpg', name = 'photo'): Part => ({
  headers: [
    Buffer.concat([
      Buffer.from(`Content-Disposition: form-data; name="${name}"; filename="`),
      Buffer.from(filename),
      Buffer.from('"'),
    ]),
    'Content-Type: image/jpeg',
  ],
  body: bytes,
});

/** The body of a form; without `end` the closing boundary is missing. */
export const multipart = (parts: Part[], { boundary = BOUNDARY, end = true } = {}): Buffer =>
  Buffer.concat([
    ...parts.flatMap(({ headers, body }) => [
      Buffer.from(`--${boundary}\r\n`),
      ...headers.flatMap((line) => [Buffer.from(line), Buffer.from('\r\n')]),
      Buffer.from('\r\n'),
      Buffer.from(body),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(end ? `--${boundary}--\r\n` : ''),
  ]);
