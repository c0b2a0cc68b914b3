import { openDatabase } from '../platform/database.ts';
import type { BareCommand } from './command.ts';

export const migrateCommand: BareCommand = {
  usage: 'migrate',
  summary: 'brings the database up to date (every start does it too)',
  options: {},
  runBare: async (around) => {
    const database = await openDatabase(around); // nothing else is touched: an update may run it before anything starts
    await database.stop();
    return { text: 'The database is up to date.', json: { migrated: true } };
  },
};
