import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Transform } from 'node:stream';

/**
 * A stream that nobody can read or change without the key (docs/adr/0018-backups.md): AES-256-GCM in chunks, so that it needs little
 * memory and nothing is given out before it was checked. Head: magic, version, id of the key, salt. Then chunks of 64 KiB and a tag
 * each; the nonce counts them and says which one is the last, so a chunk that is missing, moved or of another stream is found.
 */
const MAGIC = Buffer.from('POSB');
const VERSION = 1;
const KEY_ID_BYTES = 4;
const SALT_BYTES = 32;
const HEAD_BYTES = MAGIC.length + 1 + KEY_ID_BYTES + SALT_BYTES;
/** A usual size for streams (age, STREAM): 0.03 % for the tags, and one chunk in memory. */
const CHUNK_BYTES = 64 * 1024;
/** What GCM adds, and its nonce: NIST SP 800-38D. */
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;

/** Thrown for what cannot be unsealed. `other-key`: it was sealed with another key; `altered`: it is not what was sealed. */
export class SealBroken extends Error {
  readonly reason: 'other-key' | 'altered';
  constructor(reason: 'other-key' | 'altered') {
    super(reason === 'other-key' ? 'sealed with another key' : 'altered or cut off after it was sealed');
    this.name = 'SealBroken';
    this.reason = reason;
  }
}

/** Tells keys apart without telling them: 8 hexadecimal digits for a key of 32 bytes. */
export const keyIdOf = (key: Buffer): string => derive(key, 'id of the key', '', KEY_ID_BYTES).toString('hex');

/** How long `bytes` bytes are when they are sealed. */
export const sealedLength = (bytes: number): number =>
  HEAD_BYTES + bytes + Math.max(1, Math.ceil(bytes / CHUNK_BYTES)) * TAG_BYTES;

/** Seals what is written to it. Only who asks for it by the same `name` can unseal it, so streams cannot change places. */
export const seal = (key: Buffer, name: string): Transform => {
  const head = Buffer.concat([
    MAGIC,
    Buffer.from([VERSION]),
    Buffer.from(keyIdOf(key), 'hex'),
    randomBytes(SALT_BYTES),
  ]);
  const chunks = makeChunks(CHUNK_BYTES);
  const aad = Buffer.concat([head, Buffer.from(name)]);
  const streamKey = streamKeyOf(key, head);
  let count = 0;
  let isBegun = false;
  const close = (chunk: Buffer, isLast: boolean): Buffer => {
    const cipher = createCipheriv('aes-256-gcm', streamKey, nonce(count++, isLast)).setAAD(aad);
    const sealed = Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
    if (isBegun) return sealed;
    isBegun = true;
    return Buffer.concat([head, sealed]);
  };
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      for (const chunk of chunks.add(bytes)) this.push(close(chunk, false));
      done();
    },
    flush(done) {
      done(null, close(chunks.rest(), true));
    },
  });
};

/** Gives what was sealed under `name`, each chunk once it was checked; fails with SealBroken. Only its end tells that it is whole. */
export const unseal = (key: Buffer, name: string): Transform => {
  const chunks = makeChunks(SEALED_CHUNK_BYTES);
  let head = Buffer.alloc(0);
  let opened: { streamKey: Buffer; aad: Buffer } | undefined;
  let count = 0;
  /** The bytes behind the head. */
  const afterHead = (bytes: Buffer): Buffer => {
    if (opened) return bytes;
    head = Buffer.concat([head, bytes]);
    if (head.length < HEAD_BYTES) return Buffer.alloc(0);
    const rest = head.subarray(HEAD_BYTES);
    head = head.subarray(0, HEAD_BYTES);
    if (keyIdIn(head) !== keyIdOf(key)) throw new SealBroken('other-key');
    opened = { streamKey: streamKeyOf(key, head), aad: Buffer.concat([head, Buffer.from(name)]) };
    return rest;
  };
  const open = (sealed: Buffer, isLast: boolean): Buffer => {
    if (!opened || sealed.length < TAG_BYTES) throw new SealBroken('altered');
    const decipher = createDecipheriv('aes-256-gcm', opened.streamKey, nonce(count++, isLast), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(opened.aad).setAuthTag(sealed.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
    } catch {
      throw new SealBroken('altered');
    }
  };
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      done(
        failureOf(() => {
          for (const chunk of chunks.add(afterHead(bytes))) this.push(open(chunk, false));
        }),
      );
    },
    flush(done) {
      done(failureOf(() => void this.push(open(chunks.rest(), true))));
    },
  });
};

/** The id of the key that something was sealed with, by its first bytes; throws SealBroken for what was never sealed. */
export const keyIdIn = (bytes: Buffer): string => {
  const isOurs = bytes.subarray(0, MAGIC.length).equals(MAGIC) && bytes[MAGIC.length] === VERSION;
  if (!isOurs || bytes.length < HEAD_BYTES) throw new SealBroken('altered');
  return bytes.subarray(MAGIC.length + 1, MAGIC.length + 1 + KEY_ID_BYTES).toString('hex');
};

/** What came last is held back: only at the end is it known to be the last. */
const makeChunks = (size: number) => {
  let held: Buffer[] = [];
  let bytes = 0;
  return {
    *add(more: Buffer): Generator<Buffer> {
      held.push(more);
      bytes += more.length;
      if (bytes <= size) return;
      let all = Buffer.concat(held);
      for (; all.length > size; all = all.subarray(size)) yield all.subarray(0, size);
      held = [all];
      bytes = all.length;
    },
    rest: (): Buffer => Buffer.concat(held),
  };
};

/** A key for each stream: counters may then begin at 0 in each of them. */
const streamKeyOf = (key: Buffer, head: Buffer): Buffer =>
  derive(key, 'stream', head.subarray(-SALT_BYTES).toString('hex'), 32);

const derive = (key: Buffer, what: string, salt: string, bytes: number): Buffer =>
  Buffer.from(hkdfSync('sha256', key, salt, `parent-onboarding sealed stream ${VERSION}: ${what}`, bytes));

const nonce = (count: number, isLast: boolean): Buffer => {
  const bytes = Buffer.alloc(NONCE_BYTES);
  bytes.writeBigUInt64BE(BigInt(count), NONCE_BYTES - 9);
  bytes[NONCE_BYTES - 1] = isLast ? 1 : 0;
  return bytes;
};

const failureOf = (run: () => void): Error | null => {
  try {
    run();
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error('unsealing failed');
  }
};
