import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { makeViewEngine } from '../../src/http/view-engine.ts';

/** Writes the views into a folder of their own; gives what renders `page`. */
const engineFor = (views: Record<string, string>) => {
  const dir = mkdtempSync(join(tmpdir(), 'pos-views-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  for (const [name, source] of Object.entries(views)) {
    const file = join(dir, `${name}.ejs`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, source);
  }
  const render = promisify(makeViewEngine(dir));
  return (locals: object) => render(join(dir, 'page.ejs'), locals);
};

test('an include gets what it is handed, then what it reads of the locals around it, through other includes too', async () => {
  const render = engineFor({
    page: `<%- include('parts/outer', { name: 'handed' }) %>/<%= name %>`,
    'parts/outer': `<%- include('inner') %>`,
    'parts/inner': `<%= name %>-<%= place %>-<%= locals.maybe ? 'there' : 'not' %>`,
  });
  expect(await render({ name: 'own', place: 'Oakfield' })).toBe('handed-Oakfield-not/own');
  expect(await render({ name: 'own', place: 'Oakfield', maybe: 1 })).toBe('handed-Oakfield-there/own');
});

test('names in loops, spreads, templates and arrow functions are found; strings and properties are none', async () => {
  const render = engineFor({
    page: '<% for (const one of [...list, last]) { %><%= `${prefix}${one.name}` %><% } %><%= list.map((x) => x.name).join(glue) %><% const glue2 = glue; %><%= glue2 %>',
  });
  const list = [{ name: 'a' }, { name: 'b' }];
  expect(await render({ list, last: { name: 'c' }, prefix: '.', glue: '+' })).toBe('.a.b.ca+b+');
});

test('everything that is written is escaped; null writes nothing; undefined is a fault', async () => {
  const render = engineFor({ page: `<p title="<%= text %>"><%= text %></p>` });
  expect(await render({ text: `<b> & "c" 'd'` })).toBe(
    '<p title="&lt;b&gt; &amp; &#34;c&#34; &#39;d&#39;">&lt;b&gt; &amp; &#34;c&#34; &#39;d&#39;</p>',
  );
  expect(await render({ text: null })).toBe('<p title=""></p>');
  await expect(render({})).rejects.toThrow('in views/page.ejs: a view wrote undefined');
});

test('faults of a view are found when the service starts', () => {
  expect(() => engineFor({ page: '<% if (%>' })).toThrow('in views/page.ejs: Unexpected token');
  expect(() => engineFor({ page: '<%= process.env.SECRET %>' })).toThrow("reads the global 'process'");
  expect(() => engineFor({ page: '<%- include(path) %>' })).toThrow('not a plain path');
  expect(() => engineFor({ page: `<%- include('nowhere') %>` })).toThrow('there is no view nowhere');
});
