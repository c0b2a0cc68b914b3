// `npm run bench [-- --json FILE]`: what the service costs beside its yardsticks (docs/quality.md, 'Speed and memory').
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measurePages } from './measure-pages.ts';
import { measureFaceCheck, measureUpload } from './measure-upload.ts';
import { startService } from './service.ts';

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const UPLOADS = 200;
const FACES = 20;
const REQUESTS = 2000;

type Row = { what: string; measured: string; yardstick: string; ratio: string; target: string; met: boolean };

const ms = (value: number) => `${value.toFixed(2)} CPU-ms`;
const uploadRow = (
  colours: string,
  { perPhoto, yardstick, photoMb }: Awaited<ReturnType<typeof measureUpload>>,
): Row => ({
  what: `upload of a 12-Mpx photo (${colours}, ${photoMb.toFixed(1)} MB), service and decoder`,
  measured: ms(perPhoto),
  yardstick: ms(yardstick),
  ratio: (yardstick / perPhoto).toFixed(2),
  target: 'yardstick / measured >= 0.90',
  met: yardstick / perPhoto >= 0.9,
});

const checking = await startService('face');
const faces = await measureFaceCheck(checking, FACES).finally(() => checking.stop());
const service = await startService('off');
try {
  const upload = await measureUpload(service, UPLOADS, 'srgb');
  const wide = await measureUpload(service, UPLOADS, 'p3');
  const pages = await measurePages(service, REQUESTS);
  const onboarding = pages.onboarding / pages.bareText;
  const dashboard = pages.dashboard / pages.bareTable;
  const rows: Row[] = [
    uploadRow('sRGB', upload),
    uploadRow('Display P3', wide),
    {
      what: 'face check of a photo without a face, in a process of its own',
      measured: ms(faces.perPhoto),
      yardstick: '',
      ratio: '',
      target: `its memory <= 600 MiB: ${faces.peakRss.toFixed(0)}`,
      met: faces.peakRss > 0 && faces.peakRss <= 600,
    },
    {
      what: 'onboarding page',
      measured: ms(pages.onboarding),
      yardstick: ms(pages.bareText),
      ratio: onboarding.toFixed(2),
      target: 'measured / yardstick <= 4',
      met: onboarding <= 4,
    },
    {
      what: 'dashboard page with session, 50 rows',
      measured: ms(pages.dashboard),
      yardstick: ms(pages.bareTable),
      ratio: dashboard.toFixed(2),
      target: 'measured / yardstick <= 5',
      met: dashboard <= 5,
    },
    {
      what: `peak RSS of service and decoder after ${2 * UPLOADS} uploads, two at a time`,
      measured: `${wide.peakRss.toFixed(0)} MiB`,
      yardstick: '',
      ratio: '',
      target: '<= 256 MiB',
      met: wide.peakRss <= 256,
    },
    {
      what: `onboarding page as a phone loads it: ${pages.firstLoad.parts.length} answers with their headers`,
      measured: `${(pages.firstLoad.bytes / 1000).toFixed(1)} kB`,
      yardstick: '',
      ratio: '',
      target: '< 30 kB',
      met: pages.firstLoad.bytes < 30_000,
    },
  ];
  process.stdout.write(`${asTable(rows)}\n`);
  if (rows.some((row) => !row.met)) process.exitCode = 1;
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
} finally {
  await service.stop();
}

function asTable(rows: Row[]): string {
  const cells = [
    ['what', 'measured', 'yardstick', 'ratio', 'target', ''],
    ...rows.map((row) => [row.what, row.measured, row.yardstick, row.ratio, row.target, row.met ? 'met' : 'MISSED']),
  ];
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
