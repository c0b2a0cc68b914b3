import { Router } from 'express';
import { careFigures } from '../dashboard/care-figures.ts';
import { type Gauge, gaugesOf } from '../dashboard/system-gauges.ts';
import type { ReadSystemStatus } from '../dashboard/system-status.ts';
import { cached } from '../platform/cached.ts';
import type { Clock } from '../platform/clock.ts';
import type { Gauges } from '../platform/figures.ts';
import type { Counted } from '../platform/metrics.ts';
import { prometheusText } from '../platform/prometheus-text.ts';
import { Refused } from '../shared/errors.ts';
import { sameSecret } from './middleware/signer.ts';
import { paths } from './paths.ts';

type Deps = {
  token: string | undefined;
  readSystemStatus: ReadSystemStatus;
  readFigures: () => Promise<{ counted: Counted; gauges: Gauges }>;
  clock: Clock;
};

/** However often somebody asks, the parts are asked once in so long. */
const KEEP_MS = 5000;

/** `/metrics` in the text format of Prometheus, for whoever shows the token; without one configured there is no such page. */
export const makeMetrics = ({ token, readSystemStatus, readFigures, clock }: Deps): Router => {
  const read = cached(
    async () => {
      const [{ counted, gauges }, status] = await Promise.all([readFigures(), readSystemStatus()]);
      const known = { ...gauges, ...careFigures(status, status.readAt) };
      return `${textOf(gaugesOf(status))}${prometheusText(counted, known)}`;
    },
    { ms: KEEP_MS, clock },
  );
  const router = Router();
  router.get(paths.metrics, async (req, res) => {
    if (token === undefined) throw new Refused('not-found');
    res.set('Cache-Control', 'no-store');
    if (!sameSecret(req.get('authorization') ?? '', `Bearer ${token}`)) {
      res.status(401).set('WWW-Authenticate', 'Bearer').type('text/plain').send('The token is missing or wrong.\n');
      return;
    }
    res.type('text/plain; version=0.0.4').send(await read('all'));
  });
  return router;
};

const textOf = (gauges: Gauge[]): string =>
  gauges
    .flatMap(({ name, help, values }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} gauge`,
      ...values.map(({ labels = {}, value }) => `${name}${labelsOf(labels)} ${value}`),
    ])
    .map((line) => `${line}\n`)
    .join('');

const labelsOf = (labels: Record<string, string>): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, '_')}"`);
  return pairs.length > 0 ? `{${pairs.join()}}` : '';
};
