import { expect, test } from 'vitest';
import { portableScript } from '../../src/platform/portable-script.ts';

const HEAD = 'SET lock_timeout = 0;\nSET transaction_timeout = 0;\n';
const REST = `${'-- Élodie\n'.repeat(500)}SET transaction_timeout = 0;\n`;

/** What comes out of a script that comes in pieces of so many bytes. */
const through = async (script: string, bytes: number): Promise<string> => {
  const whole = Buffer.from(script);
  const pieces = async function* () {
    for (let at = 0; at < whole.length; at += bytes) yield whole.subarray(at, at + bytes);
  };
  const out: Buffer[] = [];
  for await (const chunk of portableScript(pieces())) out.push(chunk);
  return Buffer.concat(out).toString();
};

test.each([7, 1000, 100_000])(
  'a server before 17 is not asked for what it has not, by pieces of %i bytes',
  async (bytes) => {
    const asked = await through(HEAD + REST, bytes);
    const [first, second, ...rest] = asked.split('\n');
    expect(first).toBe('SET lock_timeout = 0;');
    expect(second).toMatch(/^SELECT set_config\(.* FROM pg_settings WHERE name = 'transaction_timeout';$/);
    expect(rest.join('\n')).toBe(REST); // rows stay as they are
    expect(await through('SET lock_timeout = 0;\n', bytes)).toBe('SET lock_timeout = 0;\n');
  },
);
