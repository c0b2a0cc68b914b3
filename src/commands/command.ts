import type { ParseArgsConfig } from 'node:util';
import type { Logger } from '../platform/logger.ts';
import type { Config } from '../shared/config.ts';
import type { Wired } from '../wiring.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
/** What was given: `values` by the options' names, `words` in order. */
export type Given = { values: Record<string, string | boolean | undefined>; words: string[] };
/** What a command says: for people as text, with `--json` as one JSON object. Exit 0 unless `exit` says otherwise. */
export type Said = { text: string; json: Record<string, unknown>; exit?: 0 | 1 };

type Described = {
  /** As help shows it, e.g. 'parent:create --name N ...'. */
  usage: string;
  summary: string;
  options: Options;
};
/** A command on the whole service. */
export type Command = Described & {
  /** It brings a school itself: none is made from the environment before it. */
  bringsSchool?: true;
  /** It stores photos; all others work on a disk that is full or read-only, `doctor` above all. */
  takesPhotos?: true;
  run: (service: Wired, given: Given) => Promise<Said>;
};
/** One that opens what it needs by itself, and nothing else. */
export type BareCommand = Described & {
  runBare: (around: { config: Config; logger: Logger }, given: Given) => Promise<Said>;
};

/** Thrown for a call that makes no sense; the message is a sentence, the exit code is 2. */
export class UsageError extends Error {}

/** The option's text; throws UsageError when it is missing or empty. */
export const required = (given: Given, name: string): string => {
  const value = given.values[name];
  if (typeof value !== 'string' || value.trim() === '') throw new UsageError(`--${name} is missing`);
  return value.trim();
};

/** The option's text, or undefined. */
export const optional = (given: Given, name: string): string | undefined => {
  const value = given.values[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
};

/** The school that `--school` names, or the only one. */
export const schoolOf = async ({ schools }: Pick<Wired, 'schools'>, given: Given) => {
  const id = optional(given, 'school');
  const all = await schools.list();
  if (id === undefined && all.length > 1) throw new UsageError('--school ID is needed: there are several schools');
  const school = id === undefined ? all[0] : all.find((one) => String(one.id) === id);
  if (!school) throw new UsageError('there is no such school');
  return school;
};
