/** The tiles of the status page, in their order. */
export const areas = ['website', 'checks', 'jobs', 'backups'] as const;
export type Area = (typeof areas)[number];

/** Something that needs attention: `wait` a person should look, `bad` it fails. `section` is where the page says more. */
export type Concern = {
  areas: Area[];
  tone: 'wait' | 'bad';
  section: 'jobs' | 'backups' | 'storage' | 'errors';
  text: string;
};
