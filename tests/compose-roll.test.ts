import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const ROLL = fileURLToPath(new URL('../infra/compose/roll.sh', import.meta.url));

/** A `docker` that keeps what it was asked for, has one instance of `web`, and finds fault with nginx's configuration. */
const DOCKER = `#!/bin/sh
echo "$*" >> "$(dirname "$0")/asked"
case "$*" in
  'compose ps --quiet web') echo one ;;
  *' -t') exit 1 ;;
esac
`;

const roll = (env: Record<string, string> = {}) => {
  const dir = mkdtempSync(join(tmpdir(), 'roll-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'docker'), DOCKER, { mode: 0o755 });
  const { status, stdout } = spawnSync('sh', [ROLL], {
    env: { PATH: `${dir}:/usr/bin:/bin`, ...env },
    encoding: 'utf8',
  });
  return { status, said: stdout, asked: readFileSync(join(dir, 'asked'), 'utf8').trim().split('\n') };
};

test('a configuration that nginx does not take ends the roll of compose before any instance is touched', () => {
  const { status, said, asked } = roll();
  expect(status).toBe(1);
  expect(said).toContain('goes on with the old ones');
  expect(said).toMatch(/nothing is rolled: mend what nginx says first\n$/);
  expect(asked[0]).toBe('compose build --pull');
  expect(asked.slice(1, 4)).toEqual([
    'compose ps --quiet web',
    'compose run --rm --no-deps setup',
    'compose run --rm --no-deps migrate',
  ]);
  expect(asked.slice(4)).toEqual([expect.stringMatching(/^compose exec -T nginx nginx .* -t$/)]);
});

test('without a network a roll builds on the images that are there', () => {
  expect(roll({ PULL: 'no' }).asked[0]).toBe('compose build');
});
