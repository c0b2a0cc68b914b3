import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { makeTakeTurns } from '../src/photos/take-turns.ts';
import { addSenders } from '../tests/support/office.ts';
import { grainy } from '../tests/support/pictures.ts';
import { sendUntilTaken } from '../tests/support/send-until-taken.ts';
import type { Sender } from '../tests/support/sender.ts';
import { phonePhoto } from './measure-upload.ts';
import { plainRow, type Row } from './row.ts';
import type { Service } from './service.ts';

const CONNECTIONS = 200;
/** One parent in so many has a browser that does not make the photo small before it is sent. */
const LARGE_EVERY = 10;
const TRIES = 500;

/** All `senders` at once over 200 connections, each until its photo is taken; gives every answer's status. */
const sendAll = async (senders: Sender[]): Promise<number[]> => {
  const small = await (await grainy(1600, 1200)).jpeg({ quality: 85 }).toBuffer();
  const large = await phonePhoto('srgb');
  const statuses: number[] = [];
  const inTurn = makeTakeTurns(CONNECTIONS);
  await Promise.all(
    senders.map((sender, i) =>
      sendUntilTaken(sender, i % LARGE_EVERY === 0 ? large : small, statuses, { tries: TRIES, inTurn }),
    ),
  );
  return statuses;
};

/** Opens `url` in another process while `work` goes on; gives what it gave and the times in ms, shortest first. */
const whileAsked = async <T>(url: string, work: () => Promise<T>): Promise<{ outcome: T; took: number[] }> => {
  const asker = spawn(process.execPath, ['bench/ask-page.ts', url], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = text(asker.stdout);
  const outcome = await work();
  asker.stdin.end();
  const last = (await said).trim().split('\n').at(-1) ?? '';
  const { took } = JSON.parse(last) as { took?: number[] };
  if (!took) throw new Error('the page could not be opened all the time');
  return { outcome, took: took.sort((a, b) => a - b) };
};

/** A thousand parents who send at once: who is lost, what they are answered, and how fast a page is meanwhile. */
export const measureCrowd = async (service: Service, parents: number): Promise<Row[]> => {
  const [visitor, ...senders] = await addSenders(service.url, parents + 1);
  if (!visitor) throw new Error('nobody was added');
  const before = await service.cli('doctor');
  const from = performance.now();
  const { outcome: statuses, took } = await whileAsked(service.url + visitor.link, () => sendAll(senders));
  const seconds = (performance.now() - from) / 1000;
  const doctor = await service.cli('doctor');
  const kept = Number(doctor['photos']) - Number(before['photos']);
  const faults = ['orphan_files', 'rows_without_file', 'checksum_mismatches'].map((name) => Number(doctor[name]));
  const busy = statuses.filter((status) => status === 503).length;
  const p99 = took[Math.floor(took.length * 0.99)] ?? Infinity;
  const what = `${parents} parents at once over ${CONNECTIONS} connections`;
  return [
    plainRow(
      `${what}: photos kept, in ${seconds.toFixed(0)} s, with ${busy} times 503`,
      String(kept),
      'none lost; integrity 0/0/0; nothing but 303, and 503 with Retry-After',
      kept === parents && faults.every((count) => count === 0), // another answer has thrown
    ),
    plainRow(
      `${what}: onboarding page meanwhile (${took.length} times), p99`,
      `${p99.toFixed(0)} ms`,
      '< 250 ms',
      p99 < 250,
    ),
  ];
};
