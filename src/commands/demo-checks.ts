import type { FaceVariant } from '../photos/draw-face.ts';
import { checkLimits } from '../photos/check-limits.ts';
import { type CheckCode, type PhotoCheck, verdictOf } from '../photos/photo-check.ts';
import type { Wired } from '../wiring.ts';

/** What a good portrait would measure, and the limits it is held against. */
const good: PhotoCheck[] = [
  { code: 'several-faces', level: 'ok', value: 1, limit: checkLimits.faces },
  { code: 'too-dark', level: 'ok', value: 214, limit: checkLimits.faceHighlight.advice },
  { code: 'too-bright', level: 'ok', value: 0, limit: checkLimits.faceBurnt.advice },
  { code: 'blurred', level: 'ok', value: 240, limit: checkLimits.faceSharpness.advice },
  { code: 'face-too-small', level: 'ok', value: 410, limit: checkLimits.faceWidth },
  { code: 'face-cut-off', level: 'ok', value: 0, limit: checkLimits.outside },
  { code: 'off-centre', level: 'ok', value: 0.02, limit: checkLimits.offCentre },
  { code: 'turned', level: 'ok', value: 0.04, limit: checkLimits.turn.advice },
  { code: 'tilted', level: 'ok', value: 2, limit: checkLimits.tilt },
  { code: 'eyes-closed', level: 'ok', value: 0.3, limit: checkLimits.eyesOpen },
  { code: 'may-be-damaged', level: 'ok', value: 0, limit: 0 },
  { code: 'same-picture', level: 'ok', value: 0, limit: 0 },
];

/** What is wrong with each drawing, and what it would measure. Sunglasses are fine. */
const faults: Record<FaceVariant, [CheckCode, number] | undefined> = {
  plain: undefined,
  covered: undefined,
  dark: ['too-dark', 61],
  far: ['face-too-small', 148],
  two: ['several-faces', 2],
  turned: ['turned', 0.41],
};

/** Says of a drawing what would be said of a photo: the checks, made for photos, see no face in most drawings. */
export const giveDemoChecks = async ({ db, clock }: Wired, photoId: number, variant: FaceVariant): Promise<void> => {
  const [code, value] = faults[variant] ?? [];
  const checks = good.map((check) =>
    check.code === code ? { ...check, level: 'advice', value } : check,
  ) as PhotoCheck[];
  await db('photos')
    .where({ id: photoId })
    .update({ checks: JSON.stringify(checks), checks_verdict: verdictOf(checks), checked_at: clock.now() });
};
