import type { ListOrder, ParentFilter } from '../../dashboard/list-parents.ts';
import { paths } from '../paths.ts';

/** Everything that the list of parents shows is in its address, so that a colleague sees the same when sent it. */
export type ListState = { filter: ParentFilter; order: ListOrder };

/** The fields of the address, in the order in which people read them; what is as usual is left out. */
const fieldsOf = ({ filter, order }: ListState): [name: string, value: string][] =>
  (
    [
      ['status', filter.status ?? ''],
      ['class', filter.className ?? ''],
      ['q', filter.words],
      ['sort', order === 'name' ? '' : order],
    ] as [string, string][]
  ).filter(([, value]) => value !== '');

/** The list's address; `cursor` is the page's, without it the first one. */
export const listAddress = (state: ListState, cursor?: string | null): string => {
  const query = new URLSearchParams(fieldsOf(state));
  if (cursor) query.set('cursor', cursor);
  return query.size === 0 ? paths.adminParents : `${paths.adminParents}?${query.toString()}`;
};

/** The same for a form that sets one field by itself and keeps the others as hidden ones. */
export const listFields = (state: ListState, without: 'q' | 'class'): { name: string; value: string }[] =>
  fieldsOf(state)
    .filter(([name]) => name !== without)
    .map(([name, value]) => ({ name, value }));
