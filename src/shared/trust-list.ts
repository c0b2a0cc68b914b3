import { isIP } from 'node:net';

const NAMES = ['loopback', 'linklocal', 'uniquelocal'];

/**
 * Whether Express understands it as the proxies to believe: addresses, networks like 10.0.0.0/8 and names, separated by
 * commas. It would take a bare number for an address, and then believe nobody.
 */
export const isTrustList = (list: string): boolean =>
  list.split(',').every((entry) => NAMES.includes(entry.trim()) || isNetwork(entry.trim()));

const isNetwork = (entry: string): boolean => {
  const [address = '', bits, ...more] = entry.split('/');
  const kind = address.includes('%') ? 0 : isIP(address); // a zone (fe80::1%eth0) names a network card of ours
  if (kind === 0 || more.length > 0) return false;
  return bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (kind === 4 ? 32 : 128));
};
