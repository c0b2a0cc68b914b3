import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
/** What the service is made of; a folder that the version did not have yet is no fault. */
const PARTS = ['src', 'migrations', 'views', 'public', 'package.json'];

const git = (...args: string[]): Buffer =>
  execFileSync('git', ['-c', `safe.directory=${PROJECT.replace(/\/$/, '')}`, ...args], {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 2 ** 28,
  });

/**
 * The version before this one in a folder of its own, with the packages of this one: the commit before the last that the
 * main line has. A shallow clone has no such commit: then it is the last commit itself, and `name` says so.
 */
export const unpackPreviousVersion = (): { dir: string; name: string; remove: () => void } => {
  const commit = previousCommit();
  const dir = mkdtempSync(join(tmpdir(), 'pos-previous-'));
  chmodSync(dir, 0o755);
  const archive = git('archive', '--format=tar', commit ?? 'HEAD', ...PARTS);
  execFileSync('tar', ['-x', '-C', dir], { input: archive });
  symlinkSync(join(PROJECT, 'node_modules'), join(dir, 'node_modules'));
  return {
    dir,
    name: commit ?? 'HEAD itself, for this clone has nothing before it',
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
};

const previousCommit = (): string | undefined => {
  try {
    return git('rev-parse', '--verify', '--quiet', 'HEAD^').toString().trim();
  } catch {
    return undefined;
  }
};
