import fc from 'fast-check';
import * as links from './life-links.ts';
import * as reviews from './life-reviews.ts';
import type { LifeCommand } from './life-steps.ts';

const { sends, sendsAgain, approves, rejects, undoes, checksPass, approvesTogether } = reviews;
const { starts, declines, undoesDecline, saysNotMe, clearsNotMe, changesLink, archives } = links;
const { deletesPhotos, erases, timePasses } = links;

/** What seldom happens, and what mends it. */
const seldom = fc.oneof(
  ...[saysNotMe, clearsNotMe, clearsNotMe, changesLink('revoke'), changesLink('renew'), changesLink('renew')],
  ...[archives(true), archives(false), archives(false), starts, declines, undoesDecline, changesLink('extend')],
  ...[deletesPhotos, sendsAgain, fc.oneof({ weight: 3, arbitrary: starts }, { weight: 1, arbitrary: erases })],
);
const together = fc.oneof(checksPass, checksPass, approvesTogether);

/** Everything that can happen, as often as it takes to get deep into a life. */
export const lifeCommands: fc.Arbitrary<LifeCommand>[] = [
  ...[sends, sends, sends, approves, approves, approves, approves, rejects('pending'), rejects('approved')],
  ...[undoes, undoes, undoes, undoes, together, together, timePasses, seldom, seldom],
];
