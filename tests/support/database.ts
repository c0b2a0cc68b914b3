import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { openDb } from '../../src/platform/db.ts';

/** Addresses of one fresh database: the app's role, and the owner who migrates. */
export type TestDatabase = { url: string; ownerUrl: string };

/** A database cloned from the migrated template; it goes with the cluster. */
export const cloneDatabase = async (): Promise<TestDatabase> => database('template template_app strategy file_copy');

/** A database without anything in it. */
export const emptyDatabase = async (): Promise<TestDatabase> => database('template template0');

const database = async (from: string): Promise<TestDatabase> => {
  const adminUrl = inject('adminUrl');
  const admin = openDb({ url: adminUrl, max: 1, statementTimeout: 60_000 });
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  await admin.raw(`create database ?? ${from}`, [name]);
  await admin.destroy();
  const ownerUrl = adminUrl.replace('/postgres?', `/${name}?`);
  return { ownerUrl, url: ownerUrl.replace('postgres://owner@', 'postgres://app@') };
};
