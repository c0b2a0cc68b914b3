import type { ParentPage } from '../../dashboard/list-parents.ts';
import type { Speech } from '../../platform/i18n.ts';
import type { RichPart } from '../../platform/rich-text.ts';
import { paths } from '../paths.ts';
import { listAddress, type ListState } from './admin-list-address.ts';

/** Why the list is empty, and what to do about it. */
export type EmptyList = {
  art: boolean;
  title: RichPart[];
  text: string;
  suggestion: { parts: RichPart[]; href: string } | null;
  ways: { href: string; text: string }[];
};

/** Nobody was entered yet. */
export const presentNone = (speech: Speech, mayAdd: boolean): EmptyList => ({
  art: true,
  title: speech.rich('office.list.none'),
  text: speech.t(mayAdd ? 'office.list.noneText' : 'office.list.noneTextReviewer'),
  suggestion: null,
  ways: mayAdd ? [{ href: paths.adminParentNew, text: speech.t('office.list.addOne') }] : [],
});

/** The filters leave nobody, or the search finds nobody: with a way out for each. */
export const presentNoResult = (speech: Speech, state: ListState, page: Pick<ParentPage, 'suggestion'>): EmptyList => {
  const { filter } = state;
  const all = { href: paths.adminParents, text: speech.t('office.list.showAll') };
  const none = { art: false, suggestion: null };
  if (filter.words === '') {
    const title = speech.rich('office.list.nobody');
    return { ...none, title, text: speech.t('office.list.nobodyText'), ways: [all] };
  }
  const search = (words: string, narrow: Partial<typeof filter>) =>
    listAddress({ ...state, filter: { ...filter, ...narrow, words } });
  const part = filter.status !== null || filter.className !== null;
  const everywhere = search(filter.words, { status: null, className: null });
  const { suggestion } = page;
  return {
    ...none,
    title: speech.rich('office.list.noResult', { words: filter.words }),
    suggestion:
      suggestion === null
        ? null
        : { parts: speech.rich('office.list.didYouMean', { word: suggestion }), href: search(suggestion, {}) },
    text: speech.t(part ? 'office.list.noResultElsewhere' : 'office.list.noResultText'),
    ways: [
      ...(part ? [{ href: everywhere, text: speech.t('office.list.searchAll') }] : []),
      { href: search('', {}), text: speech.t('office.list.clearSearch') },
    ],
  };
};
