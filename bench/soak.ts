// `npm run soak [-- --minutes 10]`: two instances behind nginx with uploads and page views all the time, two rolls, and a database
// that is stopped; a table at the end. Exit 1 when anything was lost or failed (docs/operations.md, 'Soak').
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { addSenders } from '../tests/support/office.ts';
import { makePageViews } from '../tests/support/page-views.ts';
import { scene } from '../tests/support/pictures.ts';
import { type Rolled, startRolled } from '../tests/support/rolled.ts';
import { makeUploader, missingOf } from '../tests/support/uploader.ts';
import { asTable, plainRow, type Row } from './row.ts';
import { trackMemory } from './track-memory.ts';

const UPLOADERS = 2;
const VIEWERS = 6;
const PAUSE_MS = 200;
/** R61: pages are back within 5 s; the embedded server is brought back within 5 s. */
const BACK_WITHIN_S = 10;
/** While the database is away a page says so within this. */
const SAYS_SO_WITHIN_S = 5;
/** What an instance's own process may grow by in ten minutes, in MiB, after its warm-up. */
const MAY_GROW = 5;
/** What one may hold with its decoder, in MiB: as in 'Speed and memory' of docs/quality.md. */
const MAY_HOLD = 256;
/** A process grows in its first minutes, and in half an hour no more after them (docs/operations.md, 'Soak'). */
const WARM_UP_MS = 180_000;
/** Each roll comes after this share of the time, so that the last instances have most of it. */
const ROLL_AFTER = 0.15;

type Views = ReturnType<typeof makePageViews>;

/** Stops the database as its system would, and gives the seconds until a page comes again. */
const restartDatabase = async ({ home }: Rolled, url: string): Promise<number> => {
  const postmaster = home.postmaster();
  if (postmaster === undefined) throw new Error('no database runs');
  process.kill(postmaster, 'SIGINT');
  const from = performance.now();
  await wait(500); // it ends
  while ((await fetch(url).catch(() => undefined))?.status !== 200) {
    if (performance.now() - from > 60_000) throw new Error('the database did not come back');
    await wait(100);
  }
  return (performance.now() - from) / 1000;
};

const viewsRow = (what: string, { statuses }: Views): Row => {
  const all = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  const failed = all - (statuses.get(200) ?? 0);
  return plainRow(`${what}: pages that failed`, `${failed} of ${all}`, '0', failed === 0 && all > 0);
};

const tallyOf = (counts: Map<number, number>): string =>
  [...counts].map(([status, count]) => `${count} x ${status === 0 ? 'none' : status}`).join(', ');

/** Pages while the database is away: each answers soon, with itself or with a page that says so. */
const stoppedRow = ({ statuses, seen }: Views): Row => {
  const slowest = seen.slowestMs / 1000;
  const met = [...statuses.keys()].every((status) => [200, 503].includes(status)) && statuses.has(503);
  return plainRow(
    'database stopped: answers of pages, those without a page, the slowest',
    `${tallyOf(statuses)}; ${seen.bare}; ${slowest.toFixed(1)} s`,
    `200 and 503; 0; <= ${SAYS_SO_WITHIN_S} s`,
    met && seen.bare === 0 && slowest <= SAYS_SO_WITHIN_S,
  );
};

const memoryRows = ({ most, grown }: ReturnType<ReturnType<typeof trackMemory>['stop']>): Row[] => {
  const [held, bound] = [`${most.toFixed(0)} MiB`, `<= ${MAY_HOLD} MiB`];
  const together = plainRow('memory: the most that an instance held with its decoder', held, bound, most <= MAY_HOLD);
  const growth = grown.map(({ pid, atEnd, inTenMinutes }) =>
    plainRow(
      `process ${pid} of an instance: MiB at its end, and growth in ten minutes`,
      `${atEnd.toFixed(0)}, ${inTenMinutes.toFixed(1)}`,
      `growth <= ${MAY_GROW}`,
      inTenMinutes <= MAY_GROW,
    ),
  );
  if (growth.length > 0) return [together, ...growth];
  return [together, plainRow('growth', 'no instance ran for five minutes', 'more --minutes', false)];
};

const soak = async (rolled: Rolled, minutes: number): Promise<Row[]> => {
  const { home, edge } = rolled;
  const all = minutes * 60_000;
  const site = await edge.reach('127.0.0.1');
  const senders = await addSenders(site, VIEWERS);
  const links = senders.map(({ link }) => link);
  const bytes = await scene(600, 800).jpeg().toBuffer();
  const sources = senders.slice(0, UPLOADERS).map((sender) => ({ sender, bytes }));
  const uploader = makeUploader(sources, () => ({ which: 0, port: Number(new URL(site).port) }));

  const memory = trackMemory({ pids: rolled.pids, warmUpMs: WARM_UP_MS });
  const rolling = makePageViews(site, links, PAUSE_MS);
  const rolls: number[] = [];
  for (let n = 0; n < 2; n += 1) {
    await wait(ROLL_AFTER * all);
    rolls.push((await rolled.roll()).code);
  }
  await rolling.stop();
  const during = makePageViews(site, links, PAUSE_MS);
  const back = await restartDatabase(rolled, `${site}${links[0] ?? ''}`);
  await during.stop();
  const steady = makePageViews(site, links, PAUSE_MS);
  await wait((1 - 2 * ROLL_AFTER) * all);
  const grown = memory.stop();
  await Promise.all([steady.stop(), uploader.stop()]);

  const missing = await missingOf(home, uploader.acknowledged);
  const doctor = await home.doctor();
  const faults = ['orphan_files', 'rows_without_file', 'checksum_mismatches'].map((name) => Number(doctor[name]));
  const sent = uploader.acknowledged.length;
  return [
    viewsRow('through two rolls', rolling),
    stoppedRow(during),
    viewsRow('after the database was stopped', steady),
    plainRow(
      'rolls',
      rolls.map((code) => (code === 0 ? 'done' : 'failed')).join(', '),
      'done',
      rolls.every((code) => code === 0),
    ),
    plainRow(
      'instances that were rolled: exit codes',
      rolled.ends.map(({ code }) => code).join(', '),
      '0',
      rolled.ends.every(({ code }) => code === 0),
    ),
    plainRow(
      'database stopped: pages back after',
      `${back.toFixed(1)} s`,
      `<= ${BACK_WITHIN_S} s`,
      back <= BACK_WITHIN_S,
    ),
    plainRow(
      `uploads that were answered with success (answers: ${tallyOf(uploader.answers)}): lost`,
      `${missing.length} of ${sent}`,
      '0',
      missing.length === 0 && sent > 0,
    ),
    plainRow(
      'integrity: orphans/missing/altered',
      faults.join('/'),
      '0/0/0',
      faults.every((count) => count === 0),
    ),
    ...memoryRows(grown),
  ];
};

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error('--minutes wants a number');
const rolled = await startRolled();
const rows = await soak(rolled, minutes).finally(() => rolled.stop());
process.stdout.write(`${asTable(rows)}\n`);
if (rows.some(({ met }) => !met)) process.exitCode = 1;
