import { describe, expect, test } from 'vitest';
import { faceOf, judgePhoto } from '../../src/photos/judge-photo.ts';
import type { MeasuredPhoto } from '../../src/photos/measure-photo.ts';
import { adviceForParent, type CheckCode, verdictOf } from '../../src/photos/photo-check.ts';

const light = { mean: 128, highlight: 206, burnt: 0 };
const eyes = { left: { x: 420.4, y: 480 }, right: { x: 540.6, y: 484 } };
const main = { light, sharpness: 300, turn: 0.05, tilt: -3, eyesOpen: 0.29, eyes };
const box = { x: 350, y: 330, width: 260, height: 330 };
/** A good portrait of 960 x 1200. */
const good: MeasuredPhoto = {
  ...{ width: 960, height: 1200, light, sharpness: 400, print: undefined },
  faces: [{ box, score: 0.98 }],
  main,
};
const judge = (measured: MeasuredPhoto, mayBeDamaged = false) => judgePhoto(measured, { mayBeDamaged });
const levels = (measured: MeasuredPhoto, mayBeDamaged = false): Partial<Record<CheckCode, string>> =>
  Object.fromEntries(
    judge(measured, mayBeDamaged)
      .filter(({ level }) => level !== 'ok')
      .map(({ code, level }) => [code, level]),
  );
const face = (changes: Partial<NonNullable<MeasuredPhoto['main']>>): MeasuredPhoto => ({
  ...good,
  main: { ...main, ...changes },
});
const at = (changes: Partial<typeof box>, others: MeasuredPhoto['faces'] = []): MeasuredPhoto => ({
  ...good,
  faces: [{ box: { ...box, ...changes }, score: 0.98 }, ...(others ?? [])],
});

test('a good portrait passes every check, and each check says what it measured and its limit', () => {
  expect(levels(good)).toEqual({});
  expect(verdictOf(judge(good))).toBe('passed');
  expect(judge(good).map(({ code }) => code)).toEqual([
    ...['several-faces', 'too-dark', 'too-bright', 'blurred', 'face-too-small', 'face-cut-off'],
    ...['off-centre', 'turned', 'tilted', 'eyes-closed', 'may-be-damaged'],
  ]);
  expect(judge(good)).toContainEqual({ code: 'face-too-small', level: 'ok', value: 260, limit: 160 });
});

const cases: [name: string, measured: MeasuredPhoto, said: Partial<Record<CheckCode, string>>][] = [
  ['no face', { ...good, faces: [], main: null }, { 'no-face': 'advice' }],
  ['what no head is shaped like', at({ height: 120 }), { 'no-face': 'advice' }],
  ['a dark face', face({ light: { ...light, highlight: 80 } }), { 'too-dark': 'advice' }],
  ['a face that is a little dark', face({ light: { ...light, highlight: 100 } }), { 'too-dark': 'hint' }],
  ['a burnt face', face({ light: { ...light, burnt: 0.3 } }), { 'too-bright': 'advice' }],
  ['a blurred face', face({ sharpness: 9 }), { blurred: 'advice' }],
  ['a face a little out of focus', face({ sharpness: 16 }), { blurred: 'hint' }],
  ['a face that is turned away', face({ turn: -0.4 }), { turned: 'advice' }],
  ['a face that is turned a little', face({ turn: 0.25 }), { turned: 'hint' }],
  ['a tilted head', face({ tilt: -29 }), { tilted: 'advice' }],
  ['narrow eyes', face({ eyesOpen: 0.15 }), { 'eyes-closed': 'hint' }],
  [
    'a small face, whose sharpness says nothing',
    { ...at({ width: 120, height: 150, x: 420 }), main: { ...main, sharpness: 5 } },
    { 'face-too-small': 'advice' },
  ],
  ['a face that leaves the picture', at({ y: -80 }), { 'face-cut-off': 'advice' }],
  ['a face at the edge', at({ x: 10 }), { 'off-centre': 'advice' }],
  [
    'another person',
    at({}, [{ box: { x: 20, y: 300, width: 200, height: 260 }, score: 0.9 }]),
    { 'several-faces': 'advice' },
  ],
  ['somebody far behind', at({}, [{ box: { x: 20, y: 300, width: 60, height: 80 }, score: 0.9 }]), {}],
  ['a pattern that may be a face', at({}, [{ box: { x: 20, y: 300, width: 200, height: 260 }, score: 0.55 }]), {}],
  ['a white wall behind somebody', { ...good, light: { ...light, burnt: 0.6 } }, {}],
];
test.each(cases)('%s', (_name, measured, said) => expect(levels(measured)).toEqual(said));

test('perhaps damaged joins as a check', () => expect(levels(good, true)).toEqual({ 'may-be-damaged': 'advice' }));

describe('without the models', () => {
  const basic: MeasuredPhoto = { ...good, faces: null, main: null };

  test('light and sharpness of the whole picture are judged, and nothing is said of faces', () => {
    expect(judge(basic).map(({ code }) => code)).toEqual(['too-dark', 'too-bright', 'blurred', 'may-be-damaged']);
    expect(levels(basic)).toEqual({});
    expect(levels({ ...basic, light: { ...light, highlight: 60 }, sharpness: 4 })).toEqual({
      'too-dark': 'advice',
      blurred: 'advice',
    });
  });
});

/**
 * Measured: the brightest 2 % and the mean of faces, as they are and with two and three stops less light. The limit
 * speaks at the same stop for all of them; one on the mean would have spoken to the darkest alone.
 */
test.each([
  ['a dark-skinned man', 216, 98, 116, 49],
  ['a dark-skinned woman', 220, 142, 118, 75],
  ['a fair-skinned man', 226, 175, 120, 91],
  ['a fair-skinned woman', 228, 166, 122, 87],
])(
  'light is judged, not skin: %s passes in good light and with two stops less',
  (_who, highlight, mean, less, lessMean) => {
    expect(levels(face({ light: { highlight, mean, burnt: 0 } }))).toEqual({});
    expect(levels(face({ light: { highlight: less, mean: lessMean, burnt: 0 } }))).toEqual({});
  },
);

test('where the face is, in whole pixels within the picture; nothing else of it', () => {
  expect(faceOf(at({ x: -20.4, y: -10 }))).toEqual({
    ...{ x: 0, y: 0, width: 240, height: 320 },
    eyes: { left: { x: 420, y: 480 }, right: { x: 541, y: 484 } },
  });
  expect(faceOf({ ...good, faces: [], main: null })).toBeNull();
});

test('a parent is told what was advised, never of hints and never of another parent’s picture', () => {
  const same = { code: 'same-picture', level: 'advice', value: 1, limit: 0 } as const;
  expect(adviceForParent([...judge(face({ turn: 0.25 })), same])).toEqual([]);
  expect(verdictOf([same])).toBe('advice'); // such a photo has not passed every check
});
