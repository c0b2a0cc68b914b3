import { expect, onTestFinished, test } from 'vitest';
import { makeHome } from '../support/service.ts';

/** Throws what nobody catches when it is told to. */
const FAULT = `process.on('SIGUSR2', () => setTimeout(() => { throw new TypeError('of Maria Santos'); }));`;

test('R67: a fault that nobody caught ends the process; it is logged and noted, without what it quotes', async () => {
  const home = makeHome();
  onTestFinished(() => home.remove());
  const service = await home.start({ execArgv: ['--import', `data:text/javascript,${encodeURIComponent(FAULT)}`] });
  process.kill(service.pid, 'SIGUSR2');
  expect(await service.exited).toEqual({ code: 1, signal: null });
  const lines = service.logged().filter(({ level }) => level === 'fatal' || level === 'error');
  expect(lines).toMatchObject([
    { level: 'fatal', msg: 'a fault that nobody caught', err: { type: 'TypeError' } },
    { level: 'error', msg: 'an error of a new kind; the status page lists it', place: 'process' },
  ]);
  expect(service.logged().filter(({ msg }) => msg === 'metrics')).toMatchObject([{ NewErrorFingerprints: 1 }]);
  const status = await home.cli(['status', '--json']);
  expect(status.code).toBe(1);
  expect(JSON.parse(status.stdout)).toMatchObject({
    instances: [{ kind: 'web' }], // it did not say goodbye
    errors: [{ type: 'TypeError', place: 'process', times: 1, is_new: true }],
  });
});
