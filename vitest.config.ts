import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const everything = [
  'packages/*/test/**/*.test.ts',
  'actions/*/test/**/*.test.ts',
  'extension/test/**/*.test.ts',
  'bench/test/**/*.test.ts',
];
const core = 'packages/core/test/**/*.test.ts';
const never = ['**/node_modules/**', '**/dist/**', '**/*.interop.test.ts'];

export default defineConfig({
  test: {
    // Most of the time is spent in Git and other children, so that a core kept free for vitest itself stands idle.
    maxWorkers: availableParallelism(),
    projects: [
      // Core has no state that one file could leave to the next: its modules are loaded once for all of its files.
      { extends: true, test: { name: 'core', include: [core], exclude: never, isolate: false } },
      { extends: true, test: { name: 'world', include: everything, exclude: [...never, core] } },
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
