import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const everything = [
  'packages/*/test/**/*.test.ts',
  'actions/*/test/**/*.test.ts',
  'extension/test/**/*.test.ts',
  'bench/test/**/*.test.ts',
];
const core = 'packages/core/test/**/*.test.ts';
/** Whole walks and every way of breaking a store: minutes of Git. `npm run test:deep` runs them, `npm test` does not. */
const deep = [
  'packages/cli/test/{bad-input,prompt-bisect}.test.ts',
  'packages/git/test/{faults,listing,races,rest-races,trouble,verify}.test.ts',
  'packages/playground/test/**/*.test.ts',
  'packages/sandbox/test/hostile.test.ts',
  'packages/tracking/test/processes.test.ts',
];
const never = ['**/node_modules/**', '**/dist/**', '**/*.interop.test.ts'];

export default defineConfig({
  test: {
    // Most of the time is spent in Git and other children, so that a core kept free for vitest itself stands idle.
    maxWorkers: availableParallelism(),
    projects: [
      // Core has no state that one file could leave to the next: its modules are loaded once for all of its files.
      { extends: true, test: { name: 'core', include: [core], exclude: never, isolate: false } },
      { extends: true, test: { name: 'world', include: everything, exclude: [...never, ...deep, core] } },
      { extends: true, test: { name: 'deep', include: deep, exclude: never } },
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
