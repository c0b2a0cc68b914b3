import { z } from 'zod';

/** 'Start' with the version of the text that was agreed to, or 'Show my photo'. What is odd counts as not sent (R55). */
const schema = z.object({
  consent: z.string().max(20).optional().catch(undefined),
  do: z.literal('show').optional().catch(undefined),
});

export const readOpenLinkForm = (body: unknown): z.infer<typeof schema> => schema.parse(body ?? {});
