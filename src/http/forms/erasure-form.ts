import { z } from 'zod';
import { foldText } from '../../shared/fold-text.ts';
import type { Parent } from '../../parents/parent.ts';
import { typedText } from './office-text.ts';

const schema = z.object({ typed: typedText });

/** What has to be typed: the surname, or the one name. */
export const nameToType = ({ name, surname }: Pick<Parent, 'name' | 'surname'>): string =>
  surname === '' ? name : surname;

/** Reads the confirmation. It is right when it names the parent, whatever the keyboard makes of case and accents. */
export const readErasure = (
  body: unknown,
  parent: Pick<Parent, 'name' | 'surname'>,
): { ok: boolean; typed: string } => {
  const { typed } = schema.parse(body ?? {});
  const wanted = nameToType(parent);
  const folded = foldText(typed);
  const same = typed.normalize('NFC') === wanted.normalize('NFC') || (folded !== '' && folded === foldText(wanted));
  return { ok: same, typed };
};
