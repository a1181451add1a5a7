// npm run soak: 32 writers, killed compactors and readers on one store; fails when anything is lost, doubled or partial.
// SOAK_WRITERS, SOAK_RUNS, SOAK_KILLS and SOAK_READERS set other sizes.
import { fileURLToPath } from 'node:url';
import { prepare, run } from './bootstrap.mjs';

await prepare({ build: false });
process.exit(await run('node', [fileURLToPath(new URL('../packages/git/test/soak.ts', import.meta.url))]));
