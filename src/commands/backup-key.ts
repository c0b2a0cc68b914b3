import { type Command, UsageError } from './command.ts';

const ADVICE =
  'Keep it where a loss of this machine does not reach it: in a password safe, or printed in the school’s safe. Without it no backup can be read. Then say "npm run cli -- backup:key --confirm".';

const NO_KEY_YET = 'There is no key yet: "npm run cli -- backup:key" in a terminal makes one and shows it.';

export const backupKeyCommand: Command = {
  usage: 'backup:key [--confirm]',
  summary:
    'shows the key of the backups, in a terminal only; --confirm: it is kept elsewhere, the nightly backup may begin',
  options: { confirm: { type: 'boolean' } },
  run: async ({ backups, config }, given) => {
    if (given.values['confirm'] === true) {
      if (!(await backups.confirmKept())) return { text: NO_KEY_YET, json: { kept: false }, exit: 1 };
      const text = `It is noted that the key is kept elsewhere: a backup is made each night at ${config.BACKUP_AT}.`;
      return { text, json: { kept: true } };
    }
    const kept = await backups.isKept();
    if (backups.key.isGiven)
      return { text: 'The key is the one of BACKUP_KEY. Keep it elsewhere, too.', json: { given: true, kept } };
    if (!process.stdout.isTTY || given.values['json'] === true)
      throw new UsageError(
        'the key is shown in a terminal only, so that it stands in no log; it is in DATA_DIR/backup-key',
      );
    const key = (await backups.key.get()).toString('base64');
    return { text: `BACKUP_KEY=${key}\n${ADVICE}`, json: { kept } };
  },
};
