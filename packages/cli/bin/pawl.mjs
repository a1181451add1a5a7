#!/usr/bin/env node
// Starts the built command, or says what is missing. Plain JavaScript: an old Node must be able to read it.
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const built = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist', 'pawl.mjs');
if (Number(process.versions.node.split('.')[0]) < 22) {
  console.error(`pawl needs Node 22 or newer; this is Node ${process.versions.node}.`);
  console.error('In a checkout of Pawl, "npx pawl" runs on the Node 24 it brings along. Elsewhere, install Node 24.');
  process.exitCode = 2;
} else if (!existsSync(built)) {
  console.error('pawl is not built yet.');
  console.error('Run "npm start" or "npm test" once in the checkout: each builds it.');
  process.exitCode = 2;
} else {
  // Compiling is a third of a start. What is kept lies with the user's other caches: a folder that others may write to,
  // as Node's own default is, would let them run their code here. Where it cannot be written, nothing is kept.
  const caches = cacheFolder();
  if (caches !== undefined) nodeModule.enableCompileCache?.(join(caches, 'pawl', 'compiled'));
  const { main } = await import(pathToFileURL(built).href);
  process.exitCode = await main(process.argv.slice(2));
}

/** Never below the folder that one happens to be in: what lies there came with somebody's repository. */
function cacheFolder() {
  const named = process.env.XDG_CACHE_HOME ?? '';
  try {
    const folder = isAbsolute(named) ? named : join(homedir(), '.cache');
    return isAbsolute(folder) ? folder : undefined;
  } catch {
    // A user without a home, as in some containers.
    return undefined;
  }
}
