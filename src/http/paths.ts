import type { UniqueId } from '../shared/ids.ts';

/** Every address of the service by its name. The routers use `paths`, views, redirects and tests the functions of `to`. */
export const paths = {
  root: '/',
  health: '/healthz',
  ready: '/readyz',
  metrics: '/metrics',
  robots: '/robots.txt',
  assets: '/assets',
  /** Known to nginx only, and there from the inside: the photos on disk, as nginx.conf has it. */
  photoFiles: '/_photos',

  link: '/onboarding/:unique_id',
  linkNotMe: '/onboarding/:unique_id/not-me',
  linkDecline: '/onboarding/:unique_id/decline',
  linkQr: '/onboarding/:unique_id/qr.svg',

  parent: '/onboarding/p/:parent_id',
  parentPhoto: '/onboarding/p/:parent_id/photo',
  parentChecks: '/onboarding/p/:parent_id/checks/:photo_id',
  parentPicture: '/onboarding/p/:parent_id/photos/:photo_id/:size',
  parentDeletion: '/onboarding/p/:parent_id/deletion',

  admin: '/admin',
  signIn: '/admin/sign-in',
  signOut: '/admin/sign-out',
  currentSchool: '/admin/school',
  adminParents: '/admin/parents',
  adminParentNew: '/admin/parents/new',
  adminParent: '/admin/parents/:parent_id',
  adminParentEdit: '/admin/parents/:parent_id/edit',
  adminLinkNew: '/admin/parents/:parent_id/new-link',
  adminLinkRevocation: '/admin/parents/:parent_id/link-revocation',
  adminLinkExtension: '/admin/parents/:parent_id/link-extension',
  adminAlert: '/admin/parents/:parent_id/alert',
  adminArchive: '/admin/parents/:parent_id/archive',
  adminRestore: '/admin/parents/:parent_id/restoration',
  adminErasure: '/admin/parents/:parent_id/erasure',
  adminPicture: '/admin/photos/:photo_id/:size',
  review: '/admin/review',
  reviewClaim: '/admin/review/claim',
  reviewPassed: '/admin/review/passed',
  reviewPassedUndo: '/admin/review/passed/undo',
  adminChecks: '/admin/checks',
  adminStatus: '/admin/status',
  adminStatusRetry: '/admin/status/retry',
  adminStatusCancel: '/admin/status/cancellation',
  adminStatusWork: '/admin/status/work',
  adminStatusKey: '/admin/status/key-confirmation',
  adminStatusError: '/admin/status/error',
  adminDecision: '/admin/photos/:photo_id/decision',
  adminUndo: '/admin/photos/:photo_id/undo',
  adminRejection: '/admin/photos/:photo_id/rejection',
  adminCrop: '/admin/photos/:photo_id/crop',
} as const;

/** Which picture is asked for: the stored one (<= 1200 px), its thumbnail (<= 320 px) or the portrait (4:5, <= 480 x 600). */
const pictureSizes = ['full', 'thumb', 'portrait'] as const;
type PictureSize = (typeof pictureSizes)[number];

export const isPictureSize = (text: unknown): text is PictureSize => pictureSizes.some((size) => size === text);

const office = (parentId: number) => `/admin/parents/${parentId}`;
const own = (parentId: number) => `/onboarding/p/${parentId}`;

export const to = {
  link: (uniqueId: UniqueId) => `/onboarding/${uniqueId}`,
  linkNotMe: (uniqueId: UniqueId) => `/onboarding/${uniqueId}/not-me`,
  linkDecline: (uniqueId: UniqueId) => `/onboarding/${uniqueId}/decline`,
  linkQr: (uniqueId: UniqueId) => `/onboarding/${uniqueId}/qr.svg`,

  parent: own,
  parentPhoto: (parentId: number) => `${own(parentId)}/photo`,
  parentChecks: (parentId: number, photoId: number) => `${own(parentId)}/checks/${photoId}`,
  parentPicture: (parentId: number, photoId: number, size: PictureSize) => `${own(parentId)}/photos/${photoId}/${size}`,
  parentDeletion: (parentId: number) => `${own(parentId)}/deletion`,

  adminParent: office,
  adminParentEdit: (parentId: number) => `${office(parentId)}/edit`,
  adminLinkNew: (parentId: number) => `${office(parentId)}/new-link`,
  adminLinkRevocation: (parentId: number) => `${office(parentId)}/link-revocation`,
  adminLinkExtension: (parentId: number) => `${office(parentId)}/link-extension`,
  adminAlert: (parentId: number) => `${office(parentId)}/alert`,
  adminArchive: (parentId: number) => `${office(parentId)}/archive`,
  adminRestore: (parentId: number) => `${office(parentId)}/restoration`,
  adminErasure: (parentId: number) => `${office(parentId)}/erasure`,
  adminPicture: (photoId: number, size: PictureSize) => `/admin/photos/${photoId}/${size}`,
  adminDecision: (photoId: number) => `/admin/photos/${photoId}/decision`,
  adminUndo: (photoId: number) => `/admin/photos/${photoId}/undo`,
  adminRejection: (photoId: number) => `/admin/photos/${photoId}/rejection`,
  adminCrop: (photoId: number) => `/admin/photos/${photoId}/crop`,
} as const;
