import { adminCreateCommand } from './admin-create.ts';
import type { Command } from './command.ts';
import { demoSeedCommand } from './demo-seed.ts';
import { doctorCommand } from './doctor.ts';
import { migrateCommand } from './migrate.ts';
import { parentCreateCommand } from './parent-create.ts';
import { schoolCreateCommand } from './school-create.ts';

/** Every command by its name, in the order of `help`. */
export const commands: Record<string, Command> = {
  migrate: migrateCommand,
  'school:create': schoolCreateCommand,
  'admin:create': adminCreateCommand,
  'parent:create': parentCreateCommand,
  'demo:seed': demoSeedCommand,
  doctor: doctorCommand,
};
