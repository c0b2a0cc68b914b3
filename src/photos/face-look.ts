import { pick, type Random } from '../shared/seeded-random.ts';

export type Hairstyle =
  'long' | 'waves' | 'bob' | 'bun' | 'curls' | 'ponytail' | 'short' | 'swept' | 'crop' | 'bald' | 'scarf' | 'turban';

/** Everything that makes one drawn face different from another; colours are '#rrggbb'. */
export type FaceLook = {
  skin: string;
  hair: string;
  hairstyle: Hairstyle;
  beard: 'none' | 'full' | 'moustache' | 'stubble';
  glasses: 'none' | 'square' | 'round';
  smile: 'closed' | 'open';
  earrings: boolean;
  clothes: 'plain' | 'v-neck' | 'collar' | 'stripes' | 'hood';
  top: string;
  /** Of the head scarf or the turban. */
  cloth: string;
  backdrop: string;
  /** How wide the face is; 1 is usual. */
  width: number;
};

/** What a face is invented from, so that a family's faces fit its names. */
export type Traits = {
  woman: boolean;
  skins: readonly string[];
  hairs: readonly string[];
  /** How likely a woman's head scarf and a man's turban are, 0 to 1. */
  scarf?: number;
  turban?: number;
};

const CLOTHS = [
  '#2e8184',
  '#6b4494',
  '#c8502e',
  '#2f4f7a',
  '#a63d57',
  '#d8a23a',
  '#4d6b53',
  '#8a5a76',
  '#31465f',
] as const;
const TOPS = [
  ...['#3f5d4b', '#e0a21b', '#24314f', '#2f4f7a', '#2f8f57', '#7b5ea7', '#b0473b', '#0f6d62', '#2a6fa3', '#59391f'],
  ...['#8a2f4d', '#213d8f', '#d9704a', '#5c6b7a', '#c9b18b', '#43506b', '#e8e4da', '#7d8f4e'],
] as const;
const BACKDROPS = [
  ...['#f3e2c4', '#d9dfe9', '#e9dcea', '#f6dcd3', '#e6e0f0', '#dbe6d6', '#f3e6cc', '#d3e8ea'],
  ...['#cfdcf5', '#f5e9cd', '#dde8cf', '#dde3ee', '#d5e4f1', '#f0e3d6', '#e3ead8', '#f1dfe2'],
] as const;
/** The hair of the old. */
export const greys: readonly string[] = ['#8f8f94', '#b4b3b6', '#77757a', '#c4c1bd'];

const WOMENS = ['long', 'long', 'waves', 'waves', 'bob', 'bob', 'bun', 'ponytail', 'ponytail'] as const;
const MENS = ['short', 'short', 'swept', 'swept', 'crop', 'crop', 'bald'] as const;

/** Invents a face. */
export const inventLook = (random: Random, traits: Traits): FaceLook => {
  const chance = (likely: number): boolean => random() < likely;
  const hair = chance(0.13) ? pick(random, greys) : pick(random, traits.hairs);
  const hairstyle = inventHairstyle(random, traits);
  const beards = hairstyle === 'turban' ? (['full'] as const) : (['full', 'moustache', 'stubble'] as const);
  const hasBeard = !traits.woman && chance(hairstyle === 'turban' ? 0.9 : 0.5);
  return {
    skin: pick(random, traits.skins),
    hair,
    hairstyle,
    beard: hasBeard ? pick(random, beards) : 'none',
    glasses: chance(0.27) ? pick(random, ['square', 'round']) : 'none',
    smile: chance(0.35) ? 'open' : 'closed',
    earrings: traits.woman && hairstyle !== 'scarf' && chance(0.4),
    clothes: hairstyle === 'scarf' ? 'plain' : pick(random, ['plain', 'plain', 'v-neck', 'collar', 'stripes', 'hood']),
    top: pick(random, TOPS),
    cloth: pick(random, CLOTHS),
    backdrop: pick(random, BACKDROPS),
    width: 0.94 + random() * 0.11,
  };
};

const inventHairstyle = (random: Random, { woman, skins, scarf = 0, turban = 0 }: Traits): Hairstyle => {
  if (random() < (woman ? scarf : turban)) return woman ? 'scarf' : 'turban';
  if (skins === skinTones.dark)
    return pick(random, woman ? ['curls', 'curls', 'bun', 'bob', 'waves'] : ['short', 'short', 'crop', 'bald']);
  return pick(random, woman ? WOMENS : MENS);
};

export const skinTones = {
  pale: ['#f6d3bb', '#f4cfb3', '#f1c7ab'],
  fair: ['#f1c7ab', '#efc9a1', '#e8b892', '#e3b28b'],
  olive: ['#e3b28b', '#d9a27d', '#cf9871', '#c58f6a'],
  brown: ['#c18d65', '#b57f55', '#a9714b', '#96613f'],
  dark: ['#8a5a3b', '#7b4a32', '#6b4029', '#5f3a28'],
} as const;

export const hairTones = {
  fair: ['#d6b16b', '#b98a4e', '#a2522a', '#7a5232', '#e0c48a'],
  mixed: ['#7a5232', '#5a3d2b', '#3b2a22', '#a2522a', '#2b211d'],
  dark: ['#3b2a22', '#2b211d', '#2a211d', '#1f1815'],
  black: ['#1d1a20', '#15131a', '#17120f', '#1f1815'],
} as const;
