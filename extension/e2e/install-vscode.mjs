#!/usr/bin/env node
// Brings a real VS Code (Code - OSS, the server build that serves the whole workbench to a browser) into a cache
// folder. It comes out of the npm package code-server, because an npm package is reachable wherever the rest of the
// development tools are, and no VS Code download is. Nothing is compiled. Plain Node 20 is enough to run this file.
//
//   node install-vscode.mjs [CACHE_FOLDER]     default: $PAWL_CACHE, else ~/.cache/pawl/vscode-e2e
//
// Exits with 77, the customary "skipped", when this machine cannot run the walks at all.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '4.139.1';
// Of the tarball: npm checks it against what the registry says today, this against what was tested.
const INTEGRITY = 'sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==';
const NODE_MAJOR = 24;
const SKIPPED = 77;
// Raised when the slimming below changes, so that an older cache is not taken for a current one.
const RECIPE = 1;

// Half of the install, and none of it takes part in what the walks look at: chat, containers, Windows.
const NOT_NEEDED = [
  'node_modules/@github',
  'node_modules/@microsoft/mxc-sdk',
  'node_modules/@devcontainers',
  'node_modules/@vscode/sandbox-runtime',
  'node_modules/@vscode/windows-process-tree',
  'node_modules/@vscode/windows-registry',
  'extensions/copilot',
  'extensions/mermaid-markdown-features',
];

/** @returns {string} */
export function defaultCacheDir() {
  return process.env.PAWL_CACHE
    ? join(process.env.PAWL_CACHE, 'vscode-e2e')
    : join(homedir(), '.cache', 'pawl', 'vscode-e2e');
}

/** Why the walks cannot run here, with what to do about it; undefined when they can. */
export function skipReason() {
  if (process.platform !== 'linux')
    return `The VS Code walks run on Linux only, this is ${process.platform}. Run them in CI or in a container.`;
  if (findChromium() === undefined) {
    const asked = process.env.CHROMIUM;
    const where = asked ? `CHROMIUM=${asked} does not exist` : '/usr/bin/chromium does not exist';
    return `No Chromium: ${where}. Remedy: "apt-get install chromium" (Debian, Ubuntu), or set CHROMIUM to the path of a Chromium or Chrome.`;
  }
  if (findNode() === undefined) {
    return `No Node ${NODE_MAJOR}: this is ${process.version}, and node_modules/node is missing. Remedy: "npm ci" in the repository's root.`;
  }
  return undefined;
}

export function findChromium() {
  const path = process.env.CHROMIUM || '/usr/bin/chromium';
  return existsSync(path) ? path : undefined;
}

/** VS Code of this version refuses to start on Node 20, which may well be the machine's own. */
export function findNode() {
  const isRight = (version) => version.startsWith(`v${NODE_MAJOR}.`);
  if (isRight(process.version)) return process.execPath;
  const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
  const local = join(root, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(local)) return undefined;
  return isRight(spawnSync(local, ['--version'], { encoding: 'utf8' }).stdout ?? '') ? local : undefined;
}

function run(command, args, cwd, node) {
  // npm picks its Node from PATH; the packages state the one they want.
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
  const result = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (result.status === 0) return result.stdout;
  const why =
    result.error?.message ??
    result.stderr
      .split('\n')
      .filter((line) => /error|ERR/u.test(line))
      .slice(-8)
      .join('\n');
  throw new Error(`${command} ${args.join(' ')} failed: ${why}`);
}

/**
 * Installs once; later calls return at once.
 * @param {{ cacheDir?: string, log?: (line: string) => void }} [options]
 * @returns {{ serverDir: string, node: string, chromium: string }}
 */
export function installVSCode({ cacheDir = defaultCacheDir(), log = () => {} } = {}) {
  const reason = skipReason();
  if (reason !== undefined) throw Object.assign(new Error(reason), { code: 'SKIPPED' });
  const node = findNode();
  const chromium = findChromium();
  mkdirSync(cacheDir, { recursive: true });
  const serverDir = join(realpathSync(cacheDir), `code-server-${VERSION}-${RECIPE}`);
  if (existsSync(serverDir)) return { serverDir, node, chromium };

  // Built aside and renamed when whole: what is found under the final name always works, also after an interruption.
  const building = mkdtempSync(join(cacheDir, '.building-'));
  try {
    log(`fetching code-server ${VERSION} (47 MB)`);
    const [packed] = JSON.parse(
      run('npm', ['pack', '--json', '--ignore-scripts', `code-server@${VERSION}`], building, node),
    );
    if (packed.integrity !== INTEGRITY)
      throw new Error(`code-server ${VERSION} is not the package that was tested: ${packed.integrity}`);
    log('unpacking');
    run('tar', ['xzf', packed.filename, 'package/lib/vscode'], building, node);
    const vscode = join(building, 'package', 'lib', 'vscode');
    // Without install scripts: the prebuilt binaries suffice, and no compiler is asked for. Both folders have lock files.
    for (const [folder, what] of [
      [vscode, "the server's packages"],
      [join(vscode, 'extensions'), "the built-in extensions' packages"],
    ]) {
      log(`installing ${what}`);
      run('npm', ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], folder, node);
    }
    for (const path of NOT_NEEDED) rmSync(join(vscode, path), { recursive: true, force: true });
    putInPlace(vscode, serverDir);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  const { version } = JSON.parse(readFileSync(join(serverDir, 'package.json'), 'utf8'));
  log(`VS Code ${version} is in ${serverDir}`);
  return { serverDir, node, chromium };
}

function putInPlace(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    // Somebody else was quicker; theirs is as good.
    if (existsSync(to)) return;
    if (error.code !== 'EXDEV') throw error;
    cpSync(from, to, { recursive: true });
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const started = Date.now();
  const log = (line) => console.log(`[vscode-e2e ${((Date.now() - started) / 1000).toFixed(1)} s] ${line}`);
  try {
    const { serverDir, node, chromium } = installVSCode({
      ...(process.argv[2] ? { cacheDir: resolve(process.argv[2]) } : {}),
      log,
    });
    log(`ready: ${serverDir}, Node ${node}, Chromium ${chromium}`);
  } catch (error) {
    console.error(error.code === 'SKIPPED' ? `skipped: ${error.message}` : error.message);
    process.exitCode = error.code === 'SKIPPED' ? SKIPPED : 1;
  }
}
