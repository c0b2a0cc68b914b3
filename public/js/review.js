import { claimShown, giveBackOnLeaving } from './review-claim.js';
import { showKeysSwitch, useReviewKeys } from './review-keys.js';
import { goOnWithoutLeaving, loadAhead } from './review-next.js';

/** What a page of the review needs when it is shown. */
const shown = () => {
  showKeysSwitch();
  claimShown();
  loadAhead();
};

/** The review of photos: keys, the next picture loaded ahead, and a photo for each reviewer. */
export const enhanceReview = () => {
  if (!document.querySelector('[data-review], main [aria-keyshortcuts]')) return;
  useReviewKeys();
  giveBackOnLeaving();
  goOnWithoutLeaving(shown);
  shown();
};
