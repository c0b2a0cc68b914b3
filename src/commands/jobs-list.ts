import type { ListedJob } from '../platform/queue.ts';
import type { Command } from './command.ts';

export const jobsListCommand: Command = {
  usage: 'jobs:list [--failed]',
  summary:
    'how many jobs wait, run and failed for good, and which (--failed: only those); exit 1 when one failed for good',
  options: { failed: { type: 'boolean' } },
  run: async ({ queue }, given) => {
    const counts = Object.entries(await queue.count());
    const jobs = await queue.list({ failedOnly: given.values['failed'] === true });
    const lines = counts.map(
      ([name, { waiting, running, failed }]) => `${name}: ${waiting} waiting, ${running} running, ${failed} failed`,
    );
    return {
      text: [...lines, ...jobs.map(inOneLine)].join('\n'),
      json: { counts: Object.fromEntries(counts), jobs: jobs.map(asJson) },
      exit: counts.some(([, { failed }]) => failed > 0) ? 1 : 0,
    };
  },
};

const inOneLine = ({ id, name, state, payload, tries, createdAt, failure }: ListedJob): string => {
  const said = failure === null ? '' : `, last: ${failure}`;
  return `${id}  ${name} ${JSON.stringify(payload)}  ${state}, since ${createdAt.toISOString()}, tries: ${tries}${said}`;
};

const asJson = ({ createdAt, startsAt, failedAt, ...job }: ListedJob) => ({
  ...job,
  created_at: createdAt,
  starts_at: startsAt,
  failed_at: failedAt,
});
