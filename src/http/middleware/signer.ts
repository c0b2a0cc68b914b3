import { createHmac, timingSafeEqual } from 'node:crypto';

/** Signs texts for one purpose: a signature is worth nothing for another. What an older secret of the list signed still counts. */
export const makeSigner = ({ secrets, purpose }: { secrets: string[]; purpose: string }) => {
  const sign = (secret: string, text: string) =>
    createHmac('sha256', secret).update(`${purpose} ${text}`).digest('base64url');
  const [first = ''] = secrets;
  return {
    sign: (text: string): string => sign(first, text),
    isSigned: (text: string, signature: string): boolean =>
      secrets.some((secret) => sameSecret(signature, sign(secret, text))),
  };
};

/** Whether both are the same and not empty, found in a time that does not tell where they differ. */
export const sameSecret = (given: string, wanted: string): boolean => {
  const a = Buffer.from(given);
  const b = Buffer.from(wanted);
  return b.length > 0 && a.length === b.length && timingSafeEqual(a, b);
};
