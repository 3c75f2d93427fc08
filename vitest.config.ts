import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts', 'web/src/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/browser/**', 'test/soak/**'],
    globalSetup: ['test/harness/postgres-global-setup.ts'],
    setupFiles: ['test/harness/postgres-file-setup.ts'],
    reporters: ['default', './test/harness/skip-reporter.ts'],
    // A process per file: tests start servers, change signals and read memory; two cores are what CI has.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 15_000,
    hookTimeout: 75_000,
    teardownTimeout: 20_000,
    // A focused test must never reach CI, where it would hide all others.
    allowOnly: false,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
