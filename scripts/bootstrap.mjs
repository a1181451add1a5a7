// What every root command does first: install what is missing, build what changed, hand over to Node 24.
// Plain JavaScript for Node 20, no dependencies: on a fresh clone nothing else is there yet.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const binaries = join(root, 'node_modules', '.bin');
const leash = join(root, 'scripts', 'leash.mjs');
const stamp = join(root, 'node_modules', '.pawl-installed');

const environment = {
  ...process.env,
  PATH: `${binaries}${delimiter}${process.env.PATH ?? ''}`,
  // The package's own installer would fetch GPU files from elsewhere; the CPU needs none of them.
  ONNXRUNTIME_NODE_INSTALL: 'skip',
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
};

const running = new Set();

/** Runs a command on a leash, with Node 24 and the workspace's binaries first in PATH. Resolves to its exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [leash, command, ...args], {
      cwd: root,
      env: { ...environment, ...options.env },
      detached: true,
      stdio: ['pipe', options.quiet ? 'pipe' : 'inherit', options.quiet ? 'pipe' : 'inherit'],
    });
    running.add(child);
    let output = '';
    child.stdout?.on('data', (data) => (output += data));
    child.stderr?.on('data', (data) => (output += data));
    child.on('close', (code) => {
      running.delete(child);
      if (options.quiet && code !== 0) process.stderr.write(output);
      resolve(code ?? 1);
    });
  });
}

/** Ends the process with the first exit code that is not 0. */
export async function must(command, args, options) {
  const code = await run(command, args, options);
  if (code !== 0) process.exit(code);
}

export async function prepare({ build = true } = {}) {
  endWithParent();
  checkMachine();
  await install();
  if (!build) return;
  console.log('Building what changed …');
  await must('turbo', ['run', 'build', '--output-logs=errors-only', '--log-prefix=none'], { quiet: true });
}

function checkMachine() {
  if (Number(process.versions.node.split('.')[0]) < 20)
    fail(`Node ${process.versions.node} is too old.`, 'Install Node 20 or newer, then run the command again.');
  for (const tool of ['git', 'npm']) {
    if (spawnSync(tool, ['--version'], { stdio: 'ignore', shell: process.platform === 'win32' }).status !== 0)
      fail(`${tool} was not found.`, `Install ${tool}, then run the command again.`);
  }
}

async function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Installing what is missing (once, about a minute) …');
  const code = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { quiet: true });
  if (code !== 0)
    fail(
      'npm ci failed; its output is above.',
      'Check the network and your npm registry settings, then run the command again.',
    );
  const node = spawnSync(join(binaries, 'node'), ['--version'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (!/^v2[4-9]/.test(node.stdout ?? '')) {
    fail(
      'Node 24 could not be installed: the install script of the npm package "node" did not run.',
      'Run "npm rebuild node --ignore-scripts=false", then the command again.',
    );
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

export function fail(message, remedy) {
  console.error(`${message}\n${remedy}`);
  process.exit(1);
}

/**
 * npm passes SIGINT and SIGTERM on to its child, which is us (the scripts say `exec`, since a shell in between
 * would keep SIGINT to itself). It cannot pass SIGKILL on: when npm started us and is gone, we end too, and
 * with us, by their leashes, all that we started.
 */
function endWithParent() {
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ])
    process.on(signal, () => end(128 + number));
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end(137);
  }, 300).unref();
}

let ending = false;
function end(code) {
  if (ending) return;
  ending = true;
  for (const child of running) child.stdin?.destroy();
  const wait = setInterval(() => {
    if (running.size === 0) process.exit(code);
  }, 50);
  setTimeout(() => {
    clearInterval(wait);
    process.exit(code);
  }, 4000);
}
