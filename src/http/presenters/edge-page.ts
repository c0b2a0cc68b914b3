import type { Speech } from '../../platform/i18n.ts';
import type { ErrorPage } from './parent-error.ts';
import { presentParentLayout } from './parent-layout.ts';

/** What nginx has to say by itself; nginx.conf knows the names. */
export const edgePageNames = ['too-big', 'too-many', 'unavailable'] as const;
type EdgePageName = (typeof edgePageNames)[number];

/** The page that nginx shows in our place: it knows neither the school nor a reference. `maxUploadMb`: the largest photo. */
export const presentEdgePage = (speech: Speech, name: EdgePageName, maxUploadMb: number): ErrorPage => {
  const { t, number } = speech;
  const title = name === 'too-big' ? t('problem.too-big.title') : t(`error.${name}.title`);
  const lead = name === 'too-big' ? t('problem.too-big.lead', { limit: number(maxUploadMb) }) : t(`error.${name}.lead`);
  return {
    layout: presentParentLayout({ speech, school: undefined }, title),
    title,
    lead,
    sent: name === 'unavailable',
    againHref: '?', // the same address, asked anew
    reference: null,
    time: '',
  };
};
