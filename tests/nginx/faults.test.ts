import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, ask, form } from '../support/raw-request.ts';
import { LINES_MS } from '../support/service.ts';
import { startTwoInstances, type TwoInstances } from '../support/two-instances.ts';

let two: TwoInstances;
let site: string;
let link: string;
beforeAll(async () => {
  two = await startTwoInstances();
  site = await two.edge.reach('127.0.0.1');
  link = (await two.addSenders(1))[0]?.link ?? '';
});
afterAll(() => {
  for (const { pid } of two.instances) signal(pid, 'SIGCONT');
  return two.stop();
});

/** None for an instance that has ended. */
const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch {
    // it is gone
  }
};

const pages = [
  ['en', 'ltr', 'Sorry, there is a problem'],
  ['es', 'ltr', 'Lo sentimos, hay un problema'],
  ['ar', 'rtl', 'عذرًا، حدثت مشكلة'],
] as const;

const inEachLanguage = (path: string, body?: URLSearchParams): Promise<Answer[]> =>
  Promise.all(
    pages.map(([language]) =>
      ask(site, path, { headers: { 'accept-language': language }, ...(body === undefined ? {} : { body }) }),
    ),
  );

const expectPages = (answers: Answer[], status: number): void => {
  for (const [at, [language, dir, words]] of pages.entries()) {
    const answer = answers[at];
    expect(answer?.status, language).toBe(status);
    expect(answer?.headers, language).toMatchObject({
      'retry-after': '10',
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000',
      'content-security-policy': expect.stringContaining("default-src 'none'") as string,
    });
    expect(answer?.text).toContain(`<html lang="${language}" dir="${dir}">`);
    expect(answer?.text).toContain(words);
  }
};

const POST = { body: form({ email: 'ruth' }) };
/** How many POSTs of the sign-in page an instance has answered. */
const postsAt = (which: 0 | 1): number =>
  two.instances[which].logged().filter((line) => 'method' in line && line.method === 'POST').length;

test('while one instance hangs, a GET is asked of the other, a POST that was sent is not', async () => {
  const [first] = two.instances;
  await wait(LINES_MS);
  const before = postsAt(0) + postsAt(1);
  signal(first.pid, 'SIGSTOP');
  const gets = await Promise.all(Array.from({ length: 4 }, () => ask(site, link)));
  expect(gets.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const posts = await Promise.all(Array.from({ length: 4 }, () => ask(site, '/admin/sign-in', POST)));
  const statuses = posts.map(({ status }) => status).sort();
  signal(first.pid, 'SIGCONT');
  expect(new Set(statuses)).toEqual(new Set([403, 504])); // without a token the service refuses
  await expect.poll(() => postsAt(0) + postsAt(1), { timeout: 10_000 }).toBe(before + 4); // each once
});

test('while all hang: 504 with a page in the language of the browser', async () => {
  for (const { pid } of two.instances) signal(pid, 'SIGSTOP');
  const [gets, posts] = await Promise.all([inEachLanguage(link), inEachLanguage('/admin/sign-in', POST.body)]);
  for (const { pid } of two.instances) signal(pid, 'SIGCONT');
  expectPages(gets, 504);
  expectPages(posts, 504);
});

test('while one is away, nobody notices: what was not sent goes to the other, POSTs too', async () => {
  await two.instances[0].end('SIGKILL');
  for (let n = 0; n < 4; n += 1) {
    expect((await ask(site, link)).status).toBe(200);
    expect((await ask(site, '/admin/sign-in', POST)).status).toBe(403);
  }
});

test('while all are away: 502 with a page in the language of the browser, and its style is there', async () => {
  await two.instances[1].end('SIGKILL');
  const answers = await inEachLanguage(link);
  expectPages(answers, 502);
  expectPages(await inEachLanguage('/admin/sign-in', POST.body), 502);
  const style = /\/assets\/[^"]+\.css/.exec(answers[0]?.text ?? '')?.[0] ?? '';
  expect((await ask(site, style)).headers['content-type']).toBe('text/css; charset=utf-8');
});

test('R34: no link is in a log', () => two.expectNoLinkInLogs([200, 403, 502, 504]));
