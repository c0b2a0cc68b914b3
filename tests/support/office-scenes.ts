import { paths, to } from '../../src/http/paths.ts';
import type { AdminViews } from '../../src/http/presenters/admin-views.ts';
import { breakDatabase, loseTable } from './broken-database.ts';
import { people } from './cast.ts';
import { giveCounts } from './checked.ts';
import { reviewScenes } from './review-scenes.ts';
import { about, at, crop, ofPhoto, rejection, sent, tooLong, type, whoIs } from './scene-steps.ts';
import type { Scene, Scenes, Stage } from './stage.ts';
import { systemScenes } from './system-scenes.ts';
import { makeVisitor } from './visitor.ts';

/** Is not of the staff, which nobody is told. */
const NOBODY = 'nobody@oakfield.example.org';
const list = (query: string) => `${paths.adminParents}?${query}`;

const signInWith = (email: string): Scene =>
  sent(({ open }) => open(paths.signIn), { tampered: type('email', `'${email}'`) + type('password', `'wrong'`) });

const guessPasswords = async ({ app }: Stage, email: string): Promise<void> => {
  const guesser = makeVisitor(app.url);
  const page = await guesser.open(paths.signIn);
  for (let guess = 0; guess < 10; guess += 1) await guesser.submit(page, 'Sign in', { email, password: 'wrong' });
};

/** A page about what the checks have said so far; the figures are those of the design. */
const counted =
  (address: string): Scene =>
  async (stage) => {
    await giveCounts(stage.app);
    stage.after(() => stage.app.db('check_counts').delete());
    await at(address)(stage);
  };

/** Every state of every page of the office, in a practice school beside one where nobody was entered yet. */
export const officeScenes: Scenes<AdminViews> = {
  'admin/sign-in': {
    'at first': ({ open }) => open(paths.admin),
    'something is wrong': signInWith(people.ben.email),
    'too often': async (stage) => {
      await guessPasswords(stage, NOBODY);
      await signInWith(NOBODY)(stage);
    },
  },
  'admin/dashboard': {
    'the first page': at(paths.adminParents),
    'nobody was entered yet': at(paths.adminParents, 'walter'),
    'the second page': async (stage) => {
      await at(paths.adminParents)(stage);
      await Promise.all([stage.page.waitForEvent('load'), stage.page.locator('a[rel=next]').click()]);
    },
    'for a reviewer': at(paths.adminParents, 'ben'),
    'one status of a class, sorted': at(list('status=approved&class=1A&sort=-changed')),
    'the archived ones': at(list('status=archived')),
    'nobody has the status': at(list('status=rejected&class=1A')),
    'a search': at(list('q=Sofia')),
    'a search that finds nobody but knows better': at(list('q=Sofai')),
    'a search that finds nobody': at(list('q=Zzyzx')),
    'a search that finds nobody in a class': at(list('q=Zzyzx&class=1A')),
    'somebody was archived': sent(about(to.adminArchive)),
  },
  'admin/parent': {
    'a photo waits beside the approved one': whoIs('Okonkwo'),
    'was entered': whoIs('Bennett', 'ruth', '?done=created'),
    'has opened the link': whoIs('Chen'),
    'a photo waits': whoIs('Santos'),
    'a photo waits, for a reviewer': whoIs('Santos', 'ben'),
    'is approved': whoIs('Abdi'),
    'the portrait was changed': sent(ofPhoto(crop('back=parent'), 'approved'), { button: 'button[value=save]' }),
    'is rejected': whoIs('Mensah'),
    'is rejected, the files are cleared': about(to.adminParent, 'cleared'),
    'has declined': whoIs('Fischer'),
    'the link was revoked': whoIs('Nguyen'),
    'the link is over': whoIs('Singh'),
    'a photo waits that could be better': about(to.adminParent, 'advised'),
    'a photo waits that was sent anyway': about(to.adminParent, 'sentAnyway'),
    'is somebody else': whoIs('Marin'),
    'is somebody else, for a reviewer': whoIs('Marin', 'ben'),
    'is archived': whoIs('Bondar'),
    'a decision can be undone': about(to.adminParent, 'decided'),
    'a colleague was quicker': whoIs('Abdi', 'ruth', '?done=already-decided'),
  },
  'admin/parent-form': {
    'a new parent': at(paths.adminParentNew),
    'a new parent, with faults': sent(at(paths.adminParentNew), { tampered: type('email', `'maria.example.org'`) }),
    'a new parent, for a school that was changed meanwhile': sent(at(paths.adminParentNew), {
      tampered: type('school', `'999999'`),
    }),
    'another new parent': at(`${paths.adminParentNew}?done=created-more&of=1`),
    'an edited parent': about(to.adminParentEdit),
    'an edited parent, with faults': sent(about(to.adminParentEdit), { tampered: type('child_name', `''`) }),
  },
  'admin/confirm': {
    'a new link': about(to.adminLinkNew),
    'a new link, a photo was sent': about(to.adminLinkNew, 'sent'),
    'the link is revoked': about(to.adminLinkRevocation, 'approved'),
    'the link is revoked, with a fault': sent(about(to.adminLinkRevocation), tooLong),
    'the parent is archived': about(to.adminArchive),
    'the parent is archived, with a fault': sent(about(to.adminArchive), tooLong),
    'the parent is deleted': about(to.adminErasure, 'sent'),
    'the parent is deleted, with a fault': sent(about(to.adminErasure), { tampered: type('typed', `'Santa'`) }),
  },
  ...reviewScenes,
  'admin/checks': {
    'some are useful and one is overruled': counted(paths.adminChecks),
    'nothing was checked yet': at(paths.adminChecks, 'walter'),
    'in another period': counted(`${paths.adminChecks}?days=365`),
  },
  ...systemScenes,
  'admin/reject': {
    'a photo that waits': ofPhoto(rejection('back=parent'), 'sent'),
    'a photo that waits, for a reason': ofPhoto(rejection('back=review&class=3B&reason=too-dark'), 'sent'),
    'the approved one stays': ofPhoto(rejection('back=parent'), 'replacing'),
    'an approved photo': ofPhoto(rejection('back=parent'), 'approved'),
    'no reason was chosen': sent(ofPhoto(rejection('back=parent'), 'sent')),
  },
  'admin/crop': {
    'a photo that waits': ofPhoto(crop('back=review'), 'sent'),
    'a photo that waits, turned': sent(ofPhoto(crop('back=review'), 'sent'), { button: 'button[value=turn-right]' }),
    'an approved photo, closer and moved': sent(
      sent(ofPhoto(crop('back=parent'), 'approved'), { button: 'button[value=closer]' }),
      { button: 'button[value=down]' },
    ),
    'it goes no further': sent(ofPhoto(crop('back=parent'), 'sent'), { button: 'button[value=up]' }),
    'the middle again': sent(ofPhoto(crop('back=parent'), 'sent'), { button: 'button[value=auto]' }),
    'nothing was saved': ofPhoto(crop('back=parent&done=portrait-unreadable'), 'sent'),
  },
  'admin/403': {
    'for the gate': at(paths.adminParents, 'gita'),
    'for a reviewer': at(paths.adminParentNew, 'ben'),
  },
  'admin/404': {
    'for an admin': at('/admin/nothing'),
    'for the gate': at('/admin/nothing', 'gita'),
    'for a stranger': ({ open }) => open('/admin/nothing'),
  },
  'admin/error': {
    'the token is wrong': sent(at(paths.adminParentNew), { tampered: type('_csrf', `'x'`) }),
    'more than a form may hold': sent(at(paths.adminParentNew), { tampered: type('_csrf', `'x'.repeat(20000)`) }),
    'our own fault': async (stage) => {
      await loseTable(stage, 'parents');
      await at(paths.adminParents)(stage);
    },
    'the database is away': async (stage) => {
      await stage.as('ruth');
      await breakDatabase(stage);
      await stage.open(paths.adminParents);
    },
  },
};
