import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CONSENT_VERSION } from '../../src/parents/parent-choices.ts';
import { languages } from '../../src/platform/languages.ts';

/** The words of each version: a consent that is kept names its version, so these say what was agreed to. */
const words: Record<string, string> = {
  v1: '5efb30f2c7a19526',
};

const isAgreedTo = (key: string): boolean => key === 'welcome.consent' || key.startsWith('privacy.');

test('what parents agree to has a version, and other words have another', () => {
  const hash = createHash('sha256');
  for (const language of languages) {
    const file = fileURLToPath(new URL(`../../src/locales/${language}/parent.json`, import.meta.url));
    const texts = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>);
    const agreed = texts.filter(([key]) => isAgreedTo(key)).sort(([a], [b]) => (a < b ? -1 : 1));
    expect(agreed.length).toBeGreaterThan(4);
    hash.update(JSON.stringify([language, agreed]));
  }
  const found = hash.digest('hex').slice(0, 16);
  const sentence =
    `The words that parents agree to (welcome.consent, privacy.*) are not those of ${CONSENT_VERSION}. ` +
    `Raise CONSENT_VERSION in src/parents/parent-choices.ts and add '${found}' for it here.`;
  expect(words[CONSENT_VERSION], sentence).toBe(found);
});
