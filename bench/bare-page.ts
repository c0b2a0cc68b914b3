// The yardstick of a page: Express and EJS with its cache on, rendering a fixed model; no session, no database, nothing.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import ejs from 'ejs';
import express from 'express';

const app = express();
app.engine('ejs', ejs.renderFile);
app.set('view engine', 'ejs');
app.set('views', 'bench/views');
app.enable('view cache');

const sentences = Array.from({ length: 30 }, (_, n) => `Sentence ${n} of a page that says what a photo is for.`);
const rows = Array.from({ length: 50 }, (_, n) => ({
  id: n + 1,
  name: `Parent number ${n}`,
  child: `Child number ${n}`,
  className: `${(n % 6) + 1}A`,
  status: 'approved',
  words: 'Approved',
  changed: '12 May',
  thumb: `/admin/photos/${n + 1}/thumb`,
}));
app.get('/text', (_req, res) => res.render('text', { title: 'Send us your photo', sentences }));
app.get('/table', (_req, res) => res.render('table', { title: 'Parents', rows }));

const server = createServer(app);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`${JSON.stringify({ msg: 'listening', port: (server.address() as AddressInfo).port })}\n`);
