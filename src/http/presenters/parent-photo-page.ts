import { hasSent, linkState, type Parent } from '../../parents/parent.ts';
import type { MessageKey, Speech } from '../../platform/i18n.ts';
import { to } from '../paths.ts';
import { type Around, type ParentLayout, presentParentLayout } from './parent-layout.ts';

/** A form that takes a photo, with every word that public/js/photo-form.js may need. */
export type PhotoForm = {
  action: string;
  csrf: string;
  uploadId: string;
  maxBytes: number;
  take: string;
  choose: string;
  error: string | null;
  messages: Record<'notImage' | 'tooBig' | 'noFile' | 'preparing' | 'sending' | 'checking', string> &
    Record<'failed' | 'offline' | 'stopped', string>;
  /** Sentences that count down, as JSON: plural form -> sentence with {n} in it. */
  countdown: { busy: string; many: string };
};

export type PhotoFormParts = { speech: Speech; parent: Parent; csrf: string; uploadId: string; maxUploadMb: number };

const MB = 1024 * 1024;

/** `take` and `choose` are the words on the two buttons. */
export const presentPhotoForm = (
  { speech, parent, csrf, uploadId, maxUploadMb }: PhotoFormParts,
  take: MessageKey = 'upload.take',
  choose: MessageKey = 'upload.choose',
): PhotoForm => {
  const { t, number } = speech;
  return {
    action: to.parentPhoto(parent.id),
    csrf,
    uploadId,
    maxBytes: maxUploadMb * MB,
    take: t(take),
    choose: t(choose),
    error: null,
    messages: {
      notImage: t('upload.not-image'),
      tooBig: t('upload.too-big', { limit: number(maxUploadMb) }),
      noFile: t('upload.no-file'),
      preparing: t('upload.preparing'),
      sending: t('upload.sending'),
      checking: t('upload.checking'),
      failed: t('upload.failed'),
      offline: t('upload.offline'),
      stopped: t('upload.stopped'),
    },
    countdown: { busy: countdown(speech, 'upload.busy'), many: countdown(speech, 'upload.many') },
  };
};

export type PhotoPage = { layout: ParentLayout; form: PhotoForm; backHref: string; oldStays: boolean };

type Photo = PhotoFormParts & { now: Date; missing?: boolean };

/** The page that takes the photo. `missing`: it was sent without one. */
export const presentPhotoPage = (around: Around, photo: Photo): PhotoPage => {
  const { t } = around.speech;
  const { parent, missing = false } = photo;
  const form = presentPhotoForm(photo);
  const title = t('photo.title');
  return {
    layout: presentParentLayout(around, missing ? t('page.error-title', { title }) : title),
    form: missing ? { ...form, error: form.messages.noFile } : form,
    backHref: hasSent(parent) ? to.parent(parent.id) : to.link(parent.uniqueId),
    oldStays: parent.status === 'approved',
  };
};

/** Whether this parent may send a photo now. */
export const maySend = (parent: Parent, now: Date): boolean => linkState(parent, now) === 'open';

/** One number for each plural form that some language has; a form without a number here is never counted down to. */
const SAMPLES = [0, 1, 2, 3, 11, 100];

const countdown = ({ t, language }: Speech, key: 'upload.busy' | 'upload.many'): string => {
  const rules = new Intl.PluralRules(language);
  return JSON.stringify(Object.fromEntries(SAMPLES.map((count) => [rules.select(count), t(key, { count, n: '{n}' })])));
};
