import type { PasswordFault } from '../staff/password-rules.ts';

/** Why a password is refused, for the shell. */
export const passwordFaults: Record<PasswordFault, string> = {
  'password-too-short': 'the password needs at least 12 characters',
  'password-too-long': 'the password is longer than 1,000 characters',
  'password-too-common': 'this password is one of the first that are guessed',
};
