import { setPriority } from 'node:os';

// Decoders and face checkers go behind the service (platform/side-process.ts). Where tests keep every core busy, theirs would
// hardly run: so the tests go no further ahead than they.
setPriority(10);
