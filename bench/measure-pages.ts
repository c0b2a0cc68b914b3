import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeVisitor } from '../tests/support/visitor.ts';
import { weighPage } from '../tests/support/weigh-page.ts';
import { cpuOf } from './processes.ts';
import { ADMIN, type Service, startProgram } from './service.ts';

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

/**
 * CPU per request of the onboarding page and of the dashboard with a session, each beside its bare page; and what a phone
 * receives that opens a link for the first time.
 */
export const measurePages = async (service: Service, count: number) => {
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
    return {
      onboarding: await perRequest(service.pid, link, count),
      bareText: await perRequest(bare.pid, `${bareUrl}/text`, count),
      dashboard: await perRequest(service.pid, dashboard, count, { cookie }),
      bareTable: await perRequest(bare.pid, `${bareUrl}/table`, count),
      firstLoad: await weighPage(link),
    };
  } finally {
    bare.child.kill();
    rmSync(dir, { recursive: true });
  }
};
