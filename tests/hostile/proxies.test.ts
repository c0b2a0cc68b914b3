import { afterAll, beforeAll, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import { makeUniqueId } from '../../src/shared/ids.ts';
import { signIn, startAs } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { ask, form } from '../support/raw-request.ts';

let direct: App;
let behind: App;
beforeAll(async () => {
  direct = await startApp({ env: { BASE_URL: 'http://photos.oakfield.example/' } });
  behind = await startApp({
    env: { BASE_URL: 'https://photos.oakfield.example', TRUST_PROXY: 'loopback, 192.0.2.0/24' },
  });
});
afterAll(async () => {
  await direct.stop();
  await behind.stop();
});

const SPOOFED = {
  host: 'evil.example',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-server': 'evil.example',
  'x-host': 'evil.example',
  'x-original-host': 'evil.example',
  'x-original-url': '/admin/parents',
  'x-rewrite-url': '/admin/parents',
  'x-forwarded-prefix': '/evil',
  'x-forwarded-proto': 'javascript',
  'x-forwarded-port': '666',
  forwarded: 'host=evil.example;proto=https;for=6.6.6.6',
};

test.each(['direct', 'behind'] as const)(
  'R46: links and ways on come from BASE_URL, whatever the headers claim: %s',
  async (which) => {
    const app = which === 'direct' ? direct : behind;
    await addStaff(app, 'ruth');
    const maria = await addParent(app, 'maria');
    const ruth = await signIn(app, 'ruth').catch(() => undefined);
    const mother = await startAs(app, maria);
    if (!ruth) throw new Error('Ruth did not get in');
    const spoofed = SPOOFED;
    const seen = [
      await ask(app.url, to.link(maria.uniqueId), { headers: spoofed }),
      await ask(app.url, '/admin/sign-in', { headers: spoofed }),
      await ask(app.url, '/', { headers: spoofed }),
      await ask(app.url, '/admin/parents', { headers: spoofed }),
      await ask(app.url, '/nothing', { headers: spoofed }),
      await ask(app.url, to.parentPhoto(maria.id), { headers: { ...spoofed, cookie: mother.cookie } }),
      await ask(app.url, to.adminParent(maria.id), { headers: { ...spoofed, cookie: ruth.cookie } }),
      await ask(app.url, `${to.adminParent(maria.id)}/link-extension`, {
        headers: { ...spoofed, cookie: ruth.cookie },
        body: form({ _csrf: ruth.csrf }),
      }),
    ];
    for (const answer of seen) {
      expect(answer.status).toBeLessThan(500);
      expect(JSON.stringify([answer.headers, answer.text])).not.toMatch(/evil|\b666\b|javascript:/);
      if (answer.location !== '') expect(answer.location).toMatch(/^\/(?!\/)/);
    }
    const url = new URL(app.config.BASE_URL).origin;
    expect(seen[6]?.text).toContain(`${url}${to.link(maria.uniqueId)}`);
    const honest = await ask(app.url, to.link(maria.uniqueId));
    expect(seen[0]?.text).toBe(honest.text);
    const qr = to.linkQr(maria.uniqueId);
    expect((await ask(app.url, qr, { headers: spoofed })).text).toBe((await ask(app.url, qr)).text);
  },
);

/** The address under which the last miss was counted. */
const countedAs = async (app: App): Promise<string[]> => {
  const rows = await app.db('rate_limits').where('key', 'like', 'link-miss:%').select<{ key: string }[]>('key');
  await app.db('rate_limits').delete();
  return rows.map(({ key }) => key.replace('link-miss:', ''));
};
const guess = (app: App, headers: Record<string, string | string[]>) =>
  ask(app.url, `/onboarding/${makeUniqueId()}`, { headers });

test('R46: without TRUST_PROXY nobody is believed about their address', async () => {
  await countedAs(direct);
  for (const headers of [
    { 'x-forwarded-for': '6.6.6.6' },
    { 'x-forwarded-for': ['6.6.6.6', '7.7.7.7'] },
    { 'x-real-ip': '6.6.6.6', 'client-ip': '6.6.6.6', 'true-client-ip': '6.6.6.6', 'cf-connecting-ip': '6.6.6.6' },
    { forwarded: 'for=6.6.6.6' },
  ]) {
    await guess(direct, headers);
    expect(await countedAs(direct)).toEqual(['127.0.0.1']);
  }
});

test('R46: with TRUST_PROXY the address is the last one that no proxy of ours added', async () => {
  await countedAs(behind);
  const cases: [Record<string, string | string[]>, string][] = [
    [{ 'x-forwarded-for': '203.0.113.7' }, '203.0.113.7'],
    [{ 'x-forwarded-for': '6.6.6.6, 203.0.113.7' }, '203.0.113.7'],
    [{ 'x-forwarded-for': '6.6.6.6, 203.0.113.7, 192.0.2.10' }, '203.0.113.7'],
    [{ 'x-forwarded-for': '127.0.0.1, 203.0.113.7' }, '203.0.113.7'],
    [{ 'x-forwarded-for': ['6.6.6.6', '203.0.113.7'] }, '203.0.113.7'],
    [{ 'x-real-ip': '6.6.6.6', forwarded: 'for=6.6.6.6' }, '127.0.0.1'],
  ];
  for (const [headers, address] of cases) {
    await guess(behind, headers);
    expect(await countedAs(behind), JSON.stringify(headers)).toEqual([address]);
  }
});

test('limits take an IPv6 network (/64) for one address, and IPv4 inside IPv6 for IPv4', async () => {
  await countedAs(behind);
  for (const address of ['2001:db8:1:2::1', '2001:DB8:1:2:ffff::9']) {
    await guess(behind, { 'x-forwarded-for': address });
    expect(await countedAs(behind), address).toEqual(['2001:db8:1:2::/64']);
  }
  await guess(behind, { 'x-forwarded-for': '::ffff:203.0.113.7' });
  expect(await countedAs(behind)).toEqual(['203.0.113.7']);
});

test('R46: an odd X-Forwarded-For is no fault', async () => {
  const lines = behind.logs.length;
  for (const value of [
    'x',
    ',,,',
    '1'.repeat(5000),
    "'; drop table rate_limits; --",
    '::ffff:6.6.6.6, ',
    '6.6.6.6:99999',
    '[::1]',
    '%00',
  ]) {
    expect((await guess(behind, { 'x-forwarded-for': value })).status, value.slice(0, 40)).toBe(404);
    expect((await ask(behind.url, '/admin/sign-in', { headers: { 'x-forwarded-for': value } })).status).toBe(200);
  }
  expect(behind.logs.slice(lines).filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
});

test('R46: the hop says nothing about https: cookies and HSTS follow BASE_URL', async () => {
  const headers = { 'x-forwarded-proto': 'https' };
  const plain = await ask(direct.url, '/admin/sign-in', { headers });
  expect(plain.headers['set-cookie']?.[0]).toMatch(/^staff=(?!.*Secure)/);
  expect(plain.headers['strict-transport-security']).toBeUndefined();
  const secure = await ask(behind.url, '/admin/sign-in', { headers: { 'x-forwarded-proto': 'http' } });
  expect(secure.headers['set-cookie']?.[0]).toMatch(/^__Host-staff=.*Secure/);
  expect(secure.headers['strict-transport-security']).toBe('max-age=31536000');
});
