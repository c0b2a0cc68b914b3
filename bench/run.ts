// `npm run bench [-- --only NAME,NAME] [--json FILE]`: what the service costs beside its yardsticks (docs/quality.md, 'Speed
// and memory'). Each name has a service of its own, with an empty database.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measureBackup } from './measure-backup.ts';
import { measureCostly } from './measure-costly.ts';
import { measureCrowd } from './measure-crowd.ts';
import { measureMirror } from './measure-mirror.ts';
import { measurePages } from './measure-pages.ts';
import { measureFaceCheck, measureMemory, measureUpload } from './measure-upload.ts';
import { asTable, type Row } from './row.ts';
import { type Service, startService } from './service.ts';

const UPLOADS = 200;
const UPLOADS_FOR_MEMORY = 1000;
const FACES = 20;
const REQUESTS = 8000;
const CROWD = 1000;
const MIRRORED = 300;
const KEPT = { parents: 100_000, photos: 10_000 };

type Measurement = { checks: 'face' | 'off'; measure: (service: Service) => Promise<Row[]> };

const measurements: Record<string, Measurement> = {
  upload: {
    checks: 'off',
    measure: async (service) => [
      await measureUpload(service, UPLOADS, 'srgb'),
      await measureUpload(service, UPLOADS, 'p3'),
    ],
  },
  face: { checks: 'face', measure: async (service) => [await measureFaceCheck(service, FACES)] },
  pages: { checks: 'off', measure: (service) => measurePages(service, REQUESTS) },
  memory: { checks: 'off', measure: (service) => measureMemory(service, UPLOADS_FOR_MEMORY) },
  costly: { checks: 'off', measure: (service) => measureCostly(service, '4:2:0') },
  'costly-444': { checks: 'off', measure: (service) => measureCostly(service, '4:4:4') },
  crowd: { checks: 'off', measure: (service) => measureCrowd(service, CROWD) },
};

/** What brings its own service and more. */
const apart: Record<string, () => Promise<Row[]>> = { mirror: async () => [await measureMirror(MIRRORED)] };

/** Takes ten minutes and 8 GB of disk: only when it is asked for. */
const largeOnes: Record<string, Measurement> = {
  backup: { checks: 'off', measure: (service) => measureBackup(service, KEPT) },
};

const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } });
const asked = values.only?.split(',') ?? [...Object.keys(measurements), ...Object.keys(apart)];

// The first start after a change compiles TypeScript, which takes 50 MiB for the life of that process.
await (await startService('off')).stop();
const rows: Row[] = [];
for (const name of asked) {
  process.stderr.write(`${name} ...\n`);
  const other = apart[name];
  if (other) {
    rows.push(...(await other()));
    continue;
  }
  const measurement = measurements[name] ?? largeOnes[name];
  if (!measurement) {
    const known = Object.keys({ ...measurements, ...apart, ...largeOnes });
    throw new Error(`nothing is measured by the name of '${name}': ${known.join(', ')}`);
  }
  const service = await startService(measurement.checks);
  rows.push(...(await measurement.measure(service).finally(() => service.stop())));
}
process.stdout.write(`${asTable(rows)}\n`);
if (rows.some((row) => !row.met)) process.exitCode = 1;
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
