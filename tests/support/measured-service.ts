// The whole service in a process of its own that tells what it holds: `fork`ed with --expose-gc and its environment.
import { readdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { makeLogger } from '../../src/platform/logger.ts';
import { loadConfig } from '../../src/shared/config.ts';
import { wire } from '../../src/wiring.ts';
import { wireHttp } from '../../src/wiring-http.ts';

/** Megabytes that the heap and its buffers keep after a collection, and of the process; open files and sockets. */
export type Held = { heapMb: number; rssMb: number; descriptors: number };

const held = (): Held => {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return {
    heapMb: (heapUsed + arrayBuffers) / 1e6,
    rssMb: rss / 1e6,
    descriptors: readdirSync('/proc/self/fd').length,
  };
};

const service = await wire({ config: loadConfig(), logger: makeLogger({ level: 'silent' }) });
const { server } = await wireHttp(service);
process.on('message', () => process.send?.(held()));
process.once('disconnect', () => {
  server.closeAllConnections();
  server.close(() => void service.stop().then(() => process.exit()));
});
process.send?.({ port: (server.address() as AddressInfo).port });
