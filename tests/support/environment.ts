/** Set by `npm run schema`: the test then writes docs/schema.sql instead of only comparing it. */
export const updateSchema = process.env['UPDATE_SCHEMA'] === '1';

/** A folder for pictures of every page that the journeys look at; unset: none are taken. */
export const picturesDir = process.env['PICTURES_DIR'];

/** What this process was given by whoever started it. */
export const environmentNames = (): string[] => Object.keys(process.env).sort();

/** How many random lives `tests/photos/lives.test.ts` plays, and from which seed; unset: a few, from a new one. */
export const livesToPlay = {
  runs: process.env['LIVES'] === undefined ? undefined : Number(process.env['LIVES']),
  seed: process.env['LIVES_SEED'] === undefined ? undefined : Number(process.env['LIVES_SEED']),
};
/** A folder with photos of real people, one face each, to measure the checks with; unset: tests that need it are left out. */
export const facesDir = process.env['FACES_DIR'];

/** How often the long crash test ends the service; unset: as often as CI has time for. */
export const killsWanted = process.env['KILLS'] === undefined ? undefined : Number(process.env['KILLS']);

/** For what libraries look up by themselves, like the credentials of S3. */
export const setEnvironment = (values: Record<string, string>): void => void Object.assign(process.env, values);

/** Whether faults last as long as R61 has it, instead of as long as CI has time for. */
export const isLongRun = process.env['FAULTS'] === 'long';

/** Whether the strict S3 is tested too (`npm run s3:strict`). */
export const strictS3 = process.env['S3_STRICT'] === '1';

/** How many uploads are begun and not ended at once; R63 says 10,000, which takes longer than CI has. */
export const halfOpenUploads = Number(process.env['HALF_OPEN'] ?? 1540);
