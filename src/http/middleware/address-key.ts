import { isIPv6 } from 'node:net';
import type { Request } from 'express';

/**
 * What limits take for one address: an IPv4 address, however it is written, or the network (/64) of an IPv6 one. A
 * household or a rented server has a whole /64, and could come from another address with every request.
 */
export const addressKey = ({ ip = 'unknown' }: Pick<Request, 'ip'>): string => {
  const [address = ip] = ip.split('%'); // a zone is a matter of this machine
  if (!isIPv6(address)) return ip;
  const groups = groupsOf(address);
  const isMapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
  return isMapped ? groups.slice(6).flatMap(bytesOf).join('.') : `${groups.slice(0, 4).join(':')}::/64`;
};

/** The eight groups in hex, without leading zeros. */
const groupsOf = (address: string): string[] => {
  const shortest = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [front = [], back = []] = shortest.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  return [...front, ...Array.from({ length: 8 - front.length - back.length }, () => '0'), ...back];
};

const bytesOf = (group: string): number[] => {
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 0xff];
};
