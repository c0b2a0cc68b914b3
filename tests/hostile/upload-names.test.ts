import { readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { field, file, multipart } from '../support/multipart.ts';
import { scene } from '../support/pictures.ts';
import type { RawAnswer } from '../support/raw-http.ts';
import { addSender, sendBody, type Sender, sendPhoto } from '../support/sender.ts';
import { everythingStored, expectNothingStored, expectPage } from '../support/stored.ts';

let app: App;
let maria: Sender;
let photo: Buffer;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' } });
  maria = await addSender(app);
  photo = await scene().jpeg().toBuffer();
});
afterAll(() => app.stop());

const victim = join(tmpdir(), 'canary-victim.jpg');

/** File names as they go over the wire, between quotes; each holds the word that is looked for afterwards. */
const names: Record<string, string | Buffer> = {
  'parent folders': '../../../../../../tmp/canary-victim.jpg',
  'parent folders, other slashes': String.raw`..\..\canary.jpg`,
  'an absolute path': victim,
  'a drive': String.raw`C:\canary.jpg`,
  'escaped folders': '%2e%2e%2fcanary.jpg',
  NUL: 'canary\0.jpg',
  'right to left': 'canary\u202Egpj.exe',
  '300 letters': `canary${'x'.repeat(300)}.jpg`,
  '15,000 letters': `canary${'x'.repeat(15_000)}.jpg`,
  'a device': 'CON canary',
  quotes: String.raw`can\"ary canary"; x="y.jpg`,
  emoji: 'canary \u{1F468}‍\u{1F469}‍\u{1F467}.jpg',
  'half a letter': Buffer.from([...Buffer.from('canary'), 0xf0, 0x9f, 0x91]),
  prototype: '__proto__',
  constructor: 'constructor',
  'a line end': 'canary%0d%0aX-Canary: 1.jpg',
  'a tag': '<img src=x onerror=canary>.jpg',
  SQL: `canary'); drop table photos; --.jpg`,
  'a template': '${canary}<%= canary %>{{canary}}.jpg',
  'a dot': '.canary',
  'only spaces': '   ',
};

/** Of these nothing is left to be a name: the form counts as sent without a file. */
const noNames: Record<string, string> = { 'only dots': '..', 'a quote that never ends': `canary\\` };

/** Sends it, and tells too how the temporary files were called that came and went meanwhile. */
const watched = async (send: () => Promise<RawAnswer>) => {
  const used = new Set<string>();
  const [own = ''] = readdirSync(join(app.uploadsDir, 'tmp'));
  const watcher = watch(join(app.uploadsDir, 'tmp', own), (_event, name) => void used.add(name ?? ''));
  try {
    const answer = await send();
    await wait(50); // what was seen is told a moment later
    return { answer, used: [...used] };
  } finally {
    watcher.close();
  }
};

test.each(Object.entries(names))(
  'R12: a file named with %s: 2xx or 400, and the name is kept nowhere',
  async (_kind, name) => {
    writeFileSync(victim, 'as it was');
    const { answer, used } = await watched(() => sendPhoto(maria, photo, { name }));
    expect(answer.whole).toBe(true);
    if (answer.status === 303) expect(used.length).toBeGreaterThan(2); // the upload and two pictures
    for (const one of used) expect(one).toMatch(/^[0-9a-f-]{36}\.part$/);
    expect([303, 400], answer.body.slice(0, 500)).toContain(answer.status);
    const after =
      answer.status === 303 ? (await maria.visitor.open(answer.headers['location'] ?? '')).html : answer.body;
    for (const place of [await everythingStored(app), after, JSON.stringify(answer.headers), app.logs.join('\n')]) {
      expect(place.toLowerCase()).not.toContain('canary');
    }
    expect(readFileSync(victim, 'utf8')).toBe('as it was');
    expect(await app.checkIntegrity({ repair: false })).toMatchObject({ orphanFiles: 0, rowsWithoutFile: 0 });
  },
);

test.each(Object.entries(noNames))(
  'R12: a file named with %s: asked for again, and nothing is kept',
  async (_kind, name) => {
    const answer = await expectNothingStored(app, () => sendPhoto(maria, photo, { name }));
    expectPage(answer, 422, 'Take or choose a photo first.');
  },
);

test('R12: names of fields that JavaScript knows change nothing', async () => {
  for (const name of ['__proto__', '__proto__[isAdmin]', 'constructor[prototype][isAdmin]', 'toString', 'photo']) {
    const fields = [field('_csrf', maria.csrf), field('upload_id', crypto.randomUUID()), field(name, 'canary')];
    const answer = await sendBody(maria, multipart([...fields, file(photo)]));
    expect([303, 400]).toContain(answer.status);
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  }
  expect(await everythingStored(app)).not.toContain('canary');
});
