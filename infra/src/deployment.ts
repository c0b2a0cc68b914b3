import { readFileSync } from 'node:fs';
import { sizes, type SizeName } from './sizes.ts';

/** What one installation differs in from the others; a file in `deployments/` for each. No secret stands in it. */
export type Deployment = {
  /** Of the stack and of everything that bears a name: letters and digits, unique in the account and region. */
  name: string;
  size: SizeName;
  /** Tag of both images in the registry. */
  version: string;
  /** What people type, without https://. */
  domain: string;
  /** Of a certificate in AWS Certificate Manager for `domain`, in the stack's region. */
  certificateArn: string;
  /** Gets the alarms. */
  alarmMail: string;
  /** The first admin, and the first school, used at the very first start only. */
  adminEmail: string;
  schoolName: string;
  schoolTimeZone: string;
  /** `make`: the machines may read the master's secret and make the two roles; `kept`: they may not. */
  databaseRoles: 'make' | 'kept';
  /** The database begins as this snapshot. Leave it in the file for ever: taking it away replaces the database. */
  databaseSnapshot?: string;
};

const oneLine = /^[^\p{Cc}"'\\$`]{1,200}$/u;
const address = /^[^\s@"'\\$`]+@[^\s@"'\\$`]+$/;
const rules: Record<keyof Deployment, RegExp> = {
  name: /^[A-Z][A-Za-z\d]{1,30}$/,
  size: new RegExp(`^(${Object.keys(sizes).join('|')})$`),
  version: /^[\w][\w.-]{0,100}$/,
  domain: /^(?:[a-z\d-]+\.)+[a-z\d-]+$/,
  certificateArn: /^arn:aws[\w-]*:acm:[a-z\d-]+:\d{12}:certificate\/[\w-]+$/,
  alarmMail: address,
  adminEmail: address,
  schoolName: oneLine,
  schoolTimeZone: /^[A-Za-z_+-]+(?:\/[\w+-]+)*$/,
  databaseRoles: /^(make|kept)$/,
  databaseSnapshot: /^arn:aws[\w-]*:(rds|backup):/,
};
const optional: (keyof Deployment)[] = ['databaseSnapshot'];

/**
 * Reads a file of `deployments/`. The values go into files of the machines, so each is held against a pattern. Throws one Error
 * that lists every fault.
 */
export const readDeployment = (path: string): Deployment => {
  const given = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  const faults = Object.entries(rules).flatMap(([key, rule]) => {
    const value = given[key];
    if (value === undefined) return (optional as string[]).includes(key) ? [] : [`${key} is missing`];
    return typeof value === 'string' && rule.test(value) ? [] : [`${key} must match ${rule.source}`];
  });
  const unknown = Object.keys(given).filter((key) => !(key in rules));
  const all = [...faults, ...unknown.map((key) => `${key} is unknown`)];
  if (all.length > 0) throw new Error(`${path}: ${all.join('; ')}`);
  return given as Deployment;
};
