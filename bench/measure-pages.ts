import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADMIN } from '../tests/support/service.ts';
import { makeVisitor } from '../tests/support/visitor.ts';
import { weighPage } from '../tests/support/weigh-page.ts';
import { cpuOf } from './processes.ts';
import { plainRow, type Row } from './row.ts';
import { type Service, startProgram } from './service.ts';

/** A page of the process `pid`. */
type Asked = { pid: number; url: string; headers?: Record<string, string> };

/** Gets the page so often, four at a time. */
const get = async ({ url, headers = {} }: Asked, times: number): Promise<void> => {
  const inTurn = async () => {
    for (let i = 0; i < times / 4; i += 1) {
      const answer = await fetch(url, { headers });
      if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`);
      await answer.arrayBuffer();
    }
  };
  await Promise.all([inTurn(), inTurn(), inTurn(), inTurn()]);
};

/** Ours and the yardstick take turns, so that a machine that gets slower meanwhile slows both. */
const ROUNDS = 10;

/**
 * CPU milliseconds per GET of `ours` and of `yardstick`, after a warm-up of as many: until V8 has compiled what a page of
 * ours runs, some thousand requests cost a fifth more each.
 */
const perRequest = async (ours: Asked, yardstick: Asked, count: number): Promise<[number, number]> => {
  const measure = async (asked: Asked): Promise<number> => {
    const before = cpuOf(asked.pid);
    await get(asked, count / ROUNDS);
    return (cpuOf(asked.pid) - before) / count;
  };
  await get(ours, count);
  await get(yardstick, count);
  const sum: [number, number] = [0, 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    sum[0] += await measure(ours);
    sum[1] += await measure(yardstick);
  }
  return sum;
};

const pageRow = (what: string, [ours, yardstick]: [number, number], atMost: number): Row => ({
  what,
  measured: `${ours.toFixed(2)} CPU-ms`,
  yardstick: `${yardstick.toFixed(2)} CPU-ms`,
  ratio: (ours / yardstick).toFixed(2),
  target: `measured / yardstick <= ${atMost}`,
  met: ours / yardstick <= atMost,
});

/**
 * CPU per request of the onboarding page and of the dashboard with a session, each beside its bare page; and what a phone
 * receives that opens a link for the first time.
 */
export const measurePages = async (service: Service, count: number): Promise<Row[]> => {
  const parent = await service.cli('parent:create', '--name', 'Amina', '--child', 'Yusuf');
  await service.cli('demo:seed', '--parents', '60', '--more');
  const link = `${service.url}${new URL(String(parent['onboarding_url'])).pathname}`;
  const dashboard = `${service.url}/admin/parents`;
  const ruth = makeVisitor(service.url);
  await ruth.submit(await ruth.open('/admin/sign-in'), 'Sign in', ADMIN);
  const cookie = [...ruth.cookies].map((pair) => pair.join('=')).join('; ');

  const onboardingHtml = await (await fetch(link)).text();
  const dashboardHtml = await (await fetch(dashboard, { headers: { cookie } })).text();
  const dir = mkdtempSync(join(tmpdir(), 'pos-bare-'));
  writeFileSync(join(dir, 'text.html'), onboardingHtml);
  writeFileSync(join(dir, 'table.html'), /<table.*<\/table>/s.exec(dashboardHtml)?.[0] ?? '');
  const bare = await startProgram(`exec node bench/bare-page.ts ${dir}`, {}, ({ msg }) => msg === 'listening');
  const bareUrl = `http://127.0.0.1:${String(bare.line['port'])}`;
  try {
    const text = { pid: bare.pid, url: `${bareUrl}/text` };
    const table = { pid: bare.pid, url: `${bareUrl}/table` };
    const onboarding = await perRequest({ pid: service.pid, url: link }, text, count);
    const office = await perRequest({ pid: service.pid, url: dashboard, headers: { cookie } }, table, count);
    const { parts, bytes } = await weighPage(link);
    return [
      pageRow('onboarding page', onboarding, 4),
      pageRow('dashboard page with session, 50 rows', office, 5),
      plainRow(
        `onboarding page as a phone loads it: ${parts.length} answers with their headers`,
        `${(bytes / 1000).toFixed(1)} kB`,
        '< 30 kB',
        bytes < 30_000,
      ),
    ];
  } finally {
    bare.child.kill();
    rmSync(dir, { recursive: true });
  }
};
