import { randomUUID } from 'node:crypto';
import type { Db } from '../../src/platform/db.ts';

/**
 * A decision about each photo of the school that is decided, all by one member of staff; the last ones are a batch of a
 * moment ago. Colleagues look at the first photos that wait. Gives the id of that member of staff.
 */
export const fillDecisions = async (owner: Db, schoolId: number): Promise<number> => {
  const staff = await owner('staff')
    .insert(
      Array.from({ length: 20 }, (_, n) => ({
        email: `r${n}@example.org`,
        name: `R${n}`,
        password_hash: '$argon2id$x',
      })),
    )
    .returning<{ id: string }[]>('id');
  const [busy = 0, ...colleagues] = staff.map(({ id }) => Number(id));
  await owner.raw(
    `insert into decisions (school_id, photo_id, decision, decided_from, decided_at, decided_by)
     select school_id, id, status, 'pending', reviewed_at, ? from photos
     where school_id = ? and status <> 'pending' order by id`,
    [busy, schoolId],
  );
  await owner.raw(
    `update decisions set batch = ?, decided_at = now() where id in (
       select d.id from decisions d join parents on parents.photo_id = d.photo_id and parents.archived_at is null
       where decision = 'approved' order by d.id desc limit 36)`,
    [randomUUID()],
  );
  await owner.raw(
    `insert into review_claims (photo_id, school_id, staff_id, claimed_until)
     select photo_id, school_id, (?::bigint[])[row_number() over (order by photo_id)], now() + interval '5 minutes'
     from parents where school_id = ? and photo_status = 'pending' and archived_at is null order by photo_id limit ?`,
    [colleagues, schoolId, colleagues.length],
  );
  await owner.raw('vacuum analyze decisions, review_claims');
  return busy;
};
