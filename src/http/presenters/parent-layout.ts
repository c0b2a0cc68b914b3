import type { Speech } from '../../platform/i18n.ts';
import { languageDirections, languageNames, languages, type Language } from '../../platform/languages.ts';
import type { RichPart } from '../../platform/rich-text.ts';
import { type School, telephoneHref } from '../../schools/school.ts';

/** The school as a parent may see it; absent where a page must not say which school it is (a dead link in a district). */
type OfficeContact = { name: string; phone: { text: string; href: string } | null; hours: string | null };

/** What every page for parents needs around its own content. */
export type ParentLayout = Pick<Speech, 't' | 'rich' | 'dir'> & {
  language: Language;
  languageName: string;
  /** The browser's tab: what the page is, then whose; never a parent's name. */
  title: string;
  schoolName: string;
  office: OfficeContact | null;
  /** Shows a column beside the page on a wide screen. */
  wide: boolean;
  languages: { code: Language; name: string; dir: 'ltr' | 'rtl'; href: string; current: boolean }[];
  /** How to call the office, where it has a telephone. */
  help: { href: string; parts: RichPart[] } | null;
  /** The page itself says how we use the photo, in the section `#privacy`; on all others the footer unfolds it. */
  ownPrivacy: boolean;
};

export type Around = {
  speech: Speech;
  school: School | undefined;
  wide?: boolean;
  ownPrivacy?: boolean;
  /** What the language switch keeps of the address' query, e.g. `problem=busy`. */
  query?: string;
};

/** Puts the masthead, the language switch and the footer around a page whose translated title is `title`. */
export const presentParentLayout = (around: Around, title: string): ParentLayout => {
  const { speech, school, wide = false, ownPrivacy = false, query } = around;
  const { t, rich, dir, language } = speech;
  const schoolName = school?.name ?? t('page.service');
  const office = school ? presentOffice(school) : null;
  return {
    t,
    rich,
    dir,
    language,
    languageName: languageNames[language],
    title: `${title} - ${schoolName}`,
    schoolName,
    office,
    wide,
    languages: languages.map((code) => ({
      code,
      name: languageNames[code],
      dir: languageDirections[code],
      href: query === undefined ? `?lang=${code}` : `?${query}&lang=${code}`,
      current: code === language,
    })),
    help: office?.phone ? { href: office.phone.href, parts: rich('page.help', { phone: office.phone.text }) } : null,
    ownPrivacy,
  };
};

const presentOffice = (school: School): OfficeContact => ({
  name: school.name,
  phone: school.phone === null ? null : { text: school.phone, href: telephoneHref(school.phone) },
  hours: school.officeHours,
});
