/**
 * What the service can say about a photo. Checks advise, people decide; none looks at mouth, expression, scarf, glasses or skin
 * (product.md, rule 3). `same-picture` is for the office alone. Screenshots and photos of documents cannot be told reliably
 * (docs/photo-checks.md).
 */
export const checkCodes = [
  'no-face',
  'several-faces',
  'too-dark',
  'too-bright',
  'blurred',
  'face-too-small',
  'face-cut-off',
  'off-centre',
  'turned',
  'tilted',
  'eyes-closed',
  'may-be-damaged',
  'same-picture',
] as const;
export type CheckCode = (typeof checkCodes)[number];

/** `ok`: looked at, nothing to say; `hint`: a note for the reviewer, no advice; `advice`: the parent could do better. */
type CheckLevel = 'ok' | 'hint' | 'advice';

export type PhotoCheck = {
  code: CheckCode;
  level: CheckLevel;
  /** What was measured, and the limit that it was held against, in the unit that check-limits.ts names. */
  value: number;
  limit: number;
};

/** `passed`: no check advised anything, not even to the office alone. */
export type ChecksVerdict = 'passed' | 'advice';

export const verdictOf = (checks: PhotoCheck[]): ChecksVerdict =>
  checks.some(({ level }) => level === 'advice') ? 'advice' : 'passed';

/** What a parent is told: what was advised, but never a word about other parents' photos. */
export const adviceForParent = (checks: PhotoCheck[] | null): PhotoCheck[] =>
  (checks ?? []).filter(({ code, level }) => level === 'advice' && code !== 'same-picture');

/** A rectangle in pixels, from the top left corner. */
export type Box = { x: number; y: number; width: number; height: number };

/**
 * Where the largest face of a photo is, in whole pixels of the stored full picture: its box, cut at the edges, and its eyes as one sees
 * them. A place in a picture, by which nobody can be recognised.
 */
export type PhotoFace = Box & { eyes: { left: { x: number; y: number }; right: { x: number; y: number } } };
