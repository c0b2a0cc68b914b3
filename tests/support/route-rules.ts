import { randomUUID } from 'node:crypto';
import { to } from '../../src/http/paths.ts';
import type { UniqueId } from '../../src/shared/ids.ts';
import { type Actor, linkToken } from './actors.ts';
import type { App } from './app.ts';
import { scene } from './pictures.ts';
import { type Answer, ask, form, photoForm } from './raw-request.ts';

/** Everybody who may come. Each asks for what belongs to Maria, a parent of the first school. */
export const everybody = ['anonymous', 'maria', 'kwame', 'admin', 'reviewer', 'gate', 'elsewhere'] as const;
/** `maria` and `kwame` are parents with a session; `elsewhere` is the admin of another school. */
export type Who = (typeof everybody)[number];

/** What really exists and belongs to Maria. */
export type Target = { id: number; uniqueId: UniqueId; surname: string; photoId: number; schoolId: number };

type Rule = {
  /** Who may; all others are refused. */
  may: readonly Who[];
  /** What those who may get: a status, or where they are sent on by 303. */
  gets: number | ((target: Target) => string);
  /** The fields of the form, beside its token. */
  fields?: (target: Target) => Record<string, string>;
  /** Others may ask too, but see only what is theirs: the page itself is nobody's. */
  gets303?: readonly Who[];
};

const office: readonly Who[] = ['admin', 'reviewer', 'elsewhere'];
const reviewers: readonly Who[] = ['admin', 'reviewer'];
const all = everybody;
const page = (may: readonly Who[]): Rule => ({ may, gets: 200 });
const leads = (may: readonly Who[], gets: (target: Target) => string, fields?: Rule['fields']): Rule => ({
  may,
  gets,
  ...(fields ? { fields } : {}),
});
const parentPage = ({ id }: Target) => `${to.adminParent(id)}?done=`;

const doneOnStatus = () => '/admin/status?done=';

/** Who may do what. A route that is not here fails R36: write down who may, then build it. */
export const rules: Record<string, Rule> = {
  'GET /': leads(all, () => '/admin'),
  'GET /healthz': page(all),
  'GET /readyz': page(all),
  'GET /robots.txt': page(all),
  'GET /metrics': { may: all, gets: 404 }, // there is no METRICS_TOKEN here

  // Whoever holds the link may act for the parent (product.md): that is what the link is.
  'GET /onboarding/:unique_id': page(all),
  'POST /onboarding/:unique_id': leads(
    all,
    ({ id }) => to.parent(id),
    () => ({ do: 'show' }),
  ),
  'GET /onboarding/:unique_id/qr.svg': page(all),
  'GET /onboarding/:unique_id/not-me': page(all),
  'POST /onboarding/:unique_id/not-me': leads(all, ({ uniqueId }) => `/onboarding/${uniqueId}/not-me`),
  'GET /onboarding/:unique_id/decline': leads(all, ({ uniqueId }) => `/onboarding/${uniqueId}`),
  'POST /onboarding/:unique_id/decline': leads(all, ({ uniqueId }) => `/onboarding/${uniqueId}`),

  'GET /onboarding/p/:parent_id': page(['maria']),
  'GET /onboarding/p/:parent_id/photo': page(['maria']),
  'POST /onboarding/p/:parent_id/photo': leads(['maria'], ({ id }) => to.parent(id)),
  'GET /onboarding/p/:parent_id/photos/:photo_id/:size': page(['maria']),
  // Nothing is advised about that photo: who may see the page is led on.
  'GET /onboarding/p/:parent_id/checks/:photo_id': leads(['maria'], ({ id }) => to.parent(id)),
  'POST /onboarding/p/:parent_id/checks/:photo_id': leads(['maria'], ({ id }) => to.parent(id)),
  'GET /onboarding/p/:parent_id/deletion': page(['maria']),
  'POST /onboarding/p/:parent_id/deletion': leads(['maria'], ({ id }) => to.parentDeletion(id)),

  'GET /admin/sign-in': {
    ...page(['anonymous', 'maria', 'kwame']),
    gets303: ['admin', 'reviewer', 'gate', 'elsewhere'],
  },
  'POST /admin/sign-in': { may: all, gets: 422, fields: () => ({ email: 'nobody@example.org', password: 'wrong' }) },
  'POST /admin/sign-out': leads(['admin', 'reviewer', 'gate', 'elsewhere'], () => '/admin/sign-in'),
  'POST /admin/school': leads(
    ['admin', 'reviewer', 'gate'],
    () => '/admin/parents',
    ({ schoolId }) => ({
      school: String(schoolId),
    }),
  ),

  'GET /admin': leads(office, () => '/admin/parents'),
  'GET /admin/parents': page(office),
  'GET /admin/parents/new': page(['admin', 'elsewhere']),
  'POST /admin/parents/new': leads(
    ['admin', 'elsewhere'],
    () => '/admin/parents/',
    () => ({
      form_id: randomUUID(),
      parent_name: 'Ines',
      child_name: 'Bruno',
    }),
  ),
  'GET /admin/parents/:parent_id': page(reviewers),
  'GET /admin/parents/:parent_id/edit': page(['admin']),
  'POST /admin/parents/:parent_id/edit': leads(['admin'], parentPage, () => ({
    parent_name: 'Ines',
    child_name: 'Bruno',
  })),
  'GET /admin/parents/:parent_id/new-link': page(['admin']),
  'POST /admin/parents/:parent_id/new-link': leads(['admin'], parentPage),
  'GET /admin/parents/:parent_id/link-revocation': page(['admin']),
  'POST /admin/parents/:parent_id/link-revocation': leads(['admin'], parentPage, () => ({ why: 'She asked us to.' })),
  'POST /admin/parents/:parent_id/link-extension': leads(['admin'], parentPage),
  'POST /admin/parents/:parent_id/alert': leads(['admin'], parentPage, () => ({ do: 'clear' })),
  'GET /admin/parents/:parent_id/archive': page(['admin']),
  'POST /admin/parents/:parent_id/archive': leads(
    ['admin'],
    () => '/admin/parents?done=',
    () => ({ why: 'Moved away.' }),
  ),
  'POST /admin/parents/:parent_id/restoration': leads(['admin'], parentPage),
  'GET /admin/parents/:parent_id/erasure': page(['admin']),
  'POST /admin/parents/:parent_id/erasure': leads(
    ['admin'],
    () => '/admin/parents?done=',
    ({ surname }) => ({
      typed: surname,
    }),
  ),

  'GET /admin/checks': page(['admin', 'elsewhere']),
  'GET /admin/status': page(['admin', 'elsewhere']),
  'POST /admin/status/retry': leads(['admin', 'elsewhere'], doneOnStatus, () => ({ job: 'photo-check' })),
  'POST /admin/status/cancellation': leads(['admin', 'elsewhere'], doneOnStatus, () => ({ work: '1' })),
  'POST /admin/status/work': leads(['admin', 'elsewhere'], doneOnStatus, () => ({ work: 'backup' })),
  'POST /admin/status/key-confirmation': leads(['admin', 'elsewhere'], doneOnStatus),
  'POST /admin/status/error': leads(['admin', 'elsewhere'], doneOnStatus, () => ({
    done: '77a0d2aa',
    seen: '2026-11-27T09:00:00.000Z',
  })),
  'GET /admin/review': page(office),
  // Nobody's pages either: what they name by id must be of the school, and is left alone where it is not.
  'POST /admin/review/claim': leads(
    office,
    () => '/admin/review',
    ({ photoId }) => ({ photo: String(photoId) }),
  ),
  'GET /admin/review/passed': page(office),
  'POST /admin/review/passed': leads(
    office,
    () => '/admin/review',
    ({ photoId }) => ({ id: String(photoId) }),
  ),
  'POST /admin/review/passed/undo': leads(
    office,
    () => '/admin/review?done=',
    () => ({ batch: randomUUID() }),
  ),
  'POST /admin/photos/:photo_id/decision': leads(
    reviewers,
    () => '/admin/review?',
    () => ({ decision: 'approve' }),
  ),
  'POST /admin/photos/:photo_id/undo': leads(
    reviewers,
    () => '/admin/review?done=',
    () => ({ decision: '1' }),
  ),
  'GET /admin/photos/:photo_id/rejection': page(reviewers),
  'GET /admin/photos/:photo_id/crop': page(reviewers),
  'POST /admin/photos/:photo_id/crop': leads(
    reviewers,
    () => '/admin/review?',
    () => ({ do: 'save', turn: '90', x: '0', y: '0', size: '200' }),
  ),
  'GET /admin/photos/:photo_id/:size': page(reviewers),
};

/** The route's address for the target: real ids in every place. */
export const addressOf = (route: string, target: Target, size = 'full'): string =>
  (route.split(' ')[1] ?? '')
    .replace(':unique_id', target.uniqueId)
    .replace(':parent_id', String(target.id))
    .replace(':photo_id', String(target.photoId))
    .replace(':size', size);

export const PHOTO_ROUTE = 'POST /onboarding/p/:parent_id/photo';

/** The body that the route's form sends, with `csrf` as its first field. */
export const bodyOf = async (route: string, target: Target, csrf: string): Promise<URLSearchParams | FormData> =>
  route === PHOTO_ROUTE
    ? photoForm({ _csrf: csrf, upload_id: randomUUID() }, await scene().jpeg().toBuffer())
    : form({ _csrf: csrf, ...rules[route]?.fields?.(target) });

/** The token that the route's forms carry for this actor. */
export const tokenFor = async (app: App, route: string, target: Target, actor: Actor): Promise<string> => {
  if (route.includes(':unique_id')) return linkToken(app, target);
  return route.includes(' /admin') ? actor.officeCsrf : actor.csrf;
};

/** Asks for the route as the actor would from its own page: with cookie, token and fields. */
export const askAs = async (app: App, route: string, target: Target, actor: Actor): Promise<Answer> => {
  const headers = { cookie: actor.cookie };
  const address = addressOf(route, target);
  if (route.startsWith('GET ')) return ask(app.url, address, { headers });
  const csrf = await tokenFor(app, route, target, actor);
  return ask(app.url, address, { headers, body: await bodyOf(route, target, csrf) });
};
