import type { BareCommand, Command } from './command.ts';

type Load = () => Promise<Command | BareCommand>;

/** Every command by its name, in the order of `help`. Each is loaded when it is asked for: a command starts in half the time. */
export const commands: Record<string, Load> = {
  migrate: async () => (await import('./migrate.ts')).migrateCommand,
  'school:create': async () => (await import('./school-create.ts')).schoolCreateCommand,
  'admin:create': async () => (await import('./admin-create.ts')).adminCreateCommand,
  'parent:create': async () => (await import('./parent-create.ts')).parentCreateCommand,
  'demo:seed': async () => (await import('./demo-seed.ts')).demoSeedCommand,
  'photos:try': async () => (await import('./photos-try.ts')).photosTryCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
  status: async () => (await import('./status.ts')).statusCommand,
  'checks:measure': async () => (await import('./checks-measure.ts')).checksMeasureCommand,
  'storage:move': async () => (await import('./storage-move.ts')).storageMoveCommand,
  'static:write': async () => (await import('./static-write.ts')).staticWriteCommand,
  'jobs:list': async () => (await import('./jobs-list.ts')).jobsListCommand,
  'jobs:retry': async () => (await import('./jobs-retry.ts')).jobsRetryCommand,
  'backup:run': async () => (await import('./backup-run.ts')).backupRunCommand,
  'backup:list': async () => (await import('./backup-list.ts')).backupListCommand,
  'backup:verify': async () => (await import('./backup-verify.ts')).backupVerifyCommand,
  'backup:restore': async () => (await import('./backup-restore.ts')).backupRestoreCommand,
  'backup:rehearse': async () => (await import('./backup-rehearse.ts')).backupRehearseCommand,
  'backup:key': async () => (await import('./backup-key.ts')).backupKeyCommand,
};
