import { portraitFile } from '../../src/photos/photo-keys.ts';
import type { Photo } from '../../src/photos/photo.ts';
import type { Parent } from '../../src/parents/parent.ts';
import { expect } from 'vitest';
import { givePhoto } from './actors.ts';
import type { App } from './app.ts';
import { addParent } from './cast.ts';

/** What tests of portraits ask again and again. The photos are of 400 x 300 pixels, with the colours of QUARTERS. */
export const portraitsOf = (app: App) => {
  const now = ({ id }: Pick<Photo, 'id'>) => app.photos.find(1, id);
  return {
    /** A photo that waits. */
    send: async (parent?: Parent): Promise<Photo> => {
      const photo = await now({ id: await givePhoto(app, parent ?? (await addParent(app))) });
      if (!photo) throw new Error('nothing was stored');
      return photo;
    },
    now,
    filesOf: async ({ filename }: Photo) => (await app.files.filesOf(filename)).sort(),
    eventsOf: ({ id }: Photo) =>
      app
        .db('events')
        .where({ photo_id: id, kind: 'photo.portrait-changed' })
        .orderBy('id')
        .select<{ data: object }[]>(),
    portraitOf: async ({ filename }: Photo, version: number): Promise<Buffer> => {
      const bytes = await app.files.read(filename, portraitFile(version));
      if (!bytes) throw new Error(`there is no version ${version}`);
      return bytes;
    },
    /** As an older version of the program stored it. */
    forget: async ({ id, filename }: Photo): Promise<void> => {
      const columns = ['version', 'sha256', 'turn', 'x', 'y', 'size', 'source'].map((name) => `portrait_${name}`);
      await app
        .db('photos')
        .where({ id })
        .update(Object.fromEntries(columns.map((column) => [column, null])));
      await app.files.remove(filename, [portraitFile(1)]);
    },
    expectWhole: async () =>
      expect(await app.checkIntegrity({ repair: false })).toMatchObject({
        ...{ orphanFiles: 0, rowsWithoutFile: 0, checksumMismatches: 0 },
      }),
  };
};

export type Portraits = ReturnType<typeof portraitsOf>;
