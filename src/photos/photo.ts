import type { ChecksVerdict, PhotoCheck, PhotoFace } from './photo-check.ts';
import type { StorageKey } from './photo-keys.ts';
import type { PortraitCrop } from './portrait-crop.ts';

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
  /** Null: not checked yet. */
  checks: PhotoCheck[] | null;
  checksVerdict: ChecksVerdict | null;
  /** Where the largest face is, when the checks found one. */
  face: PhotoFace | null;
  /** When the parent, who saw the advice, said 'send it anyway'. */
  sentAnywayAt: Date | null;
  /** Null for a photo that came before portraits did and has none yet: its thumbnail is shown then. */
  portrait: Portrait | null;
};

/** Who chose the part that is shown: the picture's middle, the face that was found, or somebody of the staff. */
export type PortraitSource = 'centre' | 'face' | 'staff';

export type Portrait = {
  /** Names its file: a portrait that is cut anew is a new file. */
  version: number;
  /** Of its JPEG, hex. */
  sha256: string;
  crop: PortraitCrop;
  source: PortraitSource;
};
