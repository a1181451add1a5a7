// npm test: installs what is missing, builds what changed, runs every test that needs neither network nor Python.
import { prepare, run } from './bootstrap.mjs';

await prepare();
process.exit(await run('vitest', ['run', ...process.argv.slice(2)]));
