import { cached } from '../platform/cached.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import { isLanguage } from '../platform/languages.ts';
import type { School } from './school.ts';

type Row = {
  id: string;
  name: string;
  phone: string | null;
  time_zone: string;
  default_locale: string;
  settings: { officeHours?: string; linkTtlDays?: number };
};

export type NewSchool = { name: string; phone?: string | undefined; timeZone: string };

/** SQL of schools. A school changes rarely and every page names it, so each process remembers it for 10 s. */
export const makeSchoolRecords = ({ db, clock, linkTtlDays }: { db: Db; clock: Clock; linkTtlDays: number }) => {
  const toSchool = (row: Row): School => ({
    id: Number(row.id),
    name: row.name,
    phone: row.phone,
    timeZone: row.time_zone,
    defaultLocale: isLanguage(row.default_locale) ? row.default_locale : 'en',
    officeHours: row.settings.officeHours ?? null,
    linkTtlDays: row.settings.linkTtlDays ?? linkTtlDays,
  });
  const load = async (id: number): Promise<School | undefined> => {
    const row = await db('schools').where({ id }).first<Row | undefined>();
    return row && toSchool(row);
  };
  const find = cached(load, { ms: 10_000, clock });
  const only = cached(
    async (_: 'only'): Promise<School | undefined> => {
      const rows = await db('schools').orderBy('id').limit(2).select<Row[]>();
      return rows.length === 1 && rows[0] ? toSchool(rows[0]) : undefined;
    },
    { ms: 10_000, clock },
  );
  return {
    find,
    get: async (id: number): Promise<School> => {
      const school = await find(id);
      if (!school) throw new Error(`there is no school ${id}`);
      return school;
    },
    /** The school, where there is exactly one; pages that know no parent may name it then. */
    findOnly: () => only('only'),
    list: async (): Promise<School[]> => (await db('schools').orderBy('id').select<Row[]>()).map(toSchool),
    insert: async (trx: Trx, school: NewSchool): Promise<School> => {
      const [row] = await trx('schools')
        .insert({ name: school.name, phone: school.phone ?? null, time_zone: school.timeZone })
        .returning<Row[]>('*');
      if (!row) throw new Error('insert returned no row');
      return toSchool(row);
    },
  };
};

export type SchoolRecords = ReturnType<typeof makeSchoolRecords>;
