import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KNOWN_METHODS } from '../../src/http/middleware/known-methods.ts';
import { paths } from '../../src/http/paths.ts';
import { edgePageNames } from '../../src/http/presenters/edge-page.ts';
import { languages } from '../../src/platform/languages.ts';
import { loadConfig } from '../../src/shared/config.ts';

const conf = readFileSync(new URL('../../nginx.conf', import.meta.url), 'utf8').replaceAll(/#.*/g, '');
/** The locations with what stands in them; none has another inside. */
const locations = [...conf.matchAll(/location ([^{]+) \{([^}]*)\}/g)].map(([, name = '', body = '']) => ({
  name,
  body,
}));

test('nginx.conf says what the service says: languages, methods, pages, addresses', () => {
  expect(new Set(conf.match(/\(\?<tongue>[^)]*\)/g))).toEqual(new Set([`(?<tongue>${languages.join('|')})`]));
  expect(conf).toContain(`^(${KNOWN_METHODS.join('|')})$`);
  const [, pages = ''] = /map \$status \$page \{([^}]*)\}/.exec(conf) ?? [];
  expect([...pages.matchAll(/\w+ ([\w-]+);/g)].map(([, name]) => name).sort()).toEqual([...edgePageNames].sort());
  const names = locations.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([`${paths.assets}/`, `${paths.photoFiles}/`]));
  expect(names.filter((name) => name.includes('photo/?$'))).toHaveLength(1);
});

test('nginx takes more of an upload than the service, whose own page says what is too big', () => {
  const upload = locations.find(({ name }) => name.includes('photo/?$'))?.body ?? '';
  const most = Number(/client_max_body_size (\d+)m/.exec(upload)?.[1]);
  expect(most).toBeGreaterThan(loadConfig({}).MAX_UPLOAD_MB + 1);
});

test('a location with headers of its own repeats HSTS: it inherits none', () => {
  const withHeaders = locations.filter(({ body }) => body.includes('add_header'));
  expect(withHeaders.length).toBeGreaterThan(2);
  for (const { name, body } of withHeaders)
    expect(body, name).toContain('Strict-Transport-Security "max-age=31536000"');
});

test('R67: no variable that holds an address, a cookie or a Referer is in the log', () => {
  const [, format = ''] = /log_format json ([^;]*);/.exec(conf) ?? [];
  expect(format).toContain('"route":"$shape"');
  expect(format).not.toMatch(
    /\$(request|request_uri|uri|document_uri|args|query_string|arg_\w+|http_\w+|cookie_\w+)\b/,
  );
  expect(conf.match(/\baccess_log\b[^;]*/g)?.filter((line) => !/ off$| json$/.test(line))).toEqual([]);
});
