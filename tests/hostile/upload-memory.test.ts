import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/shared/config.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { wire, type Wired } from '../../src/wiring.ts';
import { parents } from '../support/cast.ts';
import { cloneDatabase } from '../support/database.ts';
import { malformedForms } from '../support/malformed-forms.ts';
import type { Held } from '../support/measured-service.ts';
import { plain } from '../support/pictures.ts';
import { sendRaw } from '../support/raw-http.ts';
import { formBody, headOf, openForm, sendBody, type Sender } from '../support/sender.ts';

const script = createRequire(import.meta.url).resolve('../support/measured-service.ts');

let dir: string;
let child: ChildProcess;
let service: Wired;
let maria: Sender;
let photo: Buffer;

/** The service runs apart, because a test's own memory moves; the parent is added from here, in the same database. */
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pos-memory-'));
  const { url, ownerUrl } = await cloneDatabase();
  const env = {
    ...{
      NODE_ENV: 'test',
      PORT: '0',
      MAX_UPLOAD_MB: '5',
      RATE_LIMIT_SCALE: '0',
      DATABASE_POOL_MAX: '2', // a pool that comes and goes would be taken for files that stay open
      SESSION_SECRET: 'a secret that only tests know',
    },
    MALLOC_ARENA_MAX: '2', // as it is run for real: else the allocator keeps what each thread once used
    ...{
      DATABASE_URL: url,
      MIGRATION_DATABASE_URL: ownerUrl,
      UPLOADS_DIR: join(dir, 'uploads'),
      DATA_DIR: join(dir, 'data'),
    },
  };
  service = await wire({ config: loadConfig(env), logger: makeLogger({ level: 'silent' }) });
  child = fork(script, [], { env, execArgv: ['--expose-gc'] });
  const died = once(child, 'exit').then(() => Promise.reject(new Error('the service did not start')));
  const [{ port }] = (await Promise.race([once(child, 'message'), died])) as [{ port: number }];
  died.catch(() => undefined);
  const [school] = await service.schools.list();
  if (!school) throw new Error('there is no school');
  const made = await service.createParent({ kind: 'cli' }, school, parents.maria);
  if (!made.ok) throw new Error(made.reason);
  maria = await openForm(`http://127.0.0.1:${port}`, made.value);
  photo = await plain(800, 600).jpeg().toBuffer();
});
afterAll(async () => {
  if (child.connected) {
    child.disconnect();
    await once(child, 'exit');
  }
  await service.stop();
  rmSync(dir, { recursive: true, force: true });
});

const held = async (): Promise<Held> => {
  await wait(300); // what is closing, closes
  child.send('measure');
  const [answer] = (await once(child, 'message')) as [Held];
  return answer;
};

/** Runs `work(0)` to `work(times - 1)`, eight at a time. */
const repeat = async (times: number, work: (i: number) => Promise<void>): Promise<void> => {
  let next = 0;
  const one = async () => {
    while (next < times) await work((next += 1));
  };
  await Promise.all(Array.from({ length: 8 }, one));
};

/** What `times` more of it leave in the process, after it had `warm` to warm up. */
const growth = async (warm: number, times: number, work: (i: number) => Promise<void>) => {
  await repeat(warm, work);
  const before = await held();
  await repeat(times, work);
  const after = await held();
  return {
    heapMb: after.heapMb - before.heapMb,
    rssMb: after.rssMb - before.rssMb,
    descriptors: after.descriptors - before.descriptors,
  };
};

const expectFlat = ({ heapMb, rssMb, descriptors }: Held) => {
  expect(heapMb).toBeLessThan(4); // a request that is kept costs 4 kB and more: 1,000 would show
  expect(rssMb).toBeLessThan(100); // the collector and the allocator keep up to 60 for themselves
  expect(descriptors).toBeLessThanOrEqual(2);
};

test('R16: memory and open files stay as they are over 1,000 malformed forms', async () => {
  const forms = Object.values(malformedForms({ csrf: maria.csrf, photo }));
  const send = async (i: number) => {
    const form = forms[i % forms.length];
    const { status } = await sendBody(maria, form?.body ?? Buffer.alloc(0), form?.headers);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  };
  expectFlat(await growth(2300, 1000, send)); // until then some 6 MB come and go once
});

test('R14: memory and open files stay as they are over 1,000 uploads that break off', async () => {
  const body = formBody(maria, photo);
  const send = async (i: number) => {
    const part = body.subarray(0, (body.length * (i % 97)) / 97);
    const pieces = async function* () {
      yield headOf(maria, { 'Content-Length': String(body.length) });
      yield part;
      await wait(10 + (i % 40)); // until the service is at it
    };
    await sendRaw({ port: maria.port, pieces: pieces(), then: 'destroy' });
  };
  expectFlat(await growth(300, 1000, send));
});

test('R15: memory and open files stay as they are over 100 uploads that are too big', async () => {
  const big = formBody(maria, Buffer.alloc(6 * 1024 * 1024, 'x'));
  const head = headOf(maria, { 'Transfer-Encoding': 'chunked' });
  const chunk = Buffer.concat([Buffer.from(`${big.length.toString(16)}\r\n`), big, Buffer.from('\r\n0\r\n\r\n')]);
  const send = async () => {
    expect((await sendRaw({ port: maria.port, pieces: [head, chunk] })).status).toBe(413);
  };
  expectFlat(await growth(30, 100, send));
});
