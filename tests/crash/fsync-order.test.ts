import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addSenders } from '../support/office.ts';
import { scene } from '../support/pictures.ts';
import { type Home, makeHome } from '../support/service.ts';
import { sendPhoto } from '../support/sender.ts';
import { type Call, readTrace, straceTo } from '../support/trace.ts';

let home: Home;
let calls: Call[];

/** One upload to a server of its own, traced. */
beforeAll(async () => {
  home = makeHome();
  const file = join(home.dir, 'trace');
  const service = await home.start({ under: straceTo(file) });
  const [maria] = await addSenders(service.url, 1);
  if (!maria) throw new Error('no sender');
  const answer = await sendPhoto(maria, await scene(900, 1200).jpeg().toBuffer());
  expect(answer.status, answer.body).toBe(303);
  await service.end('SIGINT');
  await wait(500); // the tracer writes its last lines
  calls = readTrace(file);
}, 120_000);
afterAll(() => home.remove());

/** Sent by each connection once, with its first photo. */
const INSERT = 'insert into photos (';

const isWrite = ({ name }: Call) => ['write', 'writev', 'pwrite64', 'sendto', 'sendmsg'].includes(name);

/** The first call after `after` that fits; throws when there is none. */
const find = (what: string, after: number, fits: (call: Call) => boolean): Call => {
  const call = calls.find((one) => one.began > after && fits(one));
  if (!call) throw new Error(`the trace has no ${what} after line ${after}`);
  return call;
};

test('R58: write, fsync of the file, rename, fsync of the folder, commit, answer: in this order', () => {
  const renames = calls.filter(
    ({ name, text }) => name.startsWith('rename') && /\.part", .*\/photos\/s\d+\//.test(text),
  );
  expect(renames).toHaveLength(3); // the picture, its thumbnail and its portrait
  const moved = renames.map((rename) => {
    const [, from = '', to = ''] = /"([^"]+\.part)", .*?"([^"]+\.jpg)"/.exec(rename.text) ?? [];
    const written = find(`write to ${from}`, 0, (call) => isWrite(call) && call.text.includes(`<${from}>`));
    const lastWrite = calls.findLast((call) => isWrite(call) && call.text.includes(`<${from}>`)) ?? written;
    const synced = find(
      `fsync of ${from}`,
      lastWrite.ended,
      ({ name, text }) => name === 'fsync' && text.includes(`<${from}>`),
    );
    expect(synced.text).toMatch(/\)\s+= 0/);
    expect(synced.ended).toBeLessThan(rename.began);
    return { rename, folder: to.slice(0, to.lastIndexOf('/')) };
  });
  const lastRename = Math.max(...moved.map(({ rename }) => rename.ended));
  const folder = moved[0]?.folder ?? '';
  const folderSynced = find(
    `fsync of ${folder}`,
    lastRename,
    ({ name, text }) => name === 'fsync' && text.includes(`<${folder}>`),
  );

  const insert = find('insert of the photo', 0, (call) => isWrite(call) && call.text.includes(INSERT));
  const socket = /\((\d+)</.exec(insert.text)?.[1] ?? '';
  const onSocket = (call: Call) => call.text.startsWith(`${call.name}(${socket}<`);
  const commit = find('commit', insert.ended, (call) => isWrite(call) && onSocket(call) && /COMMIT/i.test(call.text));
  const committed = find(
    'answer to the commit',
    commit.ended,
    (call) => call.name === 'read' && onSocket(call) && call.text.includes('COMMIT'),
  );
  const answer = find('303', insert.ended, (call) => isWrite(call) && call.text.includes('HTTP/1.1 303 See Other'));

  expect(folderSynced.ended).toBeLessThan(commit.began);
  expect(committed.ended).toBeLessThan(answer.began);
});

test('R58: new folders are put on disk with their names before a photo counts on them', () => {
  const made = ['photos', 'photos/s1'].map((name) => `<${join(home.uploadsDir, name)}>`);
  const commit = find('insert of the photo', 0, (call) => isWrite(call) && call.text.includes(INSERT));
  for (const folder of [`<${home.uploadsDir}>`, ...made]) {
    const synced = find(`fsync of ${folder}`, 0, ({ name, text }) => name === 'fsync' && text.includes(folder));
    expect(synced.ended).toBeLessThan(commit.began);
  }
});
