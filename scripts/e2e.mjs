// npm run test:e2e: packs the extension, installs it into a real VS Code, and walks through it.
import { join } from 'node:path';
import { must, prepare, root, run } from './bootstrap.mjs';

/** What the installer of VS Code exits with on a machine that cannot run it; it says why and the remedy. */
const skipped = 77;

await prepare({ build: false });
await must('node', [join(root, 'packages/tools/src/build-extension.ts')]);
const installed = await run('node', [join(root, 'extension/e2e/install-vscode.mjs')]);
if (installed === skipped)
  console.log('skipped: the walk through VS Code cannot run on this machine; the reason is above.');
if (installed !== 0) process.exit(installed === skipped ? 0 : installed);
process.exit(await run('node', [join(root, 'extension/e2e/walk.mjs'), ...process.argv.slice(2)]));
