import { v4, validate, version } from 'uuid';

/** The secret part of an onboarding link: a UUID v4 in lower case. */
export type UniqueId = string & { readonly brand: 'UniqueId' };

/** A UUID v4 from the system's random source (R31). */
export const makeUniqueId = (): UniqueId => v4() as UniqueId;

/** Gives the text as a UUID v4, or undefined. Only the form that we write counts: 36 characters, lower case (R32). */
export const parseUniqueId = (text: unknown): UniqueId | undefined =>
  typeof text === 'string' && text.length === 36 && text === text.toLowerCase() && validate(text) && version(text) === 4
    ? (text as UniqueId)
    : undefined;

/** Gives a row's number out of a URL or a form, or undefined: 1 to 15 digits, so that it is exact in a double. */
export const parseId = (text: unknown): number | undefined =>
  typeof text === 'string' && /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : undefined;
