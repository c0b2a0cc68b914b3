import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADMIN } from '../tests/support/service.ts';
import { makeVisitor } from '../tests/support/visitor.ts';
import { weighPage } from '../tests/support/weigh-page.ts';
import { cpuOf } from './processes.ts';
import { plainRow, type Row } from './row.ts';
import { type Service, startProgram } from './service.ts';

/** CPU milliseconds per GET of `url`, four at a time, after a warm-up of a fifth. */
const perRequest = async (pid: number, url: string, count: number, headers: Record<string, string> = {}) => {
  const get = async (times: number) => {
    for (let i = 0; i < times; i += 1) {
      const answer = await fetch(url, { headers });
      if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`);
      await answer.arrayBuffer();
    }
  };
  const fourTimes = (times: number) => Promise.all([1, 2, 3, 4].map(() => get(times / 4)));
  await fourTimes(count / 2);
  const before = cpuOf(pid);
  await fourTimes(count);
  return (cpuOf(pid) - before) / count;
};

const pageRow = (what: string, ours: number, yardstick: number, atMost: number): Row => ({
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
    const onboarding = await perRequest(service.pid, link, count);
    const bareText = await perRequest(bare.pid, `${bareUrl}/text`, count);
    const office = await perRequest(service.pid, dashboard, count, { cookie });
    const bareTable = await perRequest(bare.pid, `${bareUrl}/table`, count);
    const { parts, bytes } = await weighPage(link);
    return [
      pageRow('onboarding page', onboarding, bareText, 4),
      pageRow('dashboard page with session, 50 rows', office, bareTable, 5),
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
