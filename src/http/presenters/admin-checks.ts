import type { CheckCount, CountChecks } from '../../dashboard/count-checks.ts';
import { type CheckCode, checkCodes } from '../../photos/photo-check.ts';
import type { Speech } from '../../platform/i18n.ts';
import type { CheckPeriod } from '../forms/checks-query.ts';
import { checkPeriods } from '../forms/checks-query.ts';
import { paths } from '../paths.ts';
import type { OfficeLayout } from './admin-layout.ts';
import type { IconName } from './icons.ts';

type Meaning = 'useful' | 'few' | 'overruled';
type Bar = { text: string; percent: string; fill: 'info' | 'ok' | 'wait' };

export type AdminChecksPage = {
  layout: OfficeLayout;
  action: string;
  periods: { days: CheckPeriod; text: string; selected: boolean }[];
  tiles: { tone: 'info' | 'ok' | 'mute' | 'wait'; count: string; text: string }[];
  overruled: { title: string; text: string }[];
  rows: {
    title: string;
    fired: Bar;
    better: string;
    anyway: string;
    approved: Bar | null;
    meaning: { tag: 'tag-ok' | 'tag-wait' | ''; icon: IconName; text: string };
  }[];
  empty: boolean;
};

type Seen = { layout: OfficeLayout; speech: Speech; days: CheckPeriod; counts: Awaited<ReturnType<CountChecks>> };

/** Fewer overruled photos than this say nothing about a check. */
const ENOUGH = 10;
/** A check whose overruled photos are approved this often is a bad check. */
const OVERRULED = 0.8;

/** How often each check fired, and whether people agreed with it. */
export const presentAdminChecks = ({ layout, speech, days, counts }: Seen): AdminChecksPage => {
  const { t, number } = speech;
  const { photos, byCode } = counts;
  const rows = checkCodes
    .map((code) => ({ code, count: byCode[code] ?? NONE }))
    .sort((a, b) => firedOf(b.code, b.count) - firedOf(a.code, a.count));
  const most = Math.max(1, ...rows.map(({ code, count }) => firedOf(code, count)));
  return {
    layout,
    action: paths.adminChecks,
    periods: checkPeriods.map((period) => ({
      days: period,
      text: t(`office.checks.period.${period}`),
      selected: period === days,
    })),
    tiles: presentTiles(speech, photos),
    overruled: rows
      .filter(({ count }) => meaningOf(count) === 'overruled')
      .map(({ code, count: { anyway, approved } }) => ({
        title: t('office.checks.overruled', { check: t(`office.checks.code.${code}`) }),
        text: t('office.checks.overruledText', { count: anyway, approved: number(approved) }),
      })),
    rows: rows.map(({ code, count }) => presentRow(speech, code, count, most)),
    empty: photos.looked === 0,
  };
};

const NONE: CheckCount = { looked: 0, hinted: 0, advised: 0, better: 0, anyway: 0, approved: 0 };

/** Eyes are never more than a hint; the hints of other checks are not told to parents and are not counted. */
const firedOf = (code: CheckCode, { hinted, advised }: CheckCount): number =>
  code === 'eyes-closed' ? hinted : advised;

const meaningOf = ({ anyway, approved }: CheckCount): Meaning => {
  if (anyway < ENOUGH) return 'few';
  return approved >= OVERRULED * anyway ? 'overruled' : 'useful';
};

const presentTiles = ({ t, number }: Speech, { looked, advised, better, anyway }: CheckCount) => {
  const share = (count: number) => number(looked === 0 ? 0 : Math.round((100 * count) / looked));
  const passed = looked - advised;
  return [
    { tone: 'info', count: number(looked), text: t('office.checks.tile.checked') },
    { tone: 'ok', count: number(passed), text: t('office.checks.tile.passed', { percent: share(passed) }) },
    { tone: 'mute', count: number(better), text: t('office.checks.tile.better', { percent: share(better) }) },
    { tone: 'wait', count: number(anyway), text: t('office.checks.tile.anyway', { percent: share(anyway) }) },
  ] satisfies AdminChecksPage['tiles'];
};

const meanings = {
  useful: { tag: 'tag-ok', icon: 'tick' },
  few: { tag: '', icon: 'dash' },
  overruled: { tag: 'tag-wait', icon: 'warning' },
} as const;

const presentRow = (
  speech: Speech,
  code: CheckCode,
  count: CheckCount,
  most: number,
): AdminChecksPage['rows'][number] => {
  const { t, number } = speech;
  const meaning = meaningOf(count);
  const fired = firedOf(code, count);
  const { better, anyway, approved } = count;
  const of = { approved: number(approved), anyway: number(anyway) };
  const fill = meaning === 'overruled' ? 'wait' : 'ok';
  return {
    title: t(`office.checks.code.${code}`),
    fired: { text: number(fired), percent: percentOf(fired, most), fill: 'info' },
    better: number(better),
    anyway: number(anyway),
    approved: anyway === 0 ? null : { text: t('office.checks.of', of), percent: percentOf(approved, anyway), fill },
    meaning: { ...meanings[meaning], text: t(`office.checks.meaning.${meaning}`) },
  };
};

const percentOf = (part: number, whole: number): string => ((100 * part) / whole).toFixed(1);
