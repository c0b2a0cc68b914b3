// Fills a throw-away database with a million parents and prints what each query of the office costs:
//   node bench/dashboard-million.ts [parents]
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCountParents } from '../src/dashboard/count-parents.ts';
import { listOrders } from '../src/dashboard/list-cursor.ts';
import { makeListParents, type ParentFilter } from '../src/dashboard/list-parents.ts';
import { makeTimeline } from '../src/dashboard/timeline.ts';
import { makeFoldCounts } from '../src/jobs/fold-counts.ts';
import { systemClock } from '../src/platform/clock.ts';
import { migrate, openDb } from '../src/platform/db.ts';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { makePassedPhotos } from '../src/photos/passed-photos.ts';
import { makeReviewQueue } from '../src/photos/review-queue.ts';
import { fillParents } from '../tests/dashboard/fill-parents.ts';
import { measureQueries } from '../tests/dashboard/query-costs.ts';

const parents = Number(process.argv[2] ?? 1_000_000);
const print = (line: string) => process.stdout.write(`${line}\n`);

const dir = mkdtempSync(join(tmpdir(), 'bench-pg-'));
chmodSync(dir, 0o755); // mkdtemp makes 0700; the server runs as another user
const server = await startEmbeddedPostgres({ dir, durable: false });
const owner = openDb({ url: server.url('postgres'), max: 3, statementTimeout: 0 });
const db = openDb({ url: server.url('postgres'), max: 3 });
try {
  await owner.raw('create role app login');
  await migrate(owner, { appRole: 'app' });
  const started = Date.now();
  const schoolId = await fillParents(owner, { parents });
  await makeFoldCounts({ db })();
  print(`${parents} parents filled in ${Math.round((Date.now() - started) / 1000)} s\n`);

  const countParents = makeCountParents({ db });
  const listParents = makeListParents({ db, countParents });
  const queue = makeReviewQueue({ db, clock: systemClock });
  const passed = makePassedPhotos({
    db,
    clock: systemClock,
    reviewPhoto: { approve: () => Promise.reject(new Error('only counted')) },
  });
  const all: ParentFilter = { status: null, className: null, words: '' };

  const measure = async (name: string, call: () => Promise<unknown>) => {
    const { costs, ms } = await measureQueries(db, owner, call);
    const buffers = costs.map((cost) => cost.buffers);
    const scans = costs.flatMap((cost) => cost.seqScans);
    const jit = costs.some((cost) => cost.jit) ? '  JIT' : '';
    print(
      `${name.padEnd(58)} ${buffers.join(' + ').padStart(24)} buffers ${ms.toFixed(1).padStart(8)} ms${jit}  ${scans.join()}`,
    );
  };
  /** The cursor after so many parts of a thousand of the list. */
  const cursorAt = async (order: (typeof listOrders)[number], filter: ParentFilter, part: number) => {
    const column = { name: 'sort_name', child: 'sort_child', changed: 'changed_at' }[order.replace('-', '')] ?? '';
    const key = column === 'changed_at' ? '(extract(epoch from changed_at) * 1000000)::bigint::text' : column;
    const row = await owner<Record<string, unknown>>('parents')
      .where({ school_id: schoolId })
      .whereRaw(filter.status === 'archived' ? 'archived_at is not null' : 'archived_at is null')
      .orderBy(column, order.startsWith('-') ? 'desc' : 'asc')
      .offset(Math.round((parents * part) / 1000))
      .first<{ id: string; key: string }>('id', owner.raw(`${key} as key`));
    return Buffer.from(JSON.stringify([order, 'after', 1, Number(row.id), row.key])).toString('base64url');
  };

  for (const order of listOrders) {
    await measure(`all by ${order}`, () => listParents(schoolId, all, { order }));
    const cursor = await cursorAt(order, all, 800);
    await measure(`all by ${order}, at 80 %`, () => listParents(schoolId, all, { order, cursor }));
    const page = await listParents(schoolId, all, { order, cursor });
    await measure(`all by ${order}, back from 80 %`, () =>
      listParents(schoolId, all, { order, cursor: page.previous ?? '' }),
    );
  }
  const deep = await cursorAt('name', all, 500);
  for (const status of ['not_opened', 'approved', 'pending', 'revoked', 'archived'] as const) {
    for (const className of [null, '3B']) {
      const filter = { ...all, status, className };
      const name = `${status}${className ? ` in ${className}` : ''}`;
      await measure(`${name} by name`, () => listParents(schoolId, filter, { order: 'name' }));
      await measure(`${name} by name, in the middle`, () =>
        listParents(schoolId, filter, { order: 'name', cursor: deep }),
      );
      await measure(`${name} by -changed`, () => listParents(schoolId, filter, { order: '-changed' }));
    }
  }
  for (const order of ['name', '-changed'] as const) {
    await measure(`3B by ${order}`, () => listParents(schoolId, { ...all, className: '3B' }, { order }));
  }
  await measure('3B by name, in the middle', () =>
    listParents(schoolId, { ...all, className: '3B' }, { order: 'name', cursor: deep }),
  );
  await measure('counts', () => countParents(schoolId, null));
  await measure('counts of 3B', () => countParents(schoolId, '3B'));
  await measure('timeline', () => makeTimeline({ db })(schoolId, 4711));

  const searches = [
    'a',
    'm',
    'maria',
    'mar',
    'maria santos',
    'santos',
    'zz',
    'ward17',
    'oconnor',
    'x',
    '😀',
    'name77',
    'family1234',
    'fam nam',
    'محمد',
    'sofai',
    'maria snatos',
    'qqqqqq',
  ];
  for (const words of searches) {
    await measure(`search ${words}`, () => listParents(schoolId, { ...all, words }, { order: 'name' }));
    await measure(`search ${words}, in the middle`, () =>
      listParents(schoolId, { ...all, words }, { order: 'name', cursor: deep }),
    );
    await measure(`search ${words} in revoked 3B by -changed`, () =>
      listParents(schoolId, { status: 'revoked', className: '3B', words }, { order: '-changed' }),
    );
  }
  await measure('queue: the oldest', () => queue.at(schoolId, { className: null }));
  const middle = await owner('parents')
    .where({ photo_status: 'pending' })
    .avg('photo_id as id')
    .first<{ id: string }>();
  const after = Math.round(Number(middle.id));
  await measure('queue: in the middle', () => queue.at(schoolId, { className: null, after }));
  await measure('queue: in the middle of 3B', () => queue.at(schoolId, { className: '3B', after }));
  await measure('queue: in the middle, what is free', () =>
    queue.find(schoolId, { className: null, after, freeFor: 1 }),
  );
  await measure('passed: count', () => passed.count(schoolId, null));
  await measure('passed: count in 3B', () => passed.count(schoolId, '3B'));
  await measure('passed: a page in the middle', () => passed.list(schoolId, 1, { className: null, after }));
  await measure('queue: count', () => queue.count(schoolId));
  await measure('decided in an hour', () => queue.decidedSince(schoolId, new Date(Date.now() - 3600_000)));
} finally {
  await db.destroy();
  await owner.destroy();
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
}
