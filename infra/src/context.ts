import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of this package, with a slash at its end. */
export const INFRA = fileURLToPath(new URL('..', import.meta.url));

/** What cdk.json says: CDK's switches, and which deployment is meant. */
export const readContext = (): Record<string, unknown> =>
  (JSON.parse(readFileSync(`${INFRA}cdk.json`, 'utf8')) as { context: Record<string, unknown> }).context;
