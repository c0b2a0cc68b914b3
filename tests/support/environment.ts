/** Set by `npm run schema`: the test then writes docs/schema.sql instead of only comparing it. */
export const updateSchema = process.env['UPDATE_SCHEMA'] === '1';

/** A folder for pictures of every page that the journeys look at; unset: none are taken. */
export const picturesDir = process.env['PICTURES_DIR'];
