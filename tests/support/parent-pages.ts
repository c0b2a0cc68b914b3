import type { Parent } from '../../src/parents/parent.ts';
import type { Photo } from '../../src/photos/photo.ts';
import type { StorageKey } from '../../src/photos/photo-keys.ts';
import { presentChecks } from '../../src/http/presenters/parent-checks.ts';
import {
  presentDecline,
  presentDeclineDone,
  presentNotMe,
  presentNotMeDone,
} from '../../src/http/presenters/parent-choice-pages.ts';
import { presentDeletion, presentDeletionDone } from '../../src/http/presenters/parent-deletion.ts';
import { presentError } from '../../src/http/presenters/parent-error.ts';
import {
  presentLinkExpired,
  presentLinkInvalid,
  presentSessionEnded,
  presentWelcome,
} from '../../src/http/presenters/parent-link-pages.ts';
import { presentPhotoPage } from '../../src/http/presenters/parent-photo-page.ts';
import { presentReceipt } from '../../src/http/presenters/parent-receipt.ts';
import { presentStatus } from '../../src/http/presenters/parent-status-pages.ts';
import {
  presentUploadProblem,
  type UploadProblem,
  uploadProblems,
} from '../../src/http/presenters/parent-upload-problem.ts';
import type { ParentViews } from '../../src/http/presenters/parent-views.ts';
import type { I18n } from '../../src/platform/i18n.ts';
import type { Language } from '../../src/platform/languages.ts';
import type { School } from '../../src/schools/school.ts';
import { makeUniqueId } from '../../src/shared/ids.ts';
import { darkAndTwo } from './checked.ts';

/** A page in one of its states: the view and the model it gets. */
export type SamplePage = { name: string; view: keyof ParentViews; model: ParentViews[keyof ParentViews] };

const now = new Date('2025-05-12T14:06:30Z');
const MINUTE = 60_000;
const later = (minutes: number) => new Date(now.getTime() + minutes * MINUTE);

const oakfield: School = {
  id: 1,
  name: 'Oakfield Primary School',
  phone: '01632 960 118',
  timeZone: 'UTC',
  defaultLocale: 'en',
  officeHours: 'Monday to Friday, 8:30 to 16:00',
  linkTtlDays: 30,
};

const maria: Parent = {
  id: 7,
  schoolId: 1,
  uniqueId: makeUniqueId(),
  name: 'Maria',
  surname: 'Santos',
  childName: 'Sofia',
  email: null,
  phone: null,
  locale: null,
  className: 'Class 3B',
  externalId: null,
  status: 'opened',
  photoId: null,
  linkVersion: 1,
  linkIssuedAt: later(-60),
  linkExpiresAt: later(30 * 24 * 60),
  linkRevokedAt: null,
  openedAt: later(-30),
  declinedAt: null,
  notMeAt: null,
  archivedAt: null,
  createdAt: later(-60),
  changedAt: later(-30),
};
const pending: Parent = { ...maria, status: 'pending', photoId: 3 };
const approved: Parent = { ...maria, status: 'approved', photoId: 3 };
const rejected: Parent = { ...maria, status: 'rejected', photoId: 3 };
const expired = (parent: Parent): Parent => ({ ...parent, linkExpiresAt: later(-1) });
const declined: Parent = { ...maria, status: 'declined', declinedAt: later(-3) };

const photo = (changes: Partial<Photo> = {}): Photo => ({
  id: 3,
  parentId: 7,
  schoolId: 1,
  filename: `s1/00/${'0'.repeat(32)}` as StorageKey,
  uploadedAt: now,
  sha256: '',
  thumbSha256: '',
  sourceSha256: '',
  width: 960,
  height: 1200,
  bytes: 90_000,
  status: 'pending',
  mayBeDamaged: false,
  reviewedAt: null,
  reviewedBy: null,
  rejectReasons: [],
  rejectNote: null,
  checks: null,
  checksVerdict: null,
  face: null,
  sentAnywayAt: null,
  portrait: null,
  ...changes,
});
const good = photo({ status: 'approved', reviewedAt: now });
const dark = photo({
  status: 'rejected',
  reviewedAt: now,
  rejectReasons: ['too-dark'],
  rejectNote: 'Please try again near the window, we cannot see your eyes.',
});
const worse = photo({ id: 4, status: 'rejected', reviewedAt: now, rejectReasons: ['blurred', 'face-covered'] });

/** Every page of the parents in every state, as one language shows it. `school: undefined` is a district. */
export const parentPages = (i18n: I18n, language: Language, school: School | undefined = oakfield): SamplePage[] => {
  const speech = i18n.speak(language, 'UTC');
  const around = { speech, school };
  const csrf = 'token';
  const form = { speech, csrf, uploadId: '9b1f6f0e-2c43-4d0a-8a55-0f7be1a7c2d4', maxUploadMb: 25, now };
  const pages: SamplePage[] = [];
  const add = <View extends keyof ParentViews>(name: string, view: View, model: ParentViews[View]) => {
    pages.push({ name, view, model });
  };

  const welcome = {
    parent: maria,
    csrf,
    consentVersion: 'v1',
  };
  add('welcome', 'parent/welcome', presentWelcome(around, welcome));
  add('welcome-error', 'parent/welcome', presentWelcome(around, { ...welcome, problem: 'needed' }));
  add('welcome-changed', 'parent/welcome', presentWelcome(around, { ...welcome, problem: 'changed' }));
  add('link-expired', 'parent/link-expired', presentLinkExpired(around, 30, null));
  add('link-expired-sent', 'parent/link-expired', presentLinkExpired(around, 30, '/onboarding/p/7'));
  add('link-invalid', 'parent/link-invalid', presentLinkInvalid(around));
  add('link-invalid-district', 'parent/link-invalid', presentLinkInvalid({ speech, school: undefined }));
  add('session-ended', 'parent/session-ended', presentSessionEnded(around));
  add('not-me', 'parent/not-me', presentNotMe(around, { parent: maria, csrf }));
  add('not-me-done', 'parent/not-me-done', presentNotMeDone(around));
  const decline = { parent: maria, csrf, noteMax: 300 };
  add('decline', 'parent/decline', presentDecline(around, decline));
  add('decline-error', 'parent/decline', presentDecline(around, { ...decline, faulty: { note: 'x'.repeat(301) } }));
  add('decline-done', 'parent/decline-done', presentDeclineDone(around, { parent: declined, now, undoCsrf: csrf }));
  add('decline-done-session', 'parent/decline-done', presentDeclineDone(around, { parent: declined, now }));

  add('photo', 'parent/photo', presentPhotoPage(around, { ...form, parent: maria }));
  add('photo-again', 'parent/photo', presentPhotoPage(around, { ...form, parent: approved }));
  add(
    'checks',
    'parent/checks',
    presentChecks(around, { ...form, parent: pending, photo: photo({ checks: darkAndTwo }) }),
  );
  for (const problem of Object.keys(uploadProblems) as UploadProblem[]) {
    const report = { problem, retryAfter: 20, nextAt: later(58), sentBytes: 31 * 1024 * 1024 };
    for (const parent of [maria, pending]) {
      const shown = presentUploadProblem(around, { ...form, parent }, report);
      pages.push({ name: parent === maria ? problem : `${problem}-again`, view: shown.view, model: shown.model });
    }
  }

  const status = (name: string, parent: Parent, photos: Photo[]) => {
    const shown = presentStatus(around, { ...form, parent, photos });
    pages.push({ name, view: shown.view, model: shown.model });
    add(`receipt-${name}`, 'parent/receipt', presentReceipt(around, { parent, photos, csrf, now }));
    add(`deletion-${name}`, 'parent/deletion', presentDeletion(around, { parent, photos, csrf }));
  };
  status('pending', pending, [photo()]);
  status('pending-replacing', pending, [photo(), photo({ ...good, id: 2 })]);
  status('pending-damaged', pending, [photo({ mayBeDamaged: true })]);
  status('pending-expired', expired(pending), [photo()]);
  status('approved', approved, [good]);
  status('approved-newer-rejected', approved, [worse, good]);
  status('approved-expired', expired(approved), [good]);
  status('rejected', rejected, [dark]);
  status('rejected-expired', expired(rejected), [dark]);
  status('rejected-cleared', rejected, []);
  add('deletion-done', 'parent/deletion-done', presentDeletionDone(around, { parent: maria, now }));
  add('deletion-done-expired', 'parent/deletion-done', presentDeletionDone(around, { parent: expired(maria), now }));

  for (const kind of [
    'failure',
    'unavailable',
    'busy',
    'too-many',
    'not-found',
    'forbidden',
    'forged',
    'bad-request',
  ] as const) {
    const report = { kind, reference: kind === 'failure' ? '7F3K-92QX' : null, againHref: '/onboarding/p/7', now };
    add(`error-${kind}`, 'parent/error', presentError(around, report));
  }
  return pages;
};
