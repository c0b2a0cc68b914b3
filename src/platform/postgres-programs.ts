import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { EMPTY_PUBLIC, PLAIN_TEXT, sumQuestion } from './database-tables.ts';
import type { TableFacts } from './database-load.ts';
import { libpqEnvironment } from './libpq-environment.ts';
import { portableScript } from './portable-script.ts';
import { MARK_UNFINISHED } from './unfinished-restore.ts';

/** PostgreSQL's own programs of one version, which a machine may have or not. */
export type PostgresPrograms = { major: number; dump: string; restore: string; psql: string };

type Connection = { url: string; sslCa: string | undefined };

/** Where Debian puts them, each version apart; those on the PATH come first. */
const DEBIAN = '/usr/lib/postgresql';
const SEARCH_PATH = '/usr/local/bin:/usr/bin:/bin';
const run = promisify(execFile);

/** Thrown when one of the programs fails; what it said may quote rows, so only its name and exit code are told. */
export class ProgramFailed extends Error {}

/**
 * The programs that suit a server of this major version: the oldest ones that are not older than it, for newer ones may say what it does
 * not understand; where all are older, the newest; undefined where there are none. `debian` and `path` are for tests.
 */
export const findPostgresPrograms = async (
  server: number,
  { debian, path }: { debian: string; path: string } = { debian: DEBIAN, path: SEARCH_PATH },
): Promise<PostgresPrograms | undefined> => {
  const versions = versionsIn(debian);
  // The same folder by another name (/bin is /usr/bin) is asked once; the wrapper only where it may know more than we do.
  const folders = new Map([...path.split(delimiter), ...versions].map((folder) => [real(folder), folder]));
  folders.delete(undefined);
  const asked = [...folders.values()].filter((folder) => versions.length === 0 || !isWrapped(folder));
  const found = (await Promise.all(asked.map(programsIn))).flatMap((one) => one ?? []);
  const byAge = found.toSorted((a, b) => a.major - b.major);
  return byAge.find(({ major }) => major >= server) ?? byAge.at(-1);
};

const versionsIn = (folder: string): string[] => {
  try {
    return readdirSync(folder).map((version) => join(folder, version, 'bin'));
  } catch {
    return [];
  }
};

const real = (path: string): string | undefined => {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
};

/** Whether the programs there are links to the one by which Debian (and PGDG's RPMs) start a version that lies elsewhere. */
const isWrapped = (folder: string): boolean => basename(real(join(folder, 'pg_dump')) ?? '') === 'pg_wrapper';

/** Starts only what is there: with a service's memory each start holds it up for some 90 ms, three a folder. */
const programsIn = async (folder: string): Promise<PostgresPrograms | undefined> => {
  const [dump, restore, psql] = ['pg_dump', 'pg_restore', 'psql'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  if (![dump, restore, psql].every((program) => existsSync(program))) return undefined;
  const asked = [dump, restore, psql].map(async (program) => {
    const { stdout } = await run(program, ['--version'], { env: { PATH: SEARCH_PATH } });
    return Number(/ (\d+)/.exec(stdout)?.[1]);
  });
  const majors = await Promise.all(asked).catch(() => []);
  return majors.length === 3 ? { major: Math.min(...majors), dump, restore, psql } : undefined;
};

/** A dump in pg_dump's own format of what `snapshot` sees, but for the jobs. The stream fails when the program does; `signal` ends it at once. */
export const dumpDatabase = (
  programs: PostgresPrograms,
  connection: Connection,
  { snapshot, signal }: { snapshot: string; signal: AbortSignal },
): Readable => {
  const options = ['--format=custom', `--snapshot=${snapshot}`, '--exclude-schema=pgboss', '--lock-wait-timeout=60000'];
  const child = spawn(programs.dump, [...options, '--no-owner', '--no-privileges', '--no-password'], {
    env: environmentFor(programs, connection),
    stdio: ['ignore', 'pipe', 'ignore'],
    signal,
  });
  return Readable.from(untilExit(child, child.stdout, exitOf(child, 'pg_dump')), { objectMode: false });
};

/**
 * Puts such a dump in the place of all that the schema `public` holds, in one transaction that also compares every table: before
 * its commit nothing is changed for anybody. After it the database bears the mark of a restore that is not finished: no service starts.
 */
export const restoreDatabase = async (
  programs: PostgresPrograms,
  connection: Connection,
  { dump, tables, signal }: { dump: Readable; tables: TableFacts[]; signal?: AbortSignal },
): Promise<void> => {
  const ending = signal ? { signal } : {};
  const reader = spawn(programs.restore, ['--no-owner', '--no-privileges', '--no-comments', '--file=-'], {
    env: { PATH: SEARCH_PATH },
    stdio: ['pipe', 'pipe', 'ignore'],
    ...ending,
  });
  const read = exitOf(reader, 'pg_restore');
  const options = ['--no-psqlrc', '--quiet', '--no-password', '--set=ON_ERROR_STOP=1'];
  const writer = spawn(programs.psql, [...options, '--file=-'], {
    env: environmentFor(programs, connection),
    stdio: ['pipe', 'ignore', 'ignore'],
    ...ending,
  });
  const script = async function* (): AsyncGenerator<string | Buffer> {
    yield `begin;\n${EMPTY_PUBLIC};\n`;
    yield* portableScript(untilExit(reader, reader.stdout, read));
    yield `${MARK_UNFINISHED};\n${PLAIN_TEXT};\n${tables.map(comparison).join('')}commit;\n`; // a script that breaks off before is rolled back
  };
  // pg_restore need not read an archive to its last byte; one that breaks off it refuses by its exit code.
  const fed = pipeline(dump, reader.stdin).catch((error: unknown) => {
    if (!isBrokenPipe(error)) throw error;
  });
  const done = [exitOf(writer, 'psql'), fed, pipeline(script, writer.stdin)];
  const failures = (await Promise.allSettled(done)).flatMap((one) =>
    one.status === 'rejected' ? [one.reason as unknown] : [],
  );
  // When one of them fails, its neighbours' pipes break: that says nothing.
  const [failure] = failures.toSorted((a, b) => Number(isBrokenPipe(a)) - Number(isBrokenPipe(b)));
  if (failures.length > 0) throw failure;
};

/** Ends psql's transaction when a table is not what was saved. */
const comparison = (table: TableFacts): string =>
  `do $$ begin if (select n || ' ' || sum from (${sumQuestion(table)}) found) <> '${table.rows} ${table.sum}'
   then raise exception 'a table differs'; end if; end $$;\n`;

async function* untilExit(child: ChildProcess, output: Readable, ended: Promise<void>): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of output) yield chunk as Buffer;
    await ended; // the end of its output does not tell that it is whole
  } finally {
    child.kill();
  }
}

/** Rejects when the program fails or is ended; whoever does not wait for it need not hear of that. */
const exitOf = (child: ChildProcess, program: string): Promise<void> => {
  const ended = once(child, 'exit').then(([code]) => {
    if (code !== 0) throw new ProgramFailed(`${program} ended with ${String(code ?? 'a signal')}`);
  });
  ended.catch(() => undefined);
  return ended;
};

const isBrokenPipe = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(error.code));

const environmentFor = ({ major }: PostgresPrograms, connection: Connection): Record<string, string> => ({
  ...{ PATH: SEARCH_PATH, LC_ALL: 'C' },
  ...libpqEnvironment(connection, major),
});
