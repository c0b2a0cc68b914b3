import { z } from 'zod';

/** The fields beside the photo. The form makes `upload_id`, so that the same photo sent twice is one. */
const schema = z.object({ upload_id: z.uuid({ version: 'v4' }) });

/** Gives the upload's id in lower case, or undefined when the form is not ours. */
export const readUploadId = (body: unknown): string | undefined => schema.safeParse(body).data?.upload_id.toLowerCase();
