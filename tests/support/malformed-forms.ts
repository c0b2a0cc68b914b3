// Forms that no browser makes. Each is to be refused: none may be taken for a photo, or cost more than a photo.
import { randomUUID } from 'node:crypto';
import { BOUNDARY, field, file, multipart } from './multipart.ts';

type Form = { body: Buffer; headers?: Record<string, string | null> };
type Parts = { csrf: string; photo: Buffer };

const type = (value: string | null) => ({ 'Content-Type': value });
const lines = (...all: string[]) => Buffer.from(all.join('\r\n'));

export const malformedForms = ({ csrf, photo }: Parts): Record<string, Form> => {
  const token = field('_csrf', csrf);
  const id = field('upload_id', randomUUID());
  const picture = file(photo);
  const valid = multipart([token, id, picture]);
  const text = valid.toString('latin1');
  const withToken = (...parts: Parameters<typeof multipart>[0]): Form => ({ body: multipart([token, ...parts]) });
  const raw = (changed: string): Form => ({ body: Buffer.from(changed, 'latin1') });
  const as = (contentType: string | null, body = valid): Form => ({ body, headers: type(contentType) });
  const bare = (...headers: (string | Buffer)[]): Form => withToken(id, { headers, body: photo });
  return {
    ...envelope({ valid, as }),
    ...boundaries({ text, raw, as }),
    'no headers on a part': bare(),
    'no disposition': bare('Content-Type: image/jpeg'),
    'a disposition without a value': bare('Content-Disposition:'),
    'another disposition': bare('Content-Disposition: attachment; name="photo"; filename="a.jpg"'),
    'no name': bare('Content-Disposition: form-data; filename="a.jpg"'),
    'an empty name': bare('Content-Disposition: form-data; name=""; filename="a.jpg"'),
    'another name': bare('Content-Disposition: form-data; name="picture"; filename="a.jpg"'),
    'a name of 10,000 letters': bare(`Content-Disposition: form-data; name="${'n'.repeat(10_000)}"; filename="a.jpg"`),
    'no file name': bare('Content-Disposition: form-data; name="photo"'),
    'an empty file name': bare('Content-Disposition: form-data; name="photo"; filename=""'),
    'NUL in a header': bare('Content-Disposition: form-data; name="pho\0to"; filename="a.jpg"'),
    'NUL in the name of a header': bare('Content-\0Disposition: form-data; name="photo"; filename="a.jpg"'),
    'a header without a colon': bare('Content-Disposition form-data', 'x'),
    'a header of 100 kB': bare(
      `X: ${'x'.repeat(100_000)}`,
      'Content-Disposition: form-data; name="photo"; filename="a.jpg"',
    ),
    '10,000 headers': bare(...Array.from({ length: 10_000 }, (_, i) => `X-${i}: 1`)),
    'a line feed alone between headers': bare('Content-Disposition: form-data;\n name="photo"; filename="a.jpg"\nX: y'),
    'a broken character set': bare('Content-Disposition: form-data; name*=xx\'\'%ff%fe; filename="a.jpg"'),
    'two photos': withToken(id, picture, picture),
    'three photos of one name each': withToken(
      id,
      picture,
      file(photo, 'b.jpg', 'photo2'),
      file(photo, 'c.jpg', 'photo3'),
    ),
    'a photo in brackets': withToken(id, file(photo, 'a.jpg', 'photo[]')),
    '100 fields': withToken(id, ...Array.from({ length: 100 }, (_, i) => field(`f${i}`, 'x')), picture),
    '100 times the token': { body: multipart([...Array.from({ length: 100 }, () => token), id, picture]) },
    'a field of 1 MB': withToken(field('note', 'x'.repeat(1024 * 1024)), id, picture),
    'an id of 1 MB': withToken(field('upload_id', 'x'.repeat(1024 * 1024)), picture),
    'a deep name': withToken(field(`a${'[b]'.repeat(500)}`, 'x'), id, picture),
    'an index far away': withToken(field('upload_id[4000000000]', 'x'), picture),
    'a list of ids': withToken(id, id, picture),
    'an id with parts': withToken(field('upload_id[a]', randomUUID()), picture),
    'no id': withToken(picture),
    'an id that is none': withToken(field('upload_id', 'abc'), picture),
    'an id of another kind': withToken(field('upload_id', '00000000-0000-1000-8000-000000000000'), picture),
    'an id in a query': withToken(field('upload_id', `${randomUUID()}' or '1'='1`), picture),
    'no file': withToken(id),
    'an empty file': withToken(id, file(Buffer.alloc(0))),
    'a file in the place of the token': { body: multipart([file(Buffer.from(csrf), 'a', '_csrf'), id, picture]) },
    'a file in the place of the id': withToken(file(Buffer.from(randomUUID()), 'a', 'upload_id'), picture),
    'no token': { body: multipart([id, picture]) },
    'the token last': { body: multipart([id, picture, token]) },
    'another token': { body: multipart([field('_csrf', 'x'.repeat(csrf.length)), id, picture]) },
    'a list of tokens': { body: multipart([token, field('_csrf', 'x'), id, picture]) },
    'the token in the prototype': { body: multipart([field('__proto__[_csrf]', csrf), id, picture]) },
    'a form in the form': withToken(id, {
      headers: ['Content-Type: multipart/mixed; boundary=inner', 'Content-Disposition: form-data; name="photo"'],
      body: multipart([file(photo)], { boundary: 'inner' }),
    }),
    'a form in the form, 500 deep': withToken(id, {
      headers: ['Content-Disposition: form-data; name="photo"'],
      body: nested(500),
    }),
  };
};

/** The request around the form: its type, its encoding. */
const envelope = ({ valid, as }: { valid: Buffer; as: (contentType: string | null, body?: Buffer) => Form }) => ({
  'no content type': as(null),
  'an empty content type': as(''),
  'an unknown content type': as(`banana; boundary=${BOUNDARY}`),
  urlencoded: as('application/x-www-form-urlencoded', Buffer.from('_csrf=x&photo=y')),
  'multipart called urlencoded': as('application/x-www-form-urlencoded'),
  JSON: as('application/json', Buffer.from('{"_csrf":"x","photo":"y"}')),
  'broken JSON': as('application/json', Buffer.from('{'.repeat(5000))),
  'a bare picture': as('image/jpeg'),
  'multipart/mixed': as(`multipart/mixed; boundary=${BOUNDARY}`),
  'multipart/related': as(`multipart/related; boundary=${BOUNDARY}`),
  'multipart without a kind': as(`multipart; boundary=${BOUNDARY}`),
  gzip: { body: valid.subarray(0, 200), headers: { 'Content-Encoding': 'gzip' } },
  'no body': as(`multipart/form-data; boundary=${BOUNDARY}`, Buffer.alloc(0)),
});

type Makers = { text: string; raw: (changed: string) => Form; as: (contentType: string | null, body?: Buffer) => Form };

const boundaries = ({ text, raw, as }: Makers) => ({
  'no boundary': as('multipart/form-data'),
  'an empty boundary': as('multipart/form-data; boundary='),
  'an empty boundary in quotes': as('multipart/form-data; boundary=""'),
  'another boundary': as('multipart/form-data; boundary=other'),
  'a boundary of 5,000 letters': as(`multipart/form-data; boundary=${'b'.repeat(5000)}`),
  'half a quoted boundary': as(`multipart/form-data; boundary="${BOUNDARY}`),
  'a boundary in a list': as(`multipart/form-data; boundary[]=${BOUNDARY}`),
  'no closing boundary': raw(text.slice(0, text.lastIndexOf(`--${BOUNDARY}`))),
  'half a closing boundary': raw(text.slice(0, -4)),
  'only the first boundary': raw(`--${BOUNDARY}\r\n`),
  'only the last boundary': raw(`--${BOUNDARY}--\r\n`),
  'a thousand boundaries': raw(`--${BOUNDARY}\r\n`.repeat(1000)),
  'a thousand line ends': raw('\r\n'.repeat(1000)),
  'no line ends': raw(text.replaceAll('\r\n', '')),
  'line feeds alone': raw(text.replaceAll('\r\n', '\n')),
  'no empty line before the value': {
    body: lines(`--${BOUNDARY}`, 'Content-Disposition: form-data; name="_csrf"', 'x', `--${BOUNDARY}--`, ''),
  },
  noise: { body: Buffer.alloc(100_000, 0xff) },
});

const nested = (depth: number): Buffer => {
  let body: Buffer = Buffer.from('x');
  for (let i = 0; i < depth; i += 1) {
    const headers = [`Content-Type: multipart/mixed; boundary=b${i}`, 'Content-Disposition: form-data; name="p"'];
    body = multipart([{ headers, body }], { boundary: `b${i + 1}` });
  }
  return body;
};
