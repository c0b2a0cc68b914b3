import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { cloneDatabase } from './database.ts';
import { type Edge, HOST, startEdge } from './edge.ts';
import { addSenders } from './office.ts';
import type { Sender } from './sender.ts';
import { type Home, LINES_MS, makeHome, type Service } from './service.ts';

/** Two instances of the service, as processes on one database, and the real nginx before them. */
export const startTwoInstances = async (env: Record<string, string> = {}) => {
  const home = makeHome();
  try {
    return await start(home, env);
  } catch (error) {
    await home.remove();
    throw error;
  }
};

const start = async (home: Home, env: Record<string, string>) => {
  const { url, ownerUrl } = await cloneDatabase();
  const settings = {
    ...{ DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl, SESSION_SECRET: 'a secret that only tests know' },
    ...{ BASE_URL: `https://${HOST}`, TRUST_PROXY: 'loopback', RATE_LIMIT_SCALE: '1', ...env },
  };
  const [first, second] = await Promise.all([home.start({ env: settings }), home.start({ env: settings })]);
  const edge = await startEdge({
    upstreams: [first, second].map(({ url: at }) => Number(new URL(at).port)),
    uploadsDir: home.uploadsDir,
    writeStatic: (folder) => home.cli(['static:write', folder]),
  });
  const links: string[] = [];
  return {
    home,
    edge,
    instances: [first, second] as [Service, Service],
    /** Parents who have the form open, at the site as 127.0.0.1 sees it. */
    addSenders: async (count: number): Promise<(Sender & { link: string })[]> => {
      const senders = await addSenders(await edge.reach('127.0.0.1'), count);
      links.push(...senders.map(({ link }) => link));
      return senders;
    },
    doctor: () => home.doctor([], settings),
    /** No log of nginx or the service has a link that was used; `statuses` must have been logged by nginx. */
    expectNoLinkInLogs: async (statuses: number[]): Promise<void> => {
      await wait(LINES_MS);
      expectNoLink({ edge, links, services: [first, second] }, statuses);
    },
    stop: async () => {
      await edge.stop();
      await home.remove();
    },
  };
};

export type TwoInstances = Awaited<ReturnType<typeof startTwoInstances>>;

type Logs = { edge: Edge; links: string[]; services: Service[] };

const expectNoLink = ({ edge, links, services }: Logs, statuses: number[]): void => {
  const lines = edge.logged();
  const seen = new Set(
    lines.filter((line) => line.startsWith('{')).map((line) => (JSON.parse(line) as { status: number }).status),
  );
  expect([...seen]).toEqual(expect.arrayContaining(statuses));
  const all = [...lines, ...services.flatMap((service) => [service.stdout(), service.stderr()])].join('\n');
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) expect(all.includes(link.split('/').at(-1) ?? link), link).toBe(false);
  expect(all).not.toMatch(/[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12}/); // nor any that was guessed
};
