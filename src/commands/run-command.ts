import { parseArgs } from 'node:util';
import { type Logger, makeLogger } from '../platform/logger.ts';
import { type Config, loadConfig } from '../shared/config.ts';
import { type BareCommand, type Command, type Given, type Said, UsageError } from './command.ts';

/** Runs one command line; gives the exit code: 0 done, 1 it failed or found faults, 2 the call makes no sense. */
export const runCommand = async (
  commands: Record<string, () => Promise<Command | BareCommand>>,
  args: string[],
): Promise<0 | 1 | 2> => {
  const [name = 'help', ...rest] = args;
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    process.stdout.write(help(await Promise.all(Object.values(commands).map((one) => one()))));
    return name === 'help' || name === '--help' ? 0 : 2;
  }
  const command = await load();
  try {
    return await runOne(command, parse(command, rest));
  } catch (error) {
    if (error instanceof UsageError) return complain(`${error.message}\nUsage: npm run cli -- ${command.usage}\n`, 2);
    const explained = await explain(error);
    if (explained === undefined) throw error;
    return complain(`${explained}\n`, 1);
  }
};

const runOne = async (command: Command | BareCommand, given: Given): Promise<0 | 1> => {
  const config = loadConfig();
  const level = config.LOG_LEVEL === 'info' ? 'warn' : config.LOG_LEVEL; // what a command says is its only output
  const around = { config, logger: makeLogger({ level, stream: process.stderr }) };
  const said = 'run' in command ? await runWired(command, around, given) : await command.runBare(around, given);
  process.stdout.write(`${given.values['json'] === true ? JSON.stringify(said.json) : said.text}\n`);
  return said.exit ?? 0;
};

type Around = { config: Config; logger: Logger };

const runWired = async (command: Command, around: Around, given: Given): Promise<Said> => {
  const { run, bringsSchool, takesPhotos } = command;
  const { wire } = await import('../wiring.ts');
  const service = await wire({ ...around, firstSchool: bringsSchool !== true, takesPhotos: takesPhotos === true });
  try {
    return await run(service, given);
  } finally {
    await service.stop();
  }
};

const parse = (command: Command | BareCommand, args: string[]): Given => {
  try {
    const options = { ...command.options, json: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
    return { values: values, words: positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'the call makes no sense');
  }
};

/** Loaded only now: a fault of the load must not hide the other one. */
const explain = async (error: unknown): Promise<string | undefined> => {
  const loaded = await import('./explain-failure.ts').catch(() => undefined);
  return loaded?.explainFailure(error);
};

const complain = (text: string, exit: 1 | 2): 1 | 2 => {
  process.stderr.write(text);
  return exit;
};

const help = (commands: (Command | BareCommand)[]): string => {
  const lines = commands.map(({ usage, summary }) => `  ${usage}\n      ${summary}`);
  return `Usage: npm run cli -- COMMAND [OPTIONS] [--json]\n\n${lines.join('\n')}\n  help\n      this list\n`;
};
