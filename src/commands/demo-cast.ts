import type { ParentDetails } from '../parents/parent-records.ts';
import type { FaceVariant } from '../photos/draw-face.ts';
import { type FaceLook, hairTones, skinTones } from '../photos/face-look.ts';
import type { Random } from '../shared/seeded-random.ts';
import type { Fate } from './demo-lives.ts';
import { demoDetails, type DemoPerson } from './demo-people.ts';

type Role = {
  /** Name, surname and class of the parent's child; the child has the parent's surname. */
  who: readonly [name: string, surname: string, child: string, className: string];
  fate: Fate;
  /** Of the last change. */
  daysAgo: number;
  locale?: ParentDetails['locale'];
  look: Partial<FaceLook>;
  /** What is wrong with a photo that was rejected. */
  variant?: FaceVariant;
};
export type CastMember = DemoPerson & Pick<Role, 'fate' | 'daysAgo' | 'variant'>;

const bare = { beard: 'none', glasses: 'none', smile: 'closed', earrings: false, clothes: 'plain', width: 1 } as const;

const roles: readonly Role[] = [
  {
    ...{ who: ['Maria', 'Santos', 'Sofia', '3B'], fate: 'pending', daysAgo: 0.01, locale: 'es' },
    look: { ...bare, skin: '#d9a27d', hair: '#3b2a22', hairstyle: 'long', top: '#b0473b', backdrop: '#cfdcf5' },
  },
  {
    ...{ who: ['Amina', 'Abdi', 'Yusuf', '1A'], fate: 'approved', daysAgo: 3 },
    look: { ...bare, skin: '#a9714b', hairstyle: 'scarf', cloth: '#2e8184', top: '#276d70', backdrop: '#f3e2c4' },
  },
  {
    ...{ who: ['João', 'Almeida', 'Inês', '4C'], fate: 'pending', daysAgo: 0.028 },
    look: {
      ...bare,
      skin: '#cf9871',
      hair: '#2b211d',
      hairstyle: 'swept',
      beard: 'full',
      top: '#2f4f7a',
      backdrop: '#dbe6d6',
    },
  },
  { ...{ who: ['Claire', 'Bennett', 'Oliver', '2B'], fate: 'not_opened', daysAgo: 13 }, look: bare },
  {
    ...{ who: ['David', 'Brandt', 'Emil', '3B'], fate: 'approved', daysAgo: 6 },
    look: {
      ...bare,
      skin: '#f0c4a4',
      hair: '#b98a4e',
      hairstyle: 'short',
      glasses: 'square',
      top: '#3f5d4b',
      backdrop: '#d9dfe9',
    },
  },
  { ...{ who: ['Li', 'Chen', 'Mei', '5A'], fate: 'opened', daysAgo: 1 }, look: bare },
  {
    ...{ who: ['Fatima', 'El Idrissi', 'Adam', '1A'], fate: 'approved', daysAgo: 9, locale: 'ar' },
    look: {
      ...bare,
      skin: '#c18d65',
      hairstyle: 'scarf',
      glasses: 'square',
      cloth: '#6b4494',
      top: '#5b3a7d',
      backdrop: '#e9dcea',
    },
  },
  { ...{ who: ['Tom', 'Fischer', 'Ida', '5A'], fate: 'declined', daysAgo: 8 }, look: bare },
  {
    ...{ who: ['Kwame', 'Mensah', 'Abena', '6C'], fate: 'rejected', daysAgo: 0.2, variant: 'far' },
    look: { ...bare, skin: '#5f3a28', hair: '#17120f', hairstyle: 'short', top: '#2f8f57', backdrop: '#f3e6cc' },
  },
  {
    ...{ who: ['Piotr', 'Nowak', 'Zofia', '2B'], fate: 'approved', daysAgo: 11 },
    look: {
      ...bare,
      skin: '#f1c7ab',
      hair: '#9b9ba0',
      hairstyle: 'bald',
      beard: 'full',
      glasses: 'square',
      top: '#59391f',
      backdrop: '#dde3ee',
    },
  },
  { ...{ who: ['Ngọc', 'Nguyen', 'An', '2B'], fate: 'revoked', daysAgo: 19 }, look: bare },
  { ...{ who: ['Harpreet', 'Singh', 'Jasleen', '4C'], fate: 'expired', daysAgo: 4 }, look: bare },
  { ...{ who: ['Rosa', 'Marin', 'Ana', '2B'], fate: 'alert', daysAgo: 0.02, locale: 'es' }, look: bare },
  {
    ...{ who: ['Grace', 'Okonkwo', 'Chiamaka', '3B'], fate: 'replacing', daysAgo: 0.15 },
    look: { ...bare, skin: '#7b4a32', hair: '#1f1815', hairstyle: 'curls', top: '#e0a21b', backdrop: '#f6dcd3' },
  },
  {
    ...{ who: ['Olena', 'Bondar', 'Danylo', '6A'], fate: 'archived', daysAgo: 3 },
    look: { ...bare, skin: '#f4cfb3', hair: '#d6b16b', hairstyle: 'bun', top: '#2a6fa3', backdrop: '#dde8cf' },
  },
];

const traits = { woman: true, skins: skinTones.olive, hairs: hairTones.dark };

/** The people whom the pictures in the documentation show, in a fixed order: the first 13 have all statuses. */
export const makeCast = (random: Random): CastMember[] =>
  roles.map(({ who: [name, surname, child, className], locale = null, ...role }) => {
    const person = { name, surname, childName: `${child} ${surname}`, className };
    const details = { ...demoDetails(random, person, locale), email: `${initial(name)}.${plain(surname)}@example.org` };
    return { ...role, details, traits, kind: name };
  });

const plain = (name: string): string => name.toLowerCase().replaceAll(' ', '');
const initial = (name: string): string => plain(name).slice(0, 1);
