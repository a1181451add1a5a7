// npm run soak: 32 writers, killed compactors and readers on one store; fails when anything is lost, doubled or partial.
// SOAK_WRITERS, SOAK_RUNS, SOAK_KILLS and SOAK_READERS set other sizes.
import { join } from 'node:path';
import { prepare, root, run } from './bootstrap.mjs';

await prepare({ build: false });
process.exit(await run('node', [join(root, 'packages/git/test/soak.ts')]));
