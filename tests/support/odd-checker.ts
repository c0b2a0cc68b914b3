// A face checker that does what the bytes of the 'photo' say, good or bad.
import { setTimeout as wait } from 'node:timers/promises';
import type { FaceAnswer, FaceAsk } from '../../src/photos/face-process.ts';
import { answerAsks } from '../../src/platform/side-process-answers.ts';

const light = { mean: 150, highlight: 220, burnt: 0 };
const eyes = { left: { x: 400, y: 500 }, right: { x: 560, y: 500 } };
const box = { x: 300, y: 350, width: 360, height: 460 };
const held: Buffer[] = [];
let made = 0;

answerAsks(async (message): Promise<FaceAnswer> => {
  const { jpeg, faces } = message as FaceAsk;
  const said = Buffer.from(jpeg).toString('latin1');
  if (said === 'crash') process.kill(process.pid, 'SIGSEGV');
  if (said === 'spin') for (;;);
  if (said === 'slow') await wait(400);
  if (said === 'greedy') {
    held.push(Buffer.alloc(700 * 1024 * 1024, 1));
    await wait(5000);
  }
  made += 1;
  const main = { light, sharpness: 300, turn: 0.01, tilt: 2, eyesOpen: 0.3, eyes };
  const found = faces ? { faces: [{ box, score: 0.99 }], main } : { faces: null, main: null };
  const print = said.startsWith('print ') ? said.slice(6) : undefined;
  return {
    measured: { width: 960, height: 1200, light, sharpness: 300, print, ...found },
    cpuMs: made,
  };
});
