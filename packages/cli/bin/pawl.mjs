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
    const folder = keptFolder();
    if (folder !== undefined) builtin('module').enableCompileCache?.(folder);
    const { main, keep } = own ? runScript(built) : await import(built.href);
    process.exitCode = await main(process.argv.slice(2));
    if (keep !== undefined) keep();
  }
}

/** Never below the folder that one happens to be in: what lies there came with somebody's repository. */
function keptFolder() {
  const { isAbsolute, join } = builtin('path');
  const { chmodSync, mkdirSync, rmSync } = builtin('fs');
  const named = process.env.XDG_CACHE_HOME ?? '';
  try {
    const caches = isAbsolute(named) ? named : join(builtin('os').homedir(), '.cache');
    if (!isAbsolute(caches)) return undefined;
    const all = join(caches, 'pawl');
    const folder = join(all, 'compiled');
    const allowed = modeOfOwn(all);
    const within = allowed === undefined ? undefined : modeOfOwn(folder);
    if (within === undefined) return undefined;
    if ((allowed & 0o022) !== 0) chmodSync(all, allowed & 0o755);
    if ((within & 0o077) !== 0) {
      // Whoever may write to it may have done so.
      rmSync(folder, { recursive: true });
      mkdirSync(folder, { mode: 0o700 });
    }
    return folder;
  } catch {
    // A user without a home, as in some containers, or with one that cannot be written to.
    return undefined;
  }
}

/** Of a folder, made where there is none; undefined when it is somebody else's, and what lies there would be their code. */
function modeOfOwn(folder) {
  const { mkdirSync, statSync } = builtin('fs');
  let found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    found = statSync(folder);
  }
  // Windows has neither owners nor modes here, and keeps the homes of users apart.
  if (process.getuid === undefined) return 0;
  return found.isDirectory() && found.uid === process.getuid() ? found.mode & 0o777 : undefined;
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

/**
 * Data and the rounds that it was added to in, and both once more: of one wrong bit V8 would crash, or go on with another
 * program than ours, and to compare is the quickest way to look at every byte.
 */
function keptIn(file) {
  const { closeSync, fstatSync, openSync, readSync } = builtin('fs');
  let opened;
  try {
    opened = openSync(file);
    const half = fstatSync(opened).size / 2;
    const data = Buffer.allocUnsafeSlow(half);
    if (half < 8 || readSync(opened, data) !== half) return undefined;
    // Piece by piece: a run has better use for the memory.
    const piece = Buffer.allocUnsafeSlow(131_072);
    for (let at = 0; at < half;) {
      const length = readSync(opened, piece);
      if (length === 0 || !piece.subarray(0, length).equals(data.subarray(at, at + length))) return undefined;
      at += length;
    }
    return { data: data.subarray(0, half - 4), rounds: data.readInt32LE(half - 4) };
  } catch {
    return undefined;
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}

function keepIn({ file, folder, script, rounds, own }) {
  own.memoryAsUsual();
  // What was compiled under other settings than the next run has at its start would be refused.
  if (!folder.includes(builtin('v8').cachedDataVersionTag().toString(16))) return;
  const { renameSync, unlinkSync, writeFileSync } = builtin('fs');
  // A process that was ended in the middle of it may have had the same number.
  const aside = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    const data = script.createCachedData();
    const half = Buffer.alloc(data.length + 4);
    half.set(data);
    half.writeInt32LE(rounds, data.length);
    // Whole or not at all.
    writeFileSync(aside, Buffer.concat([half, half]), { flag: 'wx', mode: 0o600 });
    renameSync(aside, file);
    if (rounds === 1) forgetOld(folder, file);
  } catch {
    // Nothing is kept; of older ones, perhaps all.
    try {
      unlinkSync(aside);
    } catch {
      // Nothing came to be.
    }
  }
}

/** Four other versions keep theirs, as of checkouts that take turns; what was left half written is among the rest. */
function forgetOld(folder, file) {
  const { readdirSync, statSync, unlinkSync } = builtin('fs');
  const { join } = builtin('path');
  const others = readdirSync(folder)
    .filter((name) => name.startsWith('pawl-eval-'))
    .map((name) => join(folder, name))
    .filter((path) => path !== file)
    .map((path) => ({ path, at: statSync(path).mtimeMs }));
  for (const { path } of others.sort((one, other) => other.at - one.at).slice(4)) unlinkSync(path);
}
