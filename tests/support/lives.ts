// Parents to whom something has happened, by the service's own hands.
import { checkCodes } from '../../src/photos/photo-check.ts';
import type { Parent } from '../../src/parents/parent.ts';
import type { Actor } from '../../src/platform/event-log.ts';
import { givePhoto } from './actors.ts';
import type { App } from './app.ts';
import { addParent } from './cast.ts';
import { darkAndTwo, giveChecks, saying } from './checked.ts';

const NOTE = 'Please try again near the window, we cannot see your eyes.';

/** `office` decides about the photos. */
export const makeLives = (app: App, office: Actor) => {
  const approve = (parent: Parent, photoId: number) => app.reviewPhoto.approve(office, parent.schoolId, photoId);
  const reject = (parent: Parent, photoId: number) =>
    app.reviewPhoto.reject(office, parent.schoolId, photoId, { reasons: ['too-dark'], note: NOTE, seen: 'pending' });

  const lives = {
    fresh: () => addParent(app),
    sent: async () => {
      const parent = await addParent(app);
      await givePhoto(app, parent);
      return parent;
    },
    damaged: async () => {
      const parent = await addParent(app);
      const id = await givePhoto(app, parent);
      await app.db('photos').where({ id }).update({ may_be_damaged: true });
      return parent;
    },
    /** With a photo that waits and could be better. */
    advised: async () => {
      const parent = await addParent(app);
      await giveChecks(app, await givePhoto(app, parent), darkAndTwo);
      return parent;
    },
    /** With everything wrong with the photo, the file too. */
    muchAdvised: async () => {
      const parent = await addParent(app);
      const level = 'advice' as const;
      const wrong = checkCodes.filter((code) => code !== 'eyes-closed' && code !== 'same-picture');
      const said = saying(Object.fromEntries(wrong.map((code) => [code, { level, value: 3 }])));
      const eyes = said.map((check) => (check.code === 'eyes-closed' ? { ...check, level: 'hint' as const } : check));
      await giveChecks(app, await givePhoto(app, parent), eyes);
      return parent;
    },
    /** With a photo that was sent in spite of the advice, and that another parent has sent too. */
    sentAnyway: async () => {
      const parent = await addParent(app);
      const photoId = await givePhoto(app, parent);
      const turned = {
        turned: { level: 'advice' },
        blurred: { level: 'hint' },
        'same-picture': { level: 'advice' },
      } as const;
      await giveChecks(app, photoId, saying(turned));
      const photo = await app.photos.findOfParent(parent.id, photoId);
      if (photo) await app.sendAnyway(parent, photo);
      return parent;
    },
    approved: async () => {
      const parent = await addParent(app);
      await approve(parent, await givePhoto(app, parent));
      return parent;
    },
    /** Approved by the office, a moment ago, beside an older one. */
    decided: async () => {
      const parent = await lives.replacing();
      const [waiting] = await app.photos.listOfParent(parent.id);
      await approve(parent, waiting?.id ?? 0);
      return parent;
    },
    /** With a photo that waits and passed every check. */
    passed: async () => {
      const parent = await lives.sent();
      const [waiting] = await app.photos.listOfParent(parent.id);
      await giveChecks(app, waiting?.id ?? 0);
      return parent;
    },
    /** With a photo that waits, sent in spite of what the checks advised. */
    anyway: async () => {
      const parent = await lives.sent();
      const [waiting] = await app.photos.listOfParent(parent.id);
      const said = saying({
        'too-dark': { level: 'advice' },
        turned: { level: 'advice' },
        'eyes-closed': { level: 'hint' },
      });
      await giveChecks(app, waiting?.id ?? 0, said, { anyway: true });
      return parent;
    },
    /** With a photo that waits, the same that another parent has sent. */
    copied: async () => {
      const parent = await lives.sent();
      const [waiting] = await app.photos.listOfParent(parent.id);
      await giveChecks(
        app,
        waiting?.id ?? 0,
        saying({ 'same-picture': { level: 'advice', value: 1 }, 'several-faces': { level: 'advice', value: 2 } }),
      );
      return parent;
    },
    rejected: async () => {
      const parent = await addParent(app);
      await reject(parent, await givePhoto(app, parent));
      return parent;
    },
    /** Rejected so long ago that the files have been cleared. */
    cleared: async () => {
      const parent = await lives.rejected();
      await app.db('photos').where({ parent_id: parent.id }).update({ files_deleted_at: new Date() });
      return parent;
    },
    /** With an approved photo, and a newer one that waits. */
    replacing: async () => {
      const parent = await lives.approved();
      await givePhoto(app, parent);
      return parent;
    },
    /** With an approved photo, and a newer one that was rejected. */
    keptOld: async () => {
      const parent = await lives.approved();
      await reject(parent, await givePhoto(app, parent));
      return parent;
    },
    declined: async () => {
      const parent = await addParent(app, 'oisin');
      await app.choices.decline(parent.id, 'My sister will collect her.');
      return parent;
    },
    /** The parent's link is over from now on. */
    expire: async ({ id }: Parent) => {
      await app
        .db('parents')
        .where({ id })
        .update({ link_expires_at: new Date(Date.now() - 60_000) });
    },
  };
  return lives;
};

export type Lives = ReturnType<typeof makeLives>;
/** Everything that a parent may have behind them. */
export type Life = Exclude<keyof Lives, 'expire'>;
