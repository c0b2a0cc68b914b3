import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate, openDb } from '../../src/platform/db.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The owner's address of the cluster's database `postgres`; `/DB` and the role can be exchanged. */
    adminUrl: string;
  }
}

/** Hundreds of databases of 10 MB come and go: in memory they cost a fraction of what a disk's journal takes. */
const ROOM = 8 * 1024 ** 3;
const folder = (): string => {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    if (bavail * bsize > ROOM) return '/dev/shm';
  } catch {
    // not on every system
  }
  return tmpdir();
};

/** One throw-away cluster for the run, with a migrated template that each test file clones. */
export const setup = async (project: TestProject) => {
  const dir = mkdtempSync(join(folder(), 'pos-pg-'));
  chmodSync(dir, 0o755); // mkdtemp makes 0700; the server runs as another user
  const server = await startEmbeddedPostgres({ dir, durable: false });
  const admin = openDb({ url: server.url('postgres'), max: 1 });
  await admin.raw('create role app login');
  await admin.raw('create database template_app');
  const template = openDb({ url: server.url('template_app'), max: 3 });
  await migrate(template, { appRole: 'app' });
  await template.destroy();
  await admin.destroy();
  project.provide('adminUrl', server.url('postgres'));
  return async () => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  };
};
