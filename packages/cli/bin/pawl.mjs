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
  const own = process.argv.slice(2).find((arg) => !arg.startsWith('-')) === 'eval';
  const built = new URL(`../dist/${own ? 'eval.js' : 'pawl.mjs'}`, import.meta.url);
  if (!existsSync(built)) {
    console.error('pawl is not built yet.');
    console.error('Run "npm start" or "npm test" once in the checkout: each builds it.');
    process.exitCode = 2;
  } else {
    // Compiling is a third of a start. What is kept lies with the user's other caches: a folder that others may write
    // to, as Node's own default is, would let them run their code here. Where it cannot be written, nothing is kept.
    const caches = cacheFolder();
    if (caches !== undefined) builtin('module').enableCompileCache?.(builtin('path').join(caches, 'pawl', 'compiled'));
    const { main, keep } = own ? runScript(built) : await import(built.href);
    process.exitCode = await main(process.argv.slice(2));
    if (keep !== undefined) keep();
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

/**
 * Runs the script of a command. Of modules Node keeps what was compiled before they ran; here all functions are kept that
 * a run has used. They lie beside what Node keeps, in its folder for this version and these flags.
 */
function runScript(built) {
  const { readFileSync } = builtin('fs');
  const { Script, constants } = builtin('vm');
  const filename = builtin('url').fileURLToPath(built);
  const source = readFileSync(filename, 'utf8');
  const folder = builtin('module').getCompileCacheDir?.();
  // The script begins with a hash of itself.
  const file = folder === undefined ? undefined : builtin('path').join(folder, `pawl-eval-${source.slice(2, 18)}`);
  const kept = file === undefined ? undefined : keptIn(file);
  withoutWarningOf('USE_MAIN_CONTEXT_DEFAULT_LOADER');
  const script = new Script(source, {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(kept !== undefined && { cachedData: kept.data }),
  });
  const rounds = kept === undefined || script.cachedDataRejected === true ? 0 : kept.rounds;
  const own = script.runInThisContext()(built.href);
  // Chunks that are loaded later import from it.
  globalThis[Symbol.for('pawl.eval')] = own;
  // The first runs may be of different kinds; after them nothing is added.
  const keep =
    file === undefined || rounds >= 3 ? undefined : () => keepIn({ file, folder, script, rounds: rounds + 1, own });
  return { main: own.main, keep };
}

/** The script's later chunks are imported in a way that Node calls experimental, which is no news to users. */
function withoutWarningOf(name) {
  const { emitWarning } = process;
  process.emitWarning = (warning, ...rest) =>
    String(warning).includes(name) ? undefined : emitWarning.call(process, warning, ...rest);
}

/** Data, the rounds that it was added to in, and a sum over a word of each sector: of what was torn, V8 would crash. */
function keptIn(file) {
  try {
    const all = builtin('fs').readFileSync(file);
    const words = new Int32Array(all.buffer, all.byteOffset, all.length >> 2);
    const end = words.length - 2;
    if (end <= 0 || all.length % 4 !== 0 || words[end + 1] !== sumOf(words, end + 1)) return undefined;
    return { data: all.subarray(0, end * 4), rounds: words[end] };
  } catch {
    return undefined;
  }
}

function keepIn({ file, folder, script, rounds, own }) {
  own.memoryAsUsual();
  // What was compiled under other settings than the next run has at its start would be refused.
  if (!folder.includes(builtin('v8').cachedDataVersionTag().toString(16))) return;
  const { renameSync, writeFileSync } = builtin('fs');
  try {
    const data = script.createCachedData();
    const words = new Int32Array(Math.ceil(data.length / 4) + 2);
    new Uint8Array(words.buffer).set(data);
    words[words.length - 2] = rounds;
    words[words.length - 1] = sumOf(words, words.length - 1);
    // Whole or not at all.
    const aside = `${file}.${process.pid}`;
    writeFileSync(aside, words, { flag: 'wx', mode: 0o600 });
    renameSync(aside, file);
  } catch {
    // Nothing is kept.
  }
}

function sumOf(words, end) {
  let sum = end;
  for (let at = 0; at < end; at += 61) sum = (Math.imul(sum, 31) + words[at]) | 0;
  return (Math.imul(sum, 31) + words[end - 1]) | 0;
}
