import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRequestLog } from '../../src/http/middleware/request-log.ts';
import { paths, to } from '../../src/http/paths.ts';
import { makeRenderError } from '../../src/http/render-error.ts';
import { makeI18n } from '../../src/platform/i18n.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { makeMetrics } from '../../src/platform/metrics.ts';
import { systemClock } from '../../src/platform/clock.ts';

const metrics = makeMetrics();
const lines: string[] = [];
const noted: string[] = [];
const logger = makeLogger({ level: 'info', stream: { write: (line) => void lines.push(line) } });
const app = express();
const server = createServer(app);
let url: string;
beforeAll(async () => {
  const noteError = (_error: unknown, { place, id = '' }: { place: string; id?: string | undefined }) => {
    noted.push(place);
    return { errorId: id, fingerprint: '77a0d2aa' };
  };
  app.use(makeRequestLog({ logger, metrics }));
  app.get('/never', () => undefined);
  app.get('/half', (_req, res) => {
    res.write('half');
    throw new TypeError('the other half');
  });
  app.post(paths.parentPhoto, () => undefined);
  const findNone = () => Promise.resolve(undefined);
  const around = { schools: { findOnly: findNone } as never, staffRecords: { findAdminName: findNone } };
  const i18n = await makeI18n();
  app.use(makeRenderError({ ...around, logger, noteError, i18n, clock: systemClock, maxUploadMb: 5 }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('who does not wait for an answer is counted, with the time; an upload that broke off is not', async () => {
  const giveUp = async (path: string, method: string) => {
    const before = lines.length;
    await expect(fetch(url + path, { method, signal: AbortSignal.timeout(100) })).rejects.toThrow();
    await expect.poll(() => lines.length).toBeGreaterThan(before);
  };
  await giveUp('/never', 'GET');
  const { counts, latency } = metrics.read();
  expect(counts).toMatchObject({ Requests: 1, RequestsAborted: 1, RequestErrors: 0 });
  expect(latency.count).toBe(1);
  expect(latency.sum).toBeGreaterThan(50);
  await giveUp(to.parentPhoto(1), 'POST');
  expect(metrics.read().counts).toMatchObject({ Requests: 1, RequestsAborted: 1 });
});

test('R57: an error after the first byte is logged and noted too, and the answer is cut off', async () => {
  await expect(fetch(`${url}/half`).then((answer) => answer.text())).rejects.toThrow();
  expect(lines.filter((line) => line.includes('request failed'))).toHaveLength(1);
  expect(noted).toEqual(['GET /half']);
});
