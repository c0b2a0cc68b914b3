import { expect, test } from 'vitest';
import { makePassword } from '../../src/staff/made-password.ts';
import { checkPassword } from '../../src/staff/password-rules.ts';

test.each([
  ['eleven char', 'password-too-short'],
  ['password1234', 'password-too-common'],
  ['Passw0rd!!!!'.replace('0', 'o'), 'password-too-common'],
  ['123456789012', 'password-too-common'],
  ['aaaaaaaaaaaaaaa', 'password-too-common'],
  ['x'.repeat(1001), 'password-too-long'],
])('R48: "%.20s" is refused: %s', (password, fault) => {
  expect(checkPassword(password)).toBe(fault);
});

test('R48: a sentence, 64 and more characters, emoji and what we make are taken', () => {
  for (const password of [
    'correct horse battery staple',
    'a1!b'.repeat(20),
    '🌸🌼🌻🌷🌹🌺🥀💐🌾🍀🌵🌴',
    makePassword(),
  ]) {
    expect(checkPassword(password)).toBeUndefined();
  }
});
