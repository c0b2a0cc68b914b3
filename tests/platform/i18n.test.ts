import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type I18n, makeI18n } from '../../src/platform/i18n.ts';
import { languages } from '../../src/platform/languages.ts';

let i18n: I18n;
beforeAll(async () => {
  i18n = await makeI18n();
});

test('a counted sentence takes the form of its number in each language, and none for nothing where there is one', () => {
  const waits = (language: 'en' | 'es' | 'ar') =>
    [0, 1, 2, 3, 11, 100].map((count) => i18n.speak(language, 'UTC').t('busy.wait', { count }));
  expect(waits('en').slice(0, 3)).toEqual([
    'Wait 0 seconds, then send it again.',
    'Wait 1 second, then send it again.',
    'Wait 2 seconds, then send it again.',
  ]);
  // Six forms; the last two have the same words.
  expect(new Set(waits('ar').map((text) => text.replaceAll(/\d+/g, '#'))).size).toBe(5);
  const { t } = i18n.speak('en', 'UTC');
  expect([0, 1, 1200].map((count) => t('office.parent.opened', { count }))).toEqual([
    'Not opened yet.',
    'Opened 1 time.',
    'Opened 1,200 times.',
  ]);
});

test('what is filled in stays as it is: signs of a replacement or of a hole in it mean nothing', () => {
  const { t } = i18n.speak('en', 'UTC');
  expect(t('office.done.created', { name: `$& $1 {{name}} <b>` })).toBe(
    '$& $1 {{name}} <b> is added. Copy the link and send it.',
  );
});

test('the words have holes of the two known forms only', () => {
  for (const language of languages) {
    const folder = join(import.meta.dirname, '../../src/locales', language);
    for (const file of readdirSync(folder)) {
      const words = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, string>;
      const odd = Object.values(words).filter((text) => /\{\{(?!\w+(, number)?\}\})|\$t\(/.test(text));
      expect(odd, `${language}/${file}`).toEqual([]);
    }
  }
});

test('dates are those of the school’s time zone, with a clock that moves on', () => {
  const speech = i18n.speak('en', 'America/New_York');
  const now = new Date('2025-05-12T03:30:00Z'); // the 11th in New York
  expect(speech.date(now)).toBe('11 May 2025');
  expect([0, 59, 60].map((seconds) => speech.time(new Date(now.getTime() + seconds * 1000)))).toEqual([
    ...['23:30', '23:30', '23:31'],
  ]);
  expect(speech.moment(now, now)).toBe('Today at 23:30');
  expect(speech.moment(now, new Date('2025-05-12T04:00:00Z'))).toBe('Yesterday at 23:30');
});
