import { expect, test } from 'vitest';
import { makeI18n } from '../../src/platform/i18n.ts';
import { rich } from '../../src/platform/rich-text.ts';

const sentence = (template: string) => (values: Record<string, string | number>) =>
  template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));

test('values become parts of their own; strong is the translator’s', () => {
  expect(rich(sentence('Hello {{name}}, <strong>for {{child}}</strong>'), { name: 'Maria', child: 'Sofia' })).toEqual([
    { text: 'Hello ', value: false, strong: false },
    { text: 'Maria', value: true, strong: false },
    { text: ', ', value: false, strong: false },
    { text: 'for ', value: false, strong: true },
    { text: 'Sofia', value: true, strong: true },
  ]);
});

test('R12: a name can neither end its part nor make anything strong', () => {
  const parts = rich(sentence('Hello {{name}}!'), { name: '\uE001<strong>x</strong>\uE000 {{name}}' });
  expect(parts.map((part) => part.text)).toEqual(['Hello ', '<strong>x</strong> {{name}}', '!']);
  expect(parts.every((part) => !part.strong)).toBe(true);
});

test('a name that looks like a placeholder stays a name', async () => {
  const { speak } = await makeI18n();
  const { rich: say } = speak('en', 'UTC');
  const parts = say('moment.today', { time: '{{time}} $t(moment.today)' });
  expect(parts.map((part) => part.text).join('')).toBe('Today at {{time}} $t(moment.today)');
});

test('moments are told in the school’s time zone', async () => {
  const { speak } = await makeI18n();
  const { moment, date } = speak('en', 'Pacific/Auckland');
  const now = new Date('2026-11-21T12:30:00Z'); // 22 November 01:30 in Auckland
  expect(moment(new Date('2026-11-21T11:06:00Z'), now)).toBe('Today at 00:06');
  expect(moment(new Date('2026-11-21T10:06:00Z'), now)).toBe('Yesterday at 23:06');
  expect(date(new Date('2026-11-21T12:30:00Z'))).toBe('22 November 2026');
  expect(speak('ar', 'UTC').dir).toBe('rtl');
});
