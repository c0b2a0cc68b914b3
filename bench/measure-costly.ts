import { watchResident } from '../tests/support/decoders-of.ts';
import { addSenders } from '../tests/support/office.ts';
import { costlyPhoto } from '../tests/support/pictures.ts';
import { sendUntilTaken } from '../tests/support/send-until-taken.ts';
import { slowestAnswer } from '../tests/support/slowest-answer.ts';
import { plainRow, type Row } from './row.ts';
import type { Service } from './service.ts';

const PARENTS = 16;

/** Memory and the health page while sixteen parents send a progressive JPEG of 48 megapixels at once, each until it is taken. */
export const measureCostly = async (service: Service, chromaSubsampling: '4:2:0' | '4:4:4'): Promise<Row[]> => {
  const photo = await costlyPhoto(chromaSubsampling);
  const senders = await addSenders(service.url, PARENTS);
  const memory = watchResident(service.pid);
  const slowest = await slowestAnswer(`${service.url}/healthz`, () =>
    Promise.all(senders.map((sender) => sendUntilTaken(sender, photo, [], { longestWait: 3 }))),
  );
  const peak = memory.stop();
  const what = `${PARENTS} progressive JPEGs of 48 Mpx (${chromaSubsampling}) at once`;
  return [
    plainRow(`${what}: memory of service and decoder`, `${peak.toFixed(0)} MiB`, '<= 512 MiB', peak <= 512),
    plainRow(`${what}: slowest answer of the health page`, `${slowest.toFixed(0)} ms`, '< 1000 ms', slowest < 1000),
  ];
};
