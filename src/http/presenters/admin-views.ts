import type { AdminChecksPage } from './admin-checks.ts';
import type { ConfirmPage } from './admin-confirm.ts';
import type { CropPage } from './admin-crop.ts';
import type { DashboardPage } from './admin-dashboard.ts';
import type { ParentDetailPage } from './admin-parent.ts';
import type { ParentFormPage } from './admin-parent-form.ts';
import type { ForbiddenPage, NotFoundPage, OfficeErrorPage } from './admin-problem.ts';
import type { PassedPage } from './admin-passed.ts';
import type { RejectPage } from './admin-reject.ts';
import type { ReviewPage } from './admin-review.ts';
import type { ReviewEmptyPage } from './admin-review-empty.ts';
import type { SignInPage } from './admin-sign-in.ts';
import type { SystemPage } from './admin-system.ts';

/** Each view of the office's pages and the model its template expects. */
export type AdminViews = {
  'admin/sign-in': SignInPage;
  'admin/dashboard': DashboardPage;
  'admin/parent': ParentDetailPage;
  'admin/parent-form': ParentFormPage;
  'admin/confirm': ConfirmPage;
  'admin/review': ReviewPage;
  'admin/review-empty': ReviewEmptyPage;
  'admin/review-passed': PassedPage;
  'admin/checks': AdminChecksPage;
  'admin/system': SystemPage;
  'admin/reject': RejectPage;
  'admin/crop': CropPage;
  'admin/403': ForbiddenPage;
  'admin/404': NotFoundPage;
  'admin/error': OfficeErrorPage;
};
