import { type Command, UsageError } from './command.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

export const jobsRetryCommand: Command = {
  usage: 'jobs:retry ID | --all',
  summary: 'lets a job that failed for good be tried once more, or all of them',
  options: { all: { type: 'boolean' } },
  run: async ({ queue }, { values, words }) => {
    const all = values['all'] === true;
    const [id = '', ...more] = words;
    if (all ? words.length > 0 : !UUID.test(id) || more.length > 0)
      throw new UsageError('name one job by its id (jobs:list shows it), or say --all');
    const retried = await queue.retry(all ? 'all' : { id });
    if (!all && retried === 0) return { text: 'No job with this id has failed for good.', json: { retried }, exit: 1 };
    return { text: `${retried} ${retried === 1 ? 'job is' : 'jobs are'} tried once more.`, json: { retried } };
  },
};
