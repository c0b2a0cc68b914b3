import { pipeline as connect, PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { ObjectFacts, ObjectStore } from '../platform/object-store.ts';
import { countAndHash } from '../platform/object-store-local.ts';
import { keyIdIn, seal, SealBroken, unseal } from '../platform/sealed-stream.ts';

/** Where backups are, and what they are sealed with. */
export type Place = { store: ObjectStore; key: Buffer };
/** An object as the manifest knows it: as it is stored, and what is in it. */
export type SealedFacts = { name: string; stored: ObjectFacts; content: ObjectFacts };

/** Three times as fast as the usual level, and rows come out as a quarter of their size instead of a fifth. */
const GZIP_LEVEL = 3;

/** Compresses, seals and stores what `content` yields, with bounded memory. `signal` ends it, and nothing is stored then. */
export const writeSealed = async (
  { store, key }: Place,
  name: string,
  content: Readable,
  signal?: AbortSignal,
): Promise<SealedFacts> => {
  const counted = countAndHash();
  const sealing = seal(key, name);
  const steps = [content, counted.stream, createGzip({ level: GZIP_LEVEL }), sealing] as const;
  const [stored] = await bothOrFirst(
    store.putStream(name, sealing),
    pipeline(...steps, ...(signal ? [{ signal }] : [])),
  );
  return { name, stored, content: counted.facts() };
};

/** The content of an object, each part of it once it was checked; fails with SealBroken, also when there is no such object. */
export const readSealed = async ({ store, key }: Place, name: string): Promise<Readable> => {
  const opened = await store.open(name);
  if (!opened) throw new SealBroken('altered');
  return connect(opened.body, unseal(key, name), createGunzip(), new PassThrough(), () => undefined);
};

/** Reads an object to its end and tells what it is; throws SealBroken when it is not what was sealed. */
export const checkSealed = async ({ store, key }: Place, name: string): Promise<SealedFacts> => {
  const opened = await store.open(name);
  if (!opened) throw new SealBroken('altered');
  const [stored, content] = [countAndHash(), countAndHash()];
  const drain = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    await pipeline(opened.body, stored.stream, unseal(key, name), createGunzip(), content.stream, drain);
  } catch (error) {
    throw isOfGzip(error) ? new SealBroken('altered') : error;
  }
  return { name, stored: stored.facts(), content: content.facts() };
};

/** Seals a photo's file as it is: pictures do not get smaller. */
export const writePhoto = async ({ store, key }: Place, name: string, bytes: Buffer): Promise<number> => {
  const sealing = seal(key, name);
  const [stored] = await bothOrFirst(store.putStream(name, sealing), pipeline(Readable.from([bytes]), sealing));
  return stored.bytes;
};

/** A photo's file; undefined when it is not there. Throws SealBroken when it is not what was sealed. */
export const readPhoto = async ({ store, key }: Place, name: string): Promise<Buffer | undefined> => {
  const opened = await store.open(name);
  if (!opened) return undefined;
  const parts: Buffer[] = [];
  await pipeline(opened.body, unseal(key, name), async (stream: AsyncIterable<Buffer>) => {
    for await (const part of stream) parts.push(part);
  });
  return Buffer.concat(parts);
};

/**
 * Copies a sealed object of a few megabytes as it is, once it was unsealed and `isRight` found its content right; false when it is not
 * there or not right. Throws SealBroken when it is not what was sealed.
 */
export const copySealedPhoto = async (
  from: Place,
  to: ObjectStore,
  name: string,
  isRight: (bytes: Buffer) => boolean,
): Promise<boolean> => {
  const opened = await from.store.open(name);
  if (!opened) return false;
  const [sealed, parts]: [Buffer[], Buffer[]] = [[], []];
  for await (const part of opened.body as AsyncIterable<Buffer>) sealed.push(part);
  await pipeline(Readable.from(sealed), unseal(from.key, name), async (stream: AsyncIterable<Buffer>) => {
    for await (const part of stream) parts.push(part);
  });
  if (!isRight(Buffer.concat(parts))) return false;
  await to.putStream(name, Readable.from(sealed));
  return true;
};

/** The id of the key that an object was sealed with; undefined when there is no such object, or it is none of ours. */
export const keyIdOfObject = async ({ store }: Pick<Place, 'store'>, name: string): Promise<string | undefined> => {
  const opened = await store.open(name);
  if (!opened) return undefined;
  try {
    for await (const chunk of opened.body) return keyIdIn(chunk as Buffer);
    return undefined;
  } catch (error) {
    if (error instanceof SealBroken) return undefined;
    throw error;
  } finally {
    opened.body.destroy();
  }
};

/** What failed first says why; the other one only that its stream ended early. */
const bothOrFirst = async <A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> => {
  const ended = await Promise.allSettled([a, b]);
  const [one, other] = ended;
  if (one.status === 'fulfilled' && other.status === 'fulfilled') return [one.value, other.value];
  const failures = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
  throw failures.find((failure) => !isEarlyEnd(failure)) ?? failures[0];
};

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');
const isEarlyEnd = (error: unknown): boolean => codeOf(error) === 'ERR_STREAM_PREMATURE_CLOSE';
const isOfGzip = (error: unknown): boolean => codeOf(error).startsWith('Z_');
