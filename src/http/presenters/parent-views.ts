import type { ChecksPage } from './parent-checks.ts';
import type { DeclineDonePage, DeclinePage, NotMePage } from './parent-choice-pages.ts';
import type { DeletionDonePage, DeletionPage } from './parent-deletion.ts';
import type { ErrorPage } from './parent-error.ts';
import type { LinkExpiredPage, PlainPage, WelcomePage } from './parent-link-pages.ts';
import type { PhotoPage } from './parent-photo-page.ts';
import type { ReceiptPage } from './parent-receipt.ts';
import type { ApprovedPage, PendingPage, RejectedPage } from './parent-status-pages.ts';
import type { ProblemPage, TooManyPage } from './parent-upload-problem.ts';

/** Each view of the parents' pages and the model its template expects. */
export type ParentViews = {
  'parent/welcome': WelcomePage;
  'parent/link-expired': LinkExpiredPage;
  'parent/link-invalid': PlainPage;
  'parent/session-ended': PlainPage;
  'parent/not-me': NotMePage;
  'parent/not-me-done': PlainPage;
  'parent/decline': DeclinePage;
  'parent/decline-done': DeclineDonePage;
  'parent/photo': PhotoPage;
  'parent/checks': ChecksPage;
  'parent/problem': ProblemPage;
  'parent/too-many': TooManyPage;
  'parent/receipt': ReceiptPage;
  'parent/pending': PendingPage;
  'parent/approved': ApprovedPage;
  'parent/rejected': RejectedPage;
  'parent/deletion': DeletionPage;
  'parent/deletion-done': DeletionDonePage;
  'parent/error': ErrorPage;
};
