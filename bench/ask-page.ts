// Opens a page again and again until its standard input ends; prints how long each answer took, in ms, as a JSON list.
// A process of its own, so that whoever makes the load beside it does not slow its clock.
import { setTimeout as wait } from 'node:timers/promises';

const [url = ''] = process.argv.slice(2);
const EVERY_MS = 20;
const state = { over: false };
process.stdin.on('end', () => (state.over = true)).resume();

const took: number[] = [];
process.stdout.write('{"msg":"asking"}\n');
while (!state.over) {
  const from = performance.now();
  const answer = await fetch(url);
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`the page was answered ${answer.status}`);
  took.push(performance.now() - from);
  await wait(EVERY_MS);
}
process.stdout.write(`${JSON.stringify({ took })}\n`);
