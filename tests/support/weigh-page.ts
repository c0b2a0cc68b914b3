import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { parse } from 'node-html-parser';

type Part = { path: string; bytes: number };

const PARTS = 'link[rel=stylesheet], link[rel=icon], link[rel=modulepreload], script[src]';

/**
 * What a phone that comes for the first time receives for a page, headers and all, over one connection: the page with its
 * style, scripts and icon, without photos and codes that it draws later. Sizes in bytes as they come over the wire.
 */
export const weighPage = async (url: string, headers: Record<string, string> = {}) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const fetchPart = async (path: string): Promise<{ part: Part; html: string }> => {
    const accept = { 'accept-encoding': 'gzip, deflate, br' };
    const sent = request(new URL(path, url), { agent, headers: { ...accept, ...headers } });
    const connected = once(sent, 'socket') as Promise<[Socket]>;
    sent.end();
    const [socket] = await connected;
    const before = socket.bytesRead;
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    if (answer.statusCode !== 200) throw new Error(`${path} answered ${answer.statusCode}`);
    const body = await buffer(answer);
    return { part: { path, bytes: socket.bytesRead - before }, html: body.toString() };
  };
  try {
    const page = await fetchPart(url);
    const named = parse(page.html).querySelectorAll(PARTS);
    const addresses = new Set(named.map((one) => one.getAttribute('href') ?? one.getAttribute('src') ?? ''));
    const parts = [page.part];
    for (const address of addresses) parts.push((await fetchPart(address)).part);
    return { parts, bytes: parts.reduce((sum, part) => sum + part.bytes, 0) };
  } finally {
    agent.destroy();
  }
};
