// The yardstick of a page: the same HTML from one flat EJS template with its cache on, every text handed in as a local;
// no includes, no session, no database, no headers. Takes a folder with text.html and table.html.
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import ejs from 'ejs';
import express from 'express';

const [dir = ''] = process.argv.slice(2);
const app = express();
app.engine('ejs', ejs.renderFile);
app.set('view engine', 'ejs');
app.set('views', dir);
app.enable('view cache');

for (const name of ['text', 'table']) {
  const texts: string[] = [];
  const flat = readFileSync(join(dir, `${name}.html`), 'utf8').replace(
    />([^<>]*[^<>\s][^<>]*)</g,
    (_, text: string) => {
      texts.push(text);
      return `><%= texts[${texts.length - 1}] %><`;
    },
  );
  writeFileSync(join(dir, `${name}.ejs`), flat);
  app.get(`/${name}`, (_req, res) => res.render(name, { texts }));
}

const server = createServer(app);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`${JSON.stringify({ msg: 'listening', port: (server.address() as AddressInfo).port })}\n`);
