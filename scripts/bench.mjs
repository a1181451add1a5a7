// npm run bench: compares with the peers in the same run. `-- --short` for a small form; the long one writes bench/RESULTS.md.
import { join } from 'node:path';
import { prepare, root, run } from './bootstrap.mjs';

await prepare();
process.exit(await run('node', [join(root, 'bench/src/main.ts'), ...process.argv.slice(2)]));
