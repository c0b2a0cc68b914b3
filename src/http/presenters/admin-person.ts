import { fullName, type Parent } from '../../parents/parent.ts';
import type { Speech } from '../../platform/i18n.ts';
import type { RichPart } from '../../platform/rich-text.ts';
import { to } from '../paths.ts';
import { presentArchived, presentStatus, type StatusTag } from './admin-status.ts';

/** Whom a question is about: face, name, child and status. */
export type PersonCard = {
  href: string;
  name: string;
  child: RichPart[];
  photo: { address: string; alt: string } | null;
  tag: StatusTag;
};

export const presentPerson = (speech: Speech, parent: Parent): PersonCard => ({
  href: to.adminParent(parent.id),
  name: fullName(parent),
  child: presentChild(speech, parent, 'plain'),
  photo:
    parent.photoId === null
      ? null
      : {
          address: to.adminPicture(parent.photoId, 'portrait'),
          alt: speech.t('office.photoOf', { name: fullName(parent) }),
        },
  tag: parent.archivedAt ? presentArchived(speech) : presentStatus(speech, parent.status),
});

/** 'for Sofia Santos, Class 3B'; `strong` starts the sentence and stresses the child's name. */
export const presentChild = (
  speech: Speech,
  { childName: child, className }: Pick<Parent, 'childName' | 'className'>,
  how: 'plain' | 'strong',
): RichPart[] => {
  if (className === null) return speech.rich(how === 'plain' ? 'office.forChild' : 'office.childStrong', { child });
  const key = how === 'plain' ? 'office.forChildInClass' : 'office.childInClassStrong';
  return speech.rich(key, { child, className });
};
