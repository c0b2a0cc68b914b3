import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCountParents } from '../../src/dashboard/count-parents.ts';
import { listOrders } from '../../src/dashboard/list-cursor.ts';
import { makeListParents, type ParentFilter } from '../../src/dashboard/list-parents.ts';
import { makeLatestConsent, makeTimeline } from '../../src/dashboard/timeline.ts';
import { makeFoldCounts } from '../../src/jobs/fold-counts.ts';
import { makeDecisionRecords } from '../../src/photos/decision-records.ts';
import { makePassedPhotos } from '../../src/photos/passed-photos.ts';
import { makeReviewQueue } from '../../src/photos/review-queue.ts';
import { parentStatuses } from '../../src/parents/parent.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openDb } from '../../src/platform/db.ts';
import { cloneDatabase } from '../support/database.ts';
import { fillDecisions } from './fill-decisions.ts';
import { fillParents } from './fill-parents.ts';
import { measureQueries } from './query-costs.ts';

const never = (): never => {
  throw new Error('cannot be');
};

const PARENTS = 20_000;
const { url, ownerUrl } = await cloneDatabase();
const db = openDb({ url, max: 3 });
const owner = openDb({ url: ownerUrl, max: 2, statementTimeout: 60_000 });
const countParents = makeCountParents({ db });
const listParents = makeListParents({ db, countParents });
const queue = makeReviewQueue({ db, clock: systemClock });
afterAll(async () => {
  await db.destroy();
  await owner.destroy();
});

const decisions = makeDecisionRecords({ db });
const passedPhotos = makePassedPhotos({ db, clock: systemClock, reviewPhoto: { approve: never } });
let school = 0;
let staffId = 0;
beforeAll(async () => {
  school = await fillParents(owner, { parents: PARENTS });
  await makeFoldCounts({ db })();
  staffId = await fillDecisions(owner, school);
}, 120_000);

/** Fails when a query looks at more than `most` pages, or reads parents or photos from one end to the other. */
const expectCheap = async (call: () => Promise<unknown>, most = 300): Promise<void> => {
  const { costs } = await measureQueries(db, owner, call);
  expect(costs.length).toBeGreaterThan(0);
  for (const { buffers, seqScans, sql, jit } of costs) {
    expect(seqScans, sql).not.toContain('parents');
    expect(seqScans, sql).not.toContain('photos');
    expect(jit, sql).toBe(false);
    expect(buffers, sql).toBeLessThanOrEqual(most);
  }
};

const statuses = [null, ...parentStatuses, 'archived'] as const;
const filters: ParentFilter[] = statuses.flatMap((status) =>
  [null, '3B'].map((className) => ({ status, className, words: '' })),
);

describe('20,000 parents: a page of the dashboard costs 300 buffers a query at most', () => {
  test.each(filters)('at both ends and in the middle of the list: $status $className', async (filter) => {
    for (const order of listOrders) {
      const ask = (cursor?: string | null) => listParents(school, filter, { order, cursor });
      const first = await ask();
      expect(first.rows.length).toBeGreaterThan(0);
      await expectCheap(() => ask());
      const second = first.next === null ? first : await ask(first.next);
      await expectCheap(() => ask(second.next));
      await expectCheap(() => ask(second.previous));
    }
  });

  test('deep in the list, which no query reads to get there', async () => {
    for (const order of listOrders) {
      const column = { name: 'sort_name', child: 'sort_child', changed: 'changed_at' }[order.replace('-', '')] ?? '';
      const [row] = await owner('parents')
        .where({ school_id: school })
        .whereNull('archived_at')
        .orderBy(column, order.startsWith('-') ? 'desc' : 'asc')
        .offset(PARENTS * 0.8)
        .limit(1)
        .select<{ id: string; key: string }[]>(
          'id',
          owner.raw(
            column === 'changed_at'
              ? '(extract(epoch from changed_at) * 1000000)::bigint::text as key'
              : `${column} as key`,
          ),
        );
      const cursor = Buffer.from(JSON.stringify([order, 'after', 16_000, Number(row?.id), row?.key])).toString(
        'base64url',
      );
      const page = await listParents(school, filters[0] ?? never(), { order, cursor });
      expect([page.rows.length, page.from]).toEqual([50, 16_001]);
      await expectCheap(() => listParents(school, filters[0] ?? never(), { order, cursor }));
      await expectCheap(() => listParents(school, filters[0] ?? never(), { order, cursor: page.previous }));
    }
  });

  test('counts, the timeline and the consent', async () => {
    await expectCheap(() => countParents(school, null));
    await expectCheap(() => countParents(school, '3B'));
    await expectCheap(() => makeTimeline({ db })(school, 4711));
    await expectCheap(() => makeLatestConsent({ db })(4711));
  });

  test('the photos that passed every check, also in a class', async () => {
    for (const className of [null, '3B']) {
      expect(await passedPhotos.count(school, className)).toBeGreaterThan(10);
      await expectCheap(() => passedPhotos.count(school, className));
      const { photos } = await passedPhotos.list(school, 1, { className, after: 0 });
      await expectCheap(() => passedPhotos.list(school, 1, { className, after: photos.at(-1)?.photoId ?? 0 }));
    }
  });

  test('the decision that can be undone', async () => {
    const since = new Date(Date.now() - 3600_000);
    const last = await decisions.lastOfStaff(school, staffId, since);
    expect(last?.refusal).toBe(null);
    await expectCheap(() => decisions.lastOfStaff(school, staffId, since));
    await expectCheap(() => decisions.lastOfParent(school, last?.parentId ?? 0));
    await expectCheap(() => decisions.find(school, last?.photoId ?? 0, last?.id ?? 0));
    await expectCheap(() => decisions.listBatch(school, last?.batch ?? ''));
  });

  test('the next photo that no colleague looks at', async () => {
    for (const className of [null, '3B']) {
      const place = { className, freeFor: staffId };
      const free = await queue.find(school, place);
      if (className === null) expect(free).not.toBe(await queue.find(school, { className }));
      await expectCheap(() => queue.find(school, place));
      await expectCheap(() => queue.find(school, { ...place, after: 15_000 }));
    }
  });

  test('the queue of the review, also in a class', async () => {
    await expectCheap(() => queue.count(school));
    await expectCheap(() => queue.decidedSince(school, new Date(Date.now() - 3600_000)));
    for (const className of [null, '3B']) {
      const oldest = await queue.at(school, { className });
      const next = await queue.at(school, { className, after: oldest?.photo.id ?? 0 });
      expect(next?.position).toBe(2);
      await expectCheap(() => queue.at(school, { className }));
      await expectCheap(() => queue.at(school, { className, freeFor: staffId, after: 15_000 }));
      await expectCheap(() => queue.at(school, { className, photoId: next?.photo.id ?? 0 }));
      await expectCheap(() => queue.at(school, { className, after: 15_000 }));
      await expectCheap(() => queue.at(school, { className, before: 15_000 }));
    }
  });
});

test.each(['a', 'maria', 'maria san', 'oconnor', 'محمد', '😀', 'zzzz', 'family12 name3', 'sofai', 'maria snatos'])(
  '20,000 parents: a search costs 5,000 buffers a query at most: %s',
  async (words) => {
    for (const filter of filters.slice(0, 6)) {
      await expectCheap(() => listParents(school, { ...filter, words }, { order: 'name' }), 5000);
      await expectCheap(() => listParents(school, { ...filter, words }, { order: '-changed' }), 5000);
    }
  },
);
