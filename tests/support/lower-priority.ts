import { getPriority, setPriority } from 'node:os';

/** A step ahead of the side processes (platform/side-process.ts), of which one test asks how far they go behind. */
const NICENESS = 9;

// Decoders and face checkers go behind the service. Where tests keep every core busy, theirs would hardly run: so the tests
// go hardly further ahead than they.
if (getPriority() < NICENESS) setPriority(NICENESS);
