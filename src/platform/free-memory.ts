import { isMarkedAsUntransferable } from 'node:worker_threads';

/**
 * Frees what these bytes take, and everything else in the same memory, now: the collector, which sees small objects, would come
 * for them much later. They are empty afterwards. Only for memory that nobody else reads any more: what a process beside the service
 * sends shares its memory with the next message. Node's pool of small buffers, which everybody uses, stays as it is.
 */
export const freeMemory = (...buffers: { buffer: ArrayBufferLike }[]): void => {
  for (const { buffer } of buffers) {
    if (buffer instanceof ArrayBuffer && !buffer.detached && !isPool(buffer)) buffer.transfer(0);
  }
};

/** Native code marks its memory too, but what a decoder gives is larger. */
const isPool = (buffer: ArrayBuffer): boolean =>
  buffer.byteLength <= Buffer.poolSize && isMarkedAsUntransferable(buffer);
