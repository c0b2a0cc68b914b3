import type { Readable } from 'node:stream';

/** What is known of an object without reading it. */
export type ObjectInfo = {
  key: string;
  bytes: number;
  modifiedAt: Date;
};

/** Of an object that is about to be stored: its length, and the hash that it must have. */
export type ObjectFacts = { bytes: number; sha256: string };

/** An object that was opened; whoever gets it reads `body` to its end or destroys it. */
type OpenedObject = {
  bytes: number;
  /** What was told when it was put; undefined when somebody else put it, or the store does not know. */
  sha256: string | undefined;
  body: Readable;
};

/**
 * Thrown by a store that does not answer, refuses us, or is full. `denied`: it knows us not, or forbids it (somebody must
 * act); `full`: no room; `away`: anything that may pass by itself.
 */
export class StoreUnavailable extends Error {
  readonly reason: 'denied' | 'full' | 'away';
  /** For logs and answers, which know errors by their codes. */
  readonly code: string;
  constructor(reason: 'denied' | 'full' | 'away', options?: { cause?: unknown }) {
    super(`the object store is ${reason}`, options);
    this.name = 'StoreUnavailable';
    this.reason = reason;
    this.code = `STORE_${reason.toUpperCase()}`;
  }
}

/**
 * Keeps objects (sequences of bytes) by their keys: on a local disk (object-store-local.ts) or in S3 (object-store-s3.ts).
 * A key is made of parts of letters, digits, `.`, `_` and `-`, joined by `/`, never of anything that came from outside, and is
 * no path of a machine. Every function may reject with StoreUnavailable.
 */
export type ObjectStore = {
  /** Stores a file's content under `key`, replacing what was there; when it resolves, it is there for good, with that hash. */
  put: (key: string, path: string, facts: ObjectFacts) => Promise<void>;
  /**
   * Stores what `body` yields, whose length is not known, in parts of bounded memory; gives what was stored. Rejects, and stores
   * nothing, when that is not what was `expected`. When it rejects, `body` is destroyed, so that nothing is left that waits or is open.
   */
  putStream: (key: string, body: Readable, expected?: ObjectFacts) => Promise<ObjectFacts>;
  /** Opens an object to be read as a stream; undefined when there is none. */
  open: (key: string) => Promise<OpenedObject | undefined>;
  /** What is known of it, without its bytes; undefined when there is none. */
  head: (key: string) => Promise<{ bytes: number; sha256: string | undefined } | undefined>;
  /** Removes objects, those that are there, with every version of them that we may remove. */
  remove: (keys: readonly string[]) => Promise<void>;
  /** Every object whose key begins with `prefix`, with bounded memory. */
  list: (prefix: string) => AsyncGenerator<ObjectInfo>;
  /** Resolves when an object could be stored now. */
  check: () => Promise<void>;
};
