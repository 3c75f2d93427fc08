import { defineConfig } from 'vitest/config';

/** Tests in a real browser on the real server, and of what the web UI works out by itself. A world per file. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts', 'web/src/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    globalSetup: ['test/browser/build-ui.ts'],
    reporters: ['default', './test/harness/skip-reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    allowOnly: false,
  },
});
