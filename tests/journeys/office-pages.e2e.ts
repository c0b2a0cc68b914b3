// Every page of the office in every state, with script and without, narrow and wide, light and dark: axe has nothing to
// say, nothing scrolls sideways, nothing is missing and no CSP report comes.
import { demoSeedCommand } from '../../src/commands/demo-seed.ts';
import { addStaff } from '../support/cast.ts';
import { officeInPage } from '../support/in-page-scenes.ts';
import { inspectScenes } from '../support/inspect-scenes.ts';
import { officeScenes } from '../support/office-scenes.ts';
import { staged } from '../support/staged-system.ts';

inspectScenes({
  folder: 'admin',
  scenes: officeScenes,
  inPage: officeInPage,
  languages: ['en'],
  parts: staged.parts,
  prepare: async (app) => {
    await demoSeedCommand.run(app, { values: { parents: '60' }, words: [] });
    await addStaff(app, 'ben');
    await addStaff(app, 'gita');
    const elmwood = await app.createSchool({ kind: 'cli' }, { name: 'Elmwood School', timeZone: 'UTC' });
    await addStaff(app, 'walter', elmwood.id);
    const ruth = await app.staff.findByEmail('ruth.adeyemi@oakfield.example.org');
    await app.db.transaction((trx) => app.staff.giveRole(trx, ruth?.id ?? 0, elmwood.id, 'admin'));
  },
});
