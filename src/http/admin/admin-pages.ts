import type { Router } from 'express';
import { makeChecksPage } from './checks.ts';
import { makeCropPage } from './crop.ts';
import { makeDashboardPages } from './dashboard.ts';
import { makeLeavingPages } from './leaving.ts';
import { makeLinkPages } from './links.ts';
import { makeOfficePage } from './office-page.ts';
import { makeParentPages } from './parents.ts';
import { makePictures } from './pictures.ts';
import { makeRejectionPage, makeShowRejection } from './rejection.ts';
import { makeLastDecision } from './last-decision.ts';
import { makeReviewClaim } from './review-claim.ts';
import { makeReviewPassed } from './review-passed.ts';
import { makeReviewUndo } from './review-undo.ts';
import { makeReviewPages } from './review.ts';
import { makeSignInPages } from './sign-in.ts';
import { makeSystemPages } from './system.ts';

type Deps = Parameters<typeof makeSignInPages>[0] &
  Parameters<typeof makeOfficePage>[0] &
  Parameters<typeof makePictures>[0] &
  Omit<
    Parameters<typeof makeDashboardPages>[0] &
      Parameters<typeof makeParentPages>[0] &
      Parameters<typeof makeLinkPages>[0] &
      Parameters<typeof makeLeavingPages>[0] &
      Parameters<typeof makeShowRejection>[0] &
      Parameters<typeof makeLastDecision>[0] &
      Parameters<typeof makeReviewClaim>[0] &
      Parameters<typeof makeReviewUndo>[0] &
      Parameters<typeof makeReviewPassed>[0] &
      Parameters<typeof makeCropPage>[0] &
      Parameters<typeof makeReviewPages>[0] &
      Parameters<typeof makeChecksPage>[0] &
      Parameters<typeof makeSystemPages>[0],
    'officePage' | 'showRejection' | 'lastDecision'
  >;

/** All pages of the office. `baseUrl` is BASE_URL without a slash at the end. */
export const makeAdminPages = (deps: Deps): Router[] => {
  const officePage = makeOfficePage(deps);
  const showRejection = makeShowRejection({ ...deps, officePage });
  const lastDecision = makeLastDecision(deps);
  return [
    makeSignInPages(deps),
    makeDashboardPages({ ...deps, officePage }),
    makeParentPages({ ...deps, officePage }),
    makeLinkPages({ ...deps, officePage }),
    makeLeavingPages({ ...deps, officePage }),
    makeReviewPages({ ...deps, officePage, showRejection, lastDecision }),
    makeReviewClaim(deps),
    makeReviewUndo(deps),
    makeReviewPassed({ ...deps, officePage, lastDecision }),
    makeRejectionPage({ showRejection }),
    makeChecksPage({ ...deps, officePage }),
    makeSystemPages({ ...deps, officePage }),
    makeCropPage({ ...deps, officePage }),
    makePictures(deps),
  ];
};
