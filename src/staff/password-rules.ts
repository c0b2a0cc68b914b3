export type PasswordFault = 'password-too-short' | 'password-too-long' | 'password-too-common';

/** Shapes that guessers try first; whole words and years count as common when nothing else is there. */
const COMMON =
  /^(?:(?:password|passwort|letmein|welcome|admin|administrator|school|qwerty|qwertyuiop|asdfghjkl|iloveyou|abc|changeme|secret|onboarding|parent|photo)|[\d\p{P}\p{Z}_]+)+$/iu;

/** The rule for passwords (R48, NIST SP 800-63B): 12 to 1,000 characters, nothing that is guessed first. */
export const checkPassword = (password: string): PasswordFault | undefined => {
  const { length } = Array.from(password); // characters, not the halves of emoji
  if (length < 12) return 'password-too-short';
  if (length > 1000) return 'password-too-long';
  if (COMMON.test(password) || new Set(password).size < 4) return 'password-too-common';
  return undefined;
};
