import type { ParentCounts } from '../../dashboard/count-parents.ts';
import type { ListOrder, ListRow, ParentPage } from '../../dashboard/list-parents.ts';
import { fullName, parentStatuses } from '../../parents/parent.ts';
import type { Speech } from '../../platform/i18n.ts';
import type { RichPart } from '../../platform/rich-text.ts';
import { paths, to } from '../paths.ts';
import type { OfficeDates } from './admin-dates.ts';
import type { OfficeLayout } from './admin-layout.ts';
import { type EmptyList, presentNone, presentNoResult } from './admin-list-empty.ts';
import { listAddress, listFields, type ListState } from './admin-list-address.ts';
import type { OfficeNotice } from './admin-notice.ts';
import { presentArchived, presentNotMe, presentStatus, type StatusTag } from './admin-status.ts';
import { type OfficeSummary, presentSummary } from './admin-summary.ts';

type Row = {
  id: number;
  status: string;
  href: string;
  name: string;
  childName: string;
  forChild: RichPart[];
  className: string;
  photo: string | null;
  tag: StatusTag;
  /** A second tag while 'This is not me' stands. */
  alert: StatusTag | null;
  changed: string;
};
type Heading = { text: string; href: string; sorted: 'ascending' | 'descending' | null };

export type DashboardPage = {
  layout: OfficeLayout;
  notice: OfficeNotice | null;
  mayAdd: boolean;
  newAddress: string;
  summary: OfficeSummary | null;
  /** Absent while there are no parents at all. */
  filters: {
    action: string;
    words: string;
    keptBySearch: { name: string; value: string }[];
    classes: { name: string; chosen: boolean }[];
    keptByClass: { name: string; value: string }[];
    chips: { href: string; text: string; count: string; current: boolean }[];
  } | null;
  table: {
    caption: string;
    headings: { parent: Heading; child: Heading; changed: Heading };
    rows: Row[];
    range: string;
    previous: string | null;
    next: string | null;
  } | null;
  empty: EmptyList | null;
};

type Seen = {
  layout: OfficeLayout;
  speech: Speech;
  dates: OfficeDates;
  notice: OfficeNotice | null;
  mayAdd: boolean;
  state: ListState;
  counts: ParentCounts;
  page: ParentPage;
};

/** The list of parents: headline, filters that keep each other, one page of rows or why there are none. */
export const presentDashboard = (seen: Seen): DashboardPage => {
  const { layout, speech, state, counts, page, mayAdd } = seen;
  const none = isUnfiltered(state) && counts.total === 0 && page.rows.length === 0;
  const searching = state.filter.words !== '';
  return {
    layout,
    notice: seen.notice,
    mayAdd,
    newAddress: paths.adminParentNew,
    summary: counts.total > 0 && !searching ? presentSummary(speech, counts, state.filter.className) : null,
    filters: none && counts.archived === 0 ? null : presentFilters(seen),
    table: page.rows.length > 0 ? presentTable(seen) : null,
    empty: page.rows.length > 0 ? null : none ? presentNone(speech, mayAdd) : presentNoResult(speech, state, page),
  };
};

const isUnfiltered = ({ filter }: ListState): boolean =>
  filter.status === null && filter.className === null && filter.words === '';

const presentFilters = ({ speech, state, counts }: Seen): NonNullable<DashboardPage['filters']> => {
  const { filter } = state;
  const chip = (status: typeof filter.status, text: string, count: number) => ({
    href: listAddress({ ...state, filter: { ...filter, status } }),
    text,
    count: speech.number(count),
    current: filter.status === status,
  });
  const archived = counts.archived > 0 || filter.status === 'archived';
  return {
    action: paths.adminParents,
    words: filter.words,
    keptBySearch: listFields(state, 'q'),
    classes: withChosen(counts.classes, filter.className),
    keptByClass: listFields(state, 'class'),
    chips: [
      chip(null, speech.t('office.list.chip.all'), counts.total),
      ...parentStatuses.map((status) => chip(status, speech.t(`office.list.chip.${status}`), counts.byStatus[status])),
      ...(archived ? [chip('archived', speech.t('office.list.chip.archived'), counts.archived)] : []),
    ],
  };
};

/** A class that nobody is in any more stays in the list while it is chosen. */
export const withChosen = (classes: string[], chosen: string | null): { name: string; chosen: boolean }[] =>
  (chosen === null || classes.includes(chosen) ? classes : [...classes, chosen]).map((name) => ({
    name,
    chosen: name === chosen,
  }));

const presentTable = (seen: Seen): NonNullable<DashboardPage['table']> => {
  const { speech, state, page } = seen;
  const heading = (text: string, up: ListOrder, down: ListOrder, first: ListOrder = up): Heading => {
    const next = state.order === up ? down : state.order === down ? up : first;
    const sorted = state.order === up ? 'ascending' : state.order === down ? 'descending' : null;
    return { text, href: listAddress({ ...state, order: next }), sorted };
  };
  const range = presentRange(speech, page);
  return {
    caption: speech.t(`office.list.caption.${state.order}`, { range }),
    headings: {
      parent: heading(speech.t('office.list.head.parent'), 'name', '-name'),
      child: heading(speech.t('office.list.head.child'), 'child', '-child'),
      changed: heading(speech.t('office.list.head.changed'), 'changed', '-changed', '-changed'),
    },
    rows: page.rows.map(makeRow(seen)),
    range,
    previous: page.previous === null ? null : listAddress(state, page.previous),
    next: page.next === null ? null : listAddress(state, page.next),
  };
};

const presentRange = (speech: Speech, { from, to: last, total }: ParentPage): string => {
  const counted = speech.number(total.count);
  return speech.t('office.list.range', {
    from: speech.number(from),
    to: speech.number(last),
    total: total.more ? speech.t('office.list.orMore', { number: counted }) : counted,
  });
};

/** Gives a function for each row: sentences that differ by a name or a status only are translated once a page. */
const makeRow = ({ speech, dates, state }: Seen): ((row: ListRow) => Row) => {
  const forChild = speech.rich('office.forChild', { child: '?' });
  const alert = presentNotMe(speech);
  const tags = new Map(parentStatuses.map((status) => [status, presentStatus(speech, status)]));
  const archived = state.filter.status === 'archived' ? presentArchived(speech) : undefined;
  return (row) => ({
    id: row.id,
    status: row.status,
    href: to.adminParent(row.id),
    name: fullName(row),
    childName: row.childName,
    forChild: forChild.map((part) => (part.value ? { ...part, text: row.childName } : part)),
    className: row.className ?? '',
    photo: row.photoId === null ? null : to.adminPicture(row.photoId, 'portrait'),
    tag: archived ?? tags.get(row.status) ?? presentStatus(speech, row.status),
    alert: row.notMe ? alert : null,
    changed: dates.short(row.changedAt),
  });
};
