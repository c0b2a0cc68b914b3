import { makeFaceChecker } from '../photos/face-checker.ts';
import { measureFolder, type MeasuredPicture } from '../photos/measure-folder.ts';
import { type CheckCode, checkCodes } from '../photos/photo-check.ts';
import { variants } from '../photos/vary-picture.ts';
import { type BareCommand, UsageError } from './command.ts';

/** What all pictures of the folder show, so that misses and false alarms can be counted. */
const expectations = ['one', 'several', 'none'] as const;
type Expected = (typeof expectations)[number];

export const checksMeasureCommand: BareCommand = {
  usage: 'checks:measure FOLDER [--expect one|several|none] [--spoil]',
  summary: 'what the checks say of each picture in a folder, how many faces are found, and what it costs',
  options: { expect: { type: 'string' }, spoil: { type: 'boolean' } },
  runBare: async ({ config, logger }, { values, words }) => {
    const [folder] = words;
    if (folder === undefined || words.length > 1) throw new UsageError('which folder? checks:measure FOLDER');
    const expected = readExpected(values['expect']);
    const checker = makeFaceChecker({ checks: config.CHECKS === 'basic' ? 'basic' : 'face', logger });
    try {
      const { pictures, refused } = await measureFolder(folder, { checker, spoil: values['spoil'] === true });
      const memoryMib = checker.peakMib();
      const totals = ['as it is' as const, ...variants].flatMap((variant) => {
        const these = pictures.filter((picture) => picture.variant === variant);
        return these.length === 0 ? [] : [{ variant, ...countUp(these, expected) }];
      });
      const asTheyAre = pictures.filter(({ variant }) => variant === 'as it is');
      const costs = { cpuMs: median(asTheyAre.map(({ cpuMs }) => cpuMs)), memoryMib };
      const lines = [
        ...pictures.map(describe),
        ...refused.map(({ name, reason }) => `${name}: not taken (${reason})`),
        ...totals.map(({ variant, ...counts }) => `${variant}: ${JSON.stringify(counts)}`),
        `${costs.cpuMs} ms of CPU a picture (median), ${memoryMib ?? '?'} MiB at most`,
      ];
      return { text: lines.join('\n'), json: { pictures, refused, totals, ...costs } };
    } finally {
      await checker.stop();
    }
  },
};

const readExpected = (value: string | boolean | undefined): Expected | undefined => {
  if (value === undefined) return undefined;
  const expected = expectations.find((one) => one === value);
  if (!expected) throw new UsageError(`--expect is one of ${expectations.join(', ')}`);
  return expected;
};

const advised = ({ checks }: MeasuredPicture, code: CheckCode): boolean =>
  checks.some((check) => check.code === code && check.level === 'advice');

const countUp = (pictures: MeasuredPicture[], expected: Expected | undefined) => {
  const count = (is: (picture: MeasuredPicture) => boolean) => pictures.filter(is).length;
  const fired = Object.fromEntries(
    checkCodes.flatMap((code) => {
      const n = count((picture) => advised(picture, code));
      return n === 0 ? [] : [[code, n]];
    }),
  );
  const passed = count(({ checks }) => checks.every(({ level }) => level !== 'advice'));
  const found = count((picture) => !advised(picture, 'no-face'));
  const alarms: Record<Expected, object> = {
    one: { missed: pictures.length - found, 'false several': count((one) => advised(one, 'several-faces')) },
    several: { 'missed several': count((one) => !advised(one, 'several-faces')) },
    none: { 'false faces': found },
  };
  return { pictures: pictures.length, passed, found, ...(expected ? alarms[expected] : {}), fired };
};

const describe = ({ name, variant, checks, faces, cpuMs }: MeasuredPicture): string => {
  const said = checks
    .filter(({ level }) => level !== 'ok')
    .map(({ code, level, value, limit }) => `${code}${level === 'hint' ? ' (hint)' : ''} ${value}/${limit}`);
  return `${name}, ${variant}: ${faces} faces, ${Math.round(cpuMs)} ms; ${said.join(', ') || 'passed'}`;
};

const median = (numbers: number[]): number =>
  Math.round(numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0);
