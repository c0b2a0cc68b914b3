import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests that end processes, fill disks or load the machine run alone and have commands of their own. */
const apart = {
  hostile: 'tests/hostile/**/*.test.ts',
  crash: 'tests/crash/**/*.test.ts',
  nginx: 'tests/nginx/**/*.test.ts',
};

/** Measure memory or keep servers of their own: each file in a process of its own. The others share what they import. */
const alone = ['tests/platform/**/*.test.ts', 'tests/photos/**/*.test.ts'];

/** Plant faults in the tree for a moment: not beside the others. */
const rules = ['tests/architecture.test.ts', 'tests/lint-rules.test.ts'];

/** Every page in every state takes longest: begun last, these files would run alone at the end. */
class PagesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isOfPages = ({ moduleId }: TestSpecification) => moduleId.endsWith('-pages.e2e.ts');
    return [...sorted.filter(isOfPages), ...sorted.filter((file) => !isOfPages(file))];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: PagesFirst },
    globalSetup: ['tests/support/cluster.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Also on a machine with two cores, of which one would be left idle. Crash tests mostly wait for what they ended: they have three.
    maxWorkers: 2,
    coverage: { include: ['src/**/*.ts'], reporter: ['text-summary', 'lcovonly'], thresholds: { lines: 90 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: [...Object.values(apart), ...rules, ...alone],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: alone } },
      { extends: true, test: { name: 'rules', include: rules, fileParallelism: false } },
      {
        extends: true,
        test: { name: 'e2e', include: ['tests/journeys/**/*.e2e.ts'], testTimeout: 180_000 },
      },
      { extends: true, test: { name: 'hostile', include: [apart.hostile], testTimeout: 120_000 } },
      { extends: true, test: { name: 'crash', include: [apart.crash], testTimeout: 240_000 } },
      { extends: true, test: { name: 'nginx', include: [apart.nginx], testTimeout: 90_000 } },
    ],
  },
});
