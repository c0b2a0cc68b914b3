import type { Db, Trx } from '../platform/db.ts';
import { askPrepared } from '../platform/prepared.ts';
import { isLanguage } from '../platform/languages.ts';
import { foldText } from '../shared/fold-text.ts';
import type { UniqueId } from '../shared/ids.ts';
import type { Parent, ParentStatus } from './parent.ts';

/** A row of `parents` as the driver gives it; bigints are text. */
export type ParentRow = {
  id: string;
  school_id: string;
  unique_id: string;
  parent_name: string;
  parent_surname: string;
  child_name: string;
  email: string | null;
  phone: string | null;
  locale: string | null;
  class_name: string | null;
  external_id: string | null;
  status: ParentStatus;
  photo_id: string | null;
  link_version: number;
  link_issued_at: Date;
  link_expires_at: Date;
  link_revoked_at: Date | null;
  opened_at: Date | null;
  declined_at: Date | null;
  not_me_at: Date | null;
  archived_at: Date | null;
  created_at: Date;
  changed_at: Date;
};

const COLUMNS =
  'id, school_id, unique_id, parent_name, parent_surname, child_name, email, phone, locale, class_name, external_id, ' +
  'status, photo_id, link_version, link_issued_at, link_expires_at, link_revoked_at, opened_at, declined_at, not_me_at, ' +
  'archived_at, created_at, changed_at';

/** What the office enters; texts are trimmed and checked by the form, null means 'not given'. */
export type ParentDetails = Pick<
  Parent,
  'name' | 'surname' | 'childName' | 'email' | 'phone' | 'locale' | 'className' | 'externalId'
>;

type NewParent = ParentDetails & {
  schoolId: number;
  uniqueId: UniqueId;
  linkIssuedAt: Date;
  linkExpiresAt: Date;
  /** Of the form that enters them, where one does. */
  formId?: string | null;
};

/** The columns that change in a parent's life after the details. */
type ParentChange = Partial<{
  unique_id: UniqueId;
  link_version: number;
  link_issued_at: Date;
  link_expires_at: Date;
  link_lapsed: boolean;
  link_revoked_at: Date | null;
  opened_at: Date;
  declined_at: Date | null;
  not_me_at: Date | null;
  archived_at: Date | null;
  locale: string;
}>;

/** SQL of parents. `find` may miss; `lock` holds the row until the caller's transaction ends. */
export const makeParentRecords = ({ db }: { db: Db }) => {
  const first = async (query: Db, where: Record<string, unknown>): Promise<Parent | undefined> => {
    const row = await query('parents').where(where).first<ParentRow | undefined>();
    return row && toParent(row);
  };
  return {
    findByUniqueId: async (uniqueId: UniqueId): Promise<Parent | undefined> => {
      const [row] = await askPrepared<ParentRow>(db, `select ${COLUMNS} from parents where unique_id = $1`, [uniqueId]);
      return row && toParent(row);
    },
    /** For the parent's own pages, where the session says who may. */
    findById: async (id: number): Promise<Parent | undefined> => {
      const [row] = await askPrepared<ParentRow>(db, `select ${COLUMNS} from parents where id = $1`, [id]);
      return row && toParent(row);
    },
    /** For the office: loads and authorises in one call. */
    find: (schoolId: number, id: number) => first(db, { id, school_id: schoolId }),
    lock: async (trx: Trx, id: number): Promise<Parent | undefined> => {
      const text = `select ${COLUMNS} from parents where id = $1 for update`;
      const [row] = await askPrepared<ParentRow>(trx, text, [id]);
      return row && toParent(row);
    },
    /** Who was entered by that form of the office. */
    findByFormId: (schoolId: number, formId: string) => first(db, { school_id: schoolId, form_id: formId }),
    insert: async (trx: Trx, parent: NewParent): Promise<Parent> => {
      const [row] = await trx('parents')
        .insert({
          school_id: parent.schoolId,
          unique_id: parent.uniqueId,
          link_issued_at: parent.linkIssuedAt,
          link_expires_at: parent.linkExpiresAt,
          form_id: parent.formId ?? null,
          ...toColumns(parent),
        })
        .returning<ParentRow[]>('*');
      if (!row) throw new Error('insert returned no row');
      return toParent(row);
    },
    updateDetails: (trx: Trx, id: number, details: ParentDetails) =>
      trx('parents').where({ id }).update(toColumns(details)),
    change: (trx: Trx, id: number, columns: ParentChange) => trx('parents').where({ id }).update(columns),
    delete: (trx: Trx, id: number) => trx('parents').where({ id }).delete(),
  };
};

export type ParentRecords = ReturnType<typeof makeParentRecords>;

/** The column `search_text`: each word follows a space, so that `% maria%` finds words that start so. */
export const searchText = (names: { name: string; surname: string; childName: string }): string =>
  ` ${foldText(`${names.name} ${names.surname} ${names.childName}`)}`.slice(0, 1000);

const toColumns = (details: ParentDetails) => ({
  parent_name: details.name,
  parent_surname: details.surname,
  child_name: details.childName,
  email: details.email,
  phone: details.phone,
  locale: details.locale,
  class_name: details.className,
  external_id: details.externalId,
  search_text: searchText(details),
});

export const toParent = (row: ParentRow): Parent => ({
  id: Number(row.id),
  schoolId: Number(row.school_id),
  uniqueId: row.unique_id as UniqueId,
  name: row.parent_name,
  surname: row.parent_surname,
  childName: row.child_name,
  email: row.email,
  phone: row.phone,
  locale: isLanguage(row.locale) ? row.locale : null,
  className: row.class_name,
  externalId: row.external_id,
  status: row.status,
  photoId: row.photo_id === null ? null : Number(row.photo_id),
  linkVersion: row.link_version,
  linkIssuedAt: row.link_issued_at,
  linkExpiresAt: row.link_expires_at,
  linkRevokedAt: row.link_revoked_at,
  openedAt: row.opened_at,
  declinedAt: row.declined_at,
  notMeAt: row.not_me_at,
  archivedAt: row.archived_at,
  createdAt: row.created_at,
  changedAt: row.changed_at,
});
