import type { Speech } from '../../platform/i18n.ts';

const units = ['kB', 'MB', 'GB', 'TB'] as const;

/** The unit, of 1,000 each, in which so many bytes are a number from 0.1 to some hundred, and what one of it holds. */
const unitOf = (bytes: number) => {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3) - 1));
  return { unit: units[power] ?? 'TB', size: 1000 ** (power + 1) };
};

/** 0.3, 1.9, 48: one digit behind the point where it matters. */
const rounded = (value: number): number => (value < 10 ? Math.round(value * 10) / 10 : Math.round(value));

/** '48 MB', '1.9 GB' */
export const byteSize = ({ t, number }: Speech, bytes: number): string => {
  const { unit, size } = unitOf(bytes);
  return t(`office.system.bytes.${unit}`, { n: number(rounded(bytes / size)) });
};

/** '1.9 of 20 GB': both in the unit of the whole. */
export const byteShare = ({ t, number }: Speech, part: number, whole: number): string => {
  const { unit, size } = unitOf(whole);
  const values = { part: number(rounded(part / size)), whole: number(rounded(whole / size)) };
  return t(`office.system.bytesOf.${unit}`, values);
};
