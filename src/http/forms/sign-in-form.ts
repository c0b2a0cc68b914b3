import { z } from 'zod';
import { typedText } from './office-text.ts';

/** The password is taken as it was typed, spaces included, and never cut (R48); the bound keeps the hashing cheap. */
const schema = z.object({
  email: typedText.transform((text) => text.slice(0, 254)),
  password: z.string().max(1000).catch(''),
  next: typedText,
});

export const readSignIn = (body: unknown): z.infer<typeof schema> => schema.parse(body ?? {});
