import program from '../../package.json' with { type: 'json' };

/** Memory settings and options of Node as `npm start` gives them, for processes whose memory is judged. */
export const asNpmStarts = (): { env: Record<string, string>; execArgv: string[] } => {
  const line = program.scripts.start;
  const env: Record<string, string> = {};
  for (const [, name = '', value = ''] of line.matchAll(/\b(MALLOC_\w+)=(\d+)/g)) env[name] = value;
  return { env, execArgv: line.match(/--[\w-]+=\d+/g) ?? [] };
};
