// A side process that does what it is told, good or bad.
import { setTimeout as wait } from 'node:timers/promises';
import { answerAsks } from '../../src/platform/side-process-answers.ts';
import { environmentNames } from './environment.ts';

const held: Buffer[] = [];

answerAsks(async (message) => {
  switch (message) {
    case 'environment':
      return environmentNames();
    case 'priority':
      return (await import('node:os')).getPriority();
    case 'wait':
      return wait(200, 'waited');
    case 'spin':
      for (;;);
    case 'crash':
      return process.kill(process.pid, 'SIGSEGV');
    case 'eat':
      for (let mb = 0; mb < 400; mb += 20) {
        held.push(Buffer.alloc(20 * 1024 * 1024, 1));
        await wait(20);
      }
      return 'full';
    case 'throw':
      throw new RangeError('Maria Santos');
    default:
      return { pid: process.pid, message };
  }
});
