import { expect, test } from 'vitest';
import { addressKey } from '../../src/http/middleware/address-key.ts';

const key = (ip: string | undefined) => addressKey({ ip });

test('IPv4 counts by the address, also where IPv6 carries it', () => {
  expect(key('192.0.2.1')).toBe('192.0.2.1');
  for (const mapped of ['::ffff:192.0.2.1', '::FFFF:192.0.2.1', '::ffff:c000:201', '0:0:0:0:0:ffff:192.0.2.1']) {
    expect(key(mapped), mapped).toBe('192.0.2.1');
  }
  expect(key('::ffff:10.0.0.255')).toBe('10.0.0.255');
});

test('IPv6 counts by the /64, however it is written', () => {
  for (const one of [
    '2001:db8:1:2::1',
    '2001:DB8:1:2:ffff:ffff:ffff:ffff',
    '2001:0db8:0001:0002::',
    '2001:db8:1:2:0::9%eth0',
  ]) {
    expect(key(one), one).toBe('2001:db8:1:2::/64');
  }
  expect(key('2001:db8:1:3::1')).toBe('2001:db8:1:3::/64');
  expect(key('2001:db8::1')).toBe('2001:db8:0:0::/64');
  expect(key('1:2::7:8')).toBe('1:2:0:0::/64');
  expect(key('::1')).toBe('0:0:0:0::/64');
  expect(key('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
});

test('what is no address counts as what it is', () => {
  expect(key(undefined)).toBe('unknown');
  expect(key('not an address')).toBe('not an address');
  expect(key('')).toBe('');
});
