// The whole service in a process of its own that tells what it holds: `fork`ed with --expose-gc and its environment.
import { readdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { makeLogger } from '../../src/platform/logger.ts';
import { loadConfig } from '../../src/shared/config.ts';
import { wire } from '../../src/wiring.ts';
import { wireHttp } from '../../src/wiring-http.ts';

/** Megabytes that the heap and its buffers keep after a collection, and of the process; open files and sockets. */
export type Held = { heapMb: number; rssMb: number; descriptors: number };

/** What one collection finds dead, a later one gives back: buffers of streams hang on objects that are looked at in between. */
const collect = async (): Promise<void> => {
  for (let n = 0; n < 4; n += 1) {
    globalThis.gc?.();
    await wait(50);
  }
};

const held = async (): Promise<Held> => {
  await collect();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return {
    heapMb: (heapUsed + arrayBuffers) / 1e6,
    rssMb: rss / 1e6,
    descriptors: readdirSync('/proc/self/fd').length,
  };
};

const service = await wire({ config: loadConfig(), logger: makeLogger({ level: 'silent' }) });
const { server } = await wireHttp(service);
process.on('message', () => void held().then((found) => process.send?.(found)));
process.once('disconnect', () => {
  server.closeAllConnections();
  server.close(() => void service.stop().then(() => process.exit()));
});
process.send?.({ port: (server.address() as AddressInfo).port });
