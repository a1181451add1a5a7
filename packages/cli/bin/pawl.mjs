#!/usr/bin/env node
// Starts the built command, or says what is missing. Plain JavaScript: an old Node must be able to read it.
// Node's modules are asked for by a call: an `import` of them would load streams and more at every start.
const builtin = process.getBuiltinModule;
if (builtin === undefined || Number(process.versions.node.split('.')[0]) < 22) {
  console.error(`pawl needs Node 22.3 or newer; this is Node ${process.versions.node}.`);
  console.error('In a checkout of Pawl, "npx pawl" runs on the Node 24 it brings along. Elsewhere, install Node 24.');
  process.exitCode = 2;
} else {
  const { existsSync } = builtin('fs');
  // The command that is called most has a bundle of its own.
  const name = process.argv.slice(2).find((arg) => !arg.startsWith('-')) === 'eval' ? 'eval' : 'pawl';
  const built = new URL(`../dist/${name}.mjs`, import.meta.url);
  if (!existsSync(built)) {
    console.error('pawl is not built yet.');
    console.error('Run "npm start" or "npm test" once in the checkout: each builds it.');
    process.exitCode = 2;
  } else {
    // Compiling is a third of a start. What is kept lies with the user's other caches: a folder that others may write
    // to, as Node's own default is, would let them run their code here. Where it cannot be written, nothing is kept.
    const caches = cacheFolder();
    if (caches !== undefined) builtin('module').enableCompileCache?.(builtin('path').join(caches, 'pawl', 'compiled'));
    const { main } = await import(built.href);
    process.exitCode = await main(process.argv.slice(2));
  }
}

/** Never below the folder that one happens to be in: what lies there came with somebody's repository. */
function cacheFolder() {
  const { isAbsolute, join } = builtin('path');
  const named = process.env.XDG_CACHE_HOME ?? '';
  try {
    const folder = isAbsolute(named) ? named : join(builtin('os').homedir(), '.cache');
    return isAbsolute(folder) ? folder : undefined;
  } catch {
    // A user without a home, as in some containers.
    return undefined;
  }
}
