import type { StorageKey } from './photo-files.ts';

export type PhotoStatus = 'pending' | 'approved' | 'rejected' | 'superseded';

/** Why a reviewer rejects; each has a title and an advice for the parent in every language. */
export const rejectReasons = [
  'too-dark',
  'blurred',
  'face-covered',
  'several-people',
  'too-far',
  'wrong-person',
  'other',
] as const;
export type RejectReason = (typeof rejectReasons)[number];

export type Photo = {
  id: number;
  parentId: number;
  schoolId: number;
  /** Where the files are: a key made by us, never the name that the phone gave. */
  filename: StorageKey;
  uploadedAt: Date;
  /** Of the stored JPEG, hex; `sourceSha256` of what was sent. */
  sha256: string;
  thumbSha256: string;
  sourceSha256: string;
  width: number;
  height: number;
  bytes: number;
  status: PhotoStatus;
  /** It decoded with warnings only: taken, with the advice to look. */
  mayBeDamaged: boolean;
  reviewedAt: Date | null;
  reviewedBy: number | null;
  rejectReasons: RejectReason[];
  rejectNote: string | null;
};
