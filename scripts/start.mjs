// npm start: the whole loop on the playground, in one command.
import { join } from 'node:path';
import { prepare, root, run } from './bootstrap.mjs';

await prepare();
process.exit(await run('node', [join(root, 'packages/playground/src/main.ts'), ...process.argv.slice(2)]));
