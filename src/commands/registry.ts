import { adminCreateCommand } from './admin-create.ts';
import { backupKeyCommand } from './backup-key.ts';
import { backupListCommand } from './backup-list.ts';
import { backupRehearseCommand } from './backup-rehearse.ts';
import { backupRestoreCommand } from './backup-restore.ts';
import { backupRunCommand } from './backup-run.ts';
import { backupVerifyCommand } from './backup-verify.ts';
import { checksMeasureCommand } from './checks-measure.ts';
import type { BareCommand, Command } from './command.ts';
import { demoSeedCommand } from './demo-seed.ts';
import { doctorCommand } from './doctor.ts';
import { jobsListCommand } from './jobs-list.ts';
import { jobsRetryCommand } from './jobs-retry.ts';
import { migrateCommand } from './migrate.ts';
import { parentCreateCommand } from './parent-create.ts';
import { photosTryCommand } from './photos-try.ts';
import { schoolCreateCommand } from './school-create.ts';
import { staticWriteCommand } from './static-write.ts';
import { statusCommand } from './status.ts';
import { storageMoveCommand } from './storage-move.ts';

/** Every command by its name, in the order of `help`. */
export const commands: Record<string, Command | BareCommand> = {
  migrate: migrateCommand,
  'school:create': schoolCreateCommand,
  'admin:create': adminCreateCommand,
  'parent:create': parentCreateCommand,
  'demo:seed': demoSeedCommand,
  'photos:try': photosTryCommand,
  doctor: doctorCommand,
  status: statusCommand,
  'checks:measure': checksMeasureCommand,
  'storage:move': storageMoveCommand,
  'static:write': staticWriteCommand,
  'jobs:list': jobsListCommand,
  'jobs:retry': jobsRetryCommand,
  'backup:run': backupRunCommand,
  'backup:list': backupListCommand,
  'backup:verify': backupVerifyCommand,
  'backup:restore': backupRestoreCommand,
  'backup:rehearse': backupRehearseCommand,
  'backup:key': backupKeyCommand,
};
