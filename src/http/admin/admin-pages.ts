import type { Router } from 'express';
import { makeDashboardPages } from './dashboard.ts';
import { makeLeavingPages } from './leaving.ts';
import { makeLinkPages } from './links.ts';
import { makeOfficePage } from './office-page.ts';
import { makeParentPages } from './parents.ts';
import { makePictures } from './pictures.ts';
import { makeRejectionPage, makeShowRejection } from './rejection.ts';
import { makeReviewPages } from './review.ts';
import { makeSignInPages } from './sign-in.ts';

type Deps = Parameters<typeof makeSignInPages>[0] &
  Parameters<typeof makeOfficePage>[0] &
  Parameters<typeof makePictures>[0] &
  Omit<
    Parameters<typeof makeDashboardPages>[0] &
      Parameters<typeof makeParentPages>[0] &
      Parameters<typeof makeLinkPages>[0] &
      Parameters<typeof makeLeavingPages>[0] &
      Parameters<typeof makeShowRejection>[0] &
      Parameters<typeof makeReviewPages>[0],
    'officePage' | 'showRejection'
  >;

/** All pages of the office. `baseUrl` is BASE_URL without a slash at the end. */
export const makeAdminPages = (deps: Deps): Router[] => {
  const officePage = makeOfficePage(deps);
  const showRejection = makeShowRejection({ ...deps, officePage });
  return [
    makeSignInPages(deps),
    makeDashboardPages({ ...deps, officePage }),
    makeParentPages({ ...deps, officePage }),
    makeLinkPages({ ...deps, officePage }),
    makeLeavingPages({ ...deps, officePage }),
    makeReviewPages({ ...deps, officePage, showRejection }),
    makeRejectionPage({ showRejection }),
    makePictures(deps),
  ];
};
