// Help on the pages of the office, beside main.js.
import { countTicks } from './bulk-ticks.js';
import { followWork } from './follow-work.js';
import { enhanceReview } from './review.js';

for (const form of document.querySelectorAll('form[data-bulk]')) countTicks(form);
enhanceReview();
followWork();
