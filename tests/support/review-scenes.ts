import { paths } from '../../src/http/paths.ts';
import type { AdminViews } from '../../src/http/presenters/admin-views.ts';
import { PASSED_ON_A_PAGE } from '../../src/photos/passed-photos.ts';
import { givePhoto } from './actors.ts';
import { addParent, people } from './cast.ts';
import { giveChecks } from './checked.ts';
import { at, ofPhoto, reject, review, sent, type } from './scene-steps.ts';
import type { Scene, Scenes, Stage } from './stage.ts';

const APPROVE = 'button[value=approve]';
const UNDO = 'form.undo button';

const newestOf = async ({ app }: Stage, parentId: number): Promise<number> =>
  (await app.photos.listOfParent(parentId))[0]?.id ?? 0;

const staffId = async ({ app }: Stage, person: keyof typeof people): Promise<number> =>
  (await app.staff.findByEmail(people[person].email))?.id ?? 0;

/** Ben is looking at a photo that Ruth opens. */
const claimedByBen: Scene = async (stage) => {
  const { app, lives, as, open } = stage;
  const parent = await lives.sent();
  const photoId = await newestOf(stage, parent.id);
  const ben = await staffId(stage, 'ben');
  await app.reviewClaims.claim({ staffId: ben, schoolId: parent.schoolId }, { className: null, photoId });
  stage.after(() => app.reviewClaims.giveBack(ben));
  await as('ruth');
  await open(review(photoId));
};

/** Ruth approves a photo, and before she undoes that the parent sends a newer one. */
const undoneTooLate: Scene = async (stage) => {
  const parent = await stage.lives.sent();
  await stage.as('ruth');
  await stage.open(review(await newestOf(stage, parent.id)));
  await stage.submit(APPROVE);
  await givePhoto(stage.app, parent);
  await stage.submit(UNDO);
};

/** Photos that passed, ticked on their page; one of them has changed before they are approved. */
const approvedTogether: Scene = async (stage) => {
  const { app, lives, as, open } = stage;
  await lives.passed();
  const changes = await lives.passed();
  await as('ruth');
  await open(paths.reviewPassed);
  await app.reviewPhoto.reject({ kind: 'cli' }, changes.schoolId, await newestOf(stage, changes.id), {
    ...{ reasons: ['blurred'], note: null, seen: 'pending' },
  });
  await stage.submit('[data-bulk] button.btn-ok');
};

const somePassed: Scene = async ({ lives, as, open }) => {
  for (let n = 0; n < 3; n += 1) await lives.passed();
  await as('ruth');
  await open(paths.reviewPassed);
};

/** More than a page holds. */
const manyPassed: Scene = async (stage) => {
  for (let n = 0; n <= PASSED_ON_A_PAGE; n += 1) await stage.lives.passed();
  await stage.as('ruth');
  await stage.open(paths.reviewPassed);
};

/** Walter approves the only photo of his school. */
const lastOne: Scene = async (stage) => {
  const { app, as, open } = stage;
  const walter = await app.staff.findSignedIn(await staffId(stage, 'walter'), undefined);
  const parent = await addParent(app, 'kwame', { schoolId: walter?.schoolId ?? 0 });
  const photoId = await givePhoto(app, parent);
  await giveChecks(app, photoId);
  await as('walter');
  await open(review(photoId));
  await stage.submit(APPROVE);
};

/** Every state of the pages of the review. */
export const reviewScenes: Pick<Scenes<AdminViews>, 'admin/review' | 'admin/review-empty' | 'admin/review-passed'> = {
  'admin/review': {
    'the first that waits': at(paths.review),
    'of a class': at(`${paths.review}?class=3B`),
    'for a reviewer': at(paths.review, 'ben'),
    'beside the approved one': ofPhoto(review, 'replacing'),
    'perhaps damaged': ofPhoto(review, 'damaged'),
    'every check passed': ofPhoto(review, 'passed'),
    'sent in spite of the advice': ofPhoto(review, 'anyway'),
    'the picture of another parent': ofPhoto(review, 'copied'),
    'a colleague is looking at it': claimedByBen,
    'no reason was chosen': sent(ofPhoto(review, 'sent'), { button: reject }),
    'the note is too long': sent(ofPhoto(review, 'sent'), {
      button: reject,
      tampered: type('note', `'Because '.repeat(50)`),
    }),
    'one was approved': sent(ofPhoto(review, 'sent'), { button: APPROVE }),
    'that was undone': sent(sent(ofPhoto(review, 'sent'), { button: APPROVE }), { button: UNDO }),
    'that could not be undone': undoneTooLate,
    'the one before was decided a while ago': async (stage) => {
      await stage.lives.decided();
      await at(paths.review)(stage);
    },
    'some were approved together, one was left out': approvedTogether,
    'those were undone': sent(approvedTogether, { button: UNDO }),
  },
  'admin/review-empty': {
    'nothing waits': at(paths.review, 'walter'),
    'nothing of the class waits': at(`${paths.review}?class=Nobody`),
    'the last one was approved': lastOne,
  },
  'admin/review-passed': {
    'some passed': somePassed,
    'nothing passed': at(paths.reviewPassed, 'walter'),
    'more than a page holds': manyPassed,
    'the second page': async (stage) => {
      await manyPassed(stage);
      await Promise.all([stage.page.waitForEvent('load'), stage.page.locator('a[rel=next]').click()]);
    },
  },
};
