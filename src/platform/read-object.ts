import { hash } from 'node:crypto';
import { type ObjectStore, StoreUnavailable } from './object-store.ts';

/** Thrown for an object whose bytes are not those that were stored. */
export class ObjectDamaged extends Error {
  constructor() {
    super('a stored object is not what was stored');
    this.name = 'ObjectDamaged';
  }
}

/**
 * All bytes of an object, held against the hash that was told when it was stored; undefined when there is none. Throws
 * ObjectDamaged for one that was altered or has more than `maxBytes`, and StoreUnavailable when its stream breaks off.
 */
export const readObject = async (
  store: Pick<ObjectStore, 'open'>,
  key: string,
  { maxBytes }: { maxBytes: number },
): Promise<Buffer | undefined> => {
  const opened = await store.open(key);
  if (!opened) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of opened.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) break; // which destroys the stream
      chunks.push(chunk);
    }
  } catch (error) {
    throw new StoreUnavailable('away', { cause: error });
  }
  const whole = Buffer.concat(chunks);
  const isRight = bytes === opened.bytes && (opened.sha256 === undefined || hash('sha256', whole) === opened.sha256);
  if (!isRight) throw new ObjectDamaged();
  return whole;
};
