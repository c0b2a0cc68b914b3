import type { Speech } from '../../platform/i18n.ts';
import type { Language } from '../../platform/languages.ts';
import type { SignedInStaff } from '../../staff/staff.ts';
import { paths } from '../paths.ts';
import type { IconName } from './icons.ts';

/** Which entry of the menu is marked as the current one. */
export type OfficePlace = 'parents' | 'review' | 'checks' | 'status' | null;

type MenuEntry = {
  href: string;
  icon: IconName;
  text: string;
  current: boolean;
  count: string | null;
  countText: string;
  /** The first of what is looked at now and then. */
  gap: boolean;
};

/** What every page of the office needs around its own content. */
export type OfficeLayout = Pick<Speech, 't' | 'rich' | 'dir'> & {
  language: Language;
  /** The browser's tab. */
  title: string;
  schoolName: string;
  /** Token of the session, the first field of every form. */
  csrf: string;
  /** Absent on pages for people who are not signed in. */
  staffName: string | null;
  /** The schools to switch between; empty with one school, which then is nowhere an issue. */
  schools: { id: number; name: string; current: boolean }[];
  menu: MenuEntry[];
  /** Addresses that the frame of the page itself needs. */
  address: typeof address;
};

const address = {
  start: paths.admin,
  parents: paths.adminParents,
  signIn: paths.signIn,
  signOut: paths.signOut,
  currentSchool: paths.currentSchool,
};

type OfficeAround = {
  speech: Speech;
  schoolName: string;
  csrf: string;
  staff: SignedInStaff | undefined;
  here: OfficePlace;
  /** Photos that wait for review; undefined where nobody counted. */
  waiting?: number | undefined;
};

/** Puts the bar and the menu around a page whose translated title is `page`. A role sees only its own entries. */
export const presentOfficeLayout = (around: OfficeAround, page: string): OfficeLayout => {
  const { speech, schoolName, csrf, staff } = around;
  const { t, rich, dir, language } = speech;
  const several = staff !== undefined && staff.schools.length > 1;
  return {
    t,
    rich,
    dir,
    language,
    title: t('office.title', { page, school: schoolName }),
    schoolName,
    csrf,
    staffName: staff?.name ?? null,
    schools: several ? staff.schools.map(({ id, name }) => ({ id, name, current: id === staff.schoolId })) : [],
    menu: staff === undefined || staff.role === 'gate' ? [] : presentMenu(around),
    address,
  };
};

const presentMenu = ({ speech, staff, here, waiting = 0 }: OfficeAround): MenuEntry[] => [
  {
    href: paths.adminParents,
    icon: 'parents',
    text: speech.t('office.nav.parents'),
    current: here === 'parents',
    count: null,
    countText: '',
    gap: false,
  },
  {
    href: paths.review,
    icon: 'eye',
    text: speech.t('office.nav.review'),
    current: here === 'review',
    count: waiting > 0 ? speech.number(waiting) : null,
    countText: speech.t('office.nav.waiting', { count: waiting }),
    gap: false,
  },
  ...(staff?.role === 'admin' ? [presentChecksEntry(speech, here), presentStatusEntry(speech, here)] : []),
];

const presentChecksEntry = (speech: Speech, here: OfficePlace): MenuEntry => ({
  href: paths.adminChecks,
  icon: 'chart',
  text: speech.t('office.nav.checks'),
  current: here === 'checks',
  count: null,
  countText: '',
  gap: true,
});

const presentStatusEntry = (speech: Speech, here: OfficePlace): MenuEntry => ({
  href: paths.adminStatus,
  icon: 'disks',
  text: speech.t('office.nav.system'),
  current: here === 'status',
  count: null,
  countText: '',
  gap: false,
});
