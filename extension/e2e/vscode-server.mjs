// Starts and stops the plain VS Code server (no code-server wrapper: only the plain one takes the smoke-test driver,
// without which the page ignores the payload that loads the evaluator).
//
// Nothing outlives the process that started it. The server is not our child but a supervisor's; the supervisor reads
// a pipe that only we hold open, so it notices our end whichever way it came, SIGKILL included, and then ends the
// server's whole process group (extension host, watchers, terminals) and removes the temporary folder.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 5_000;

/** Quiet and always the same: nothing asks, updates, fetches or greets. */
export const QUIET_SETTINGS = {
  'chat.disableAIFeatures': true,
  'editor.accessibilitySupport': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.autofetch': false,
  'git.openRepositoryInParentFolders': 'never',
  // Would announce the evaluator's port in the status bar.
  'remote.autoForwardPorts': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.commandCenter': false,
  'window.title': '${activeEditorShort}${separator}${rootName}',
  // A screenshot must not depend on when the caret blinked.
  'editor.cursorBlinking': 'solid',
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

const RESTRICTED_SETTINGS = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
};

// Port 9 is "discard": whatever asks the gallery is refused at once and leaves the machine alone.
const NO_GALLERY = JSON.stringify({ serviceUrl: 'http://127.0.0.1:9/gallery', itemUrl: 'http://127.0.0.1:9/item' });

/**
 * @typedef {object} Server
 * @property {string} url
 * @property {string} authority          host and port, for vscode-remote: addresses
 * @property {string} serverDir          the installed VS Code
 * @property {string} userDataDir        temporary, as is all that the server writes
 * @property {string} extensionsDir
 * @property {string} evaluatorDir       the evaluator's extension folder
 * @property {string} token              what the evaluator asks for
 * @property {string} portFile           where the evaluator writes its port
 * @property {number} pid                of the server itself
 * @property {() => string} log          what the server has printed so far
 * @property {() => Promise<void>} stop
 */

/**
 * @param {object} options
 * @param {string} options.serverDir                 from installVSCode()
 * @param {string} options.node                      from installVSCode()
 * @param {string[]} [options.vsix]                  packages to install first, as a user would
 * @param {Record<string, unknown>} [options.settings]   on top of QUIET_SETTINGS
 * @param {Record<string, string>} [options.env]     seen by the extension host
 * @param {boolean} [options.restricted]             opens folders untrusted, and nobody is asked to trust them
 * @returns {Promise<Server & AsyncDisposable>}
 */
export async function startServer({ serverDir, node, vsix = [], settings = {}, env = {}, restricted = false }) {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'pawl-vscode-'));
  const userDataDir = join(root, 'data');
  const extensionsDir = join(root, 'extensions');
  const portFile = join(root, 'evaluator-port');
  const token = randomBytes(32).toString('hex');
  mkdirSync(join(userDataDir, 'User'), { recursive: true });
  mkdirSync(extensionsDir);
  writeFileSync(
    join(userDataDir, 'User', 'settings.json'),
    JSON.stringify({ ...QUIET_SETTINGS, ...(restricted && RESTRICTED_SETTINGS), ...settings }, null, 2),
  );

  const main = join(serverDir, 'out', 'server-main.js');
  const folders = ['--server-data-dir', userDataDir, '--user-data-dir', userDataDir, '--extensions-dir', extensionsDir];
  const childEnv = {
    ...process.env,
    ...env,
    EXTENSIONS_GALLERY: NO_GALLERY,
    PAWL_E2E_EVALUATOR: JSON.stringify({ token, portFile }),
  };
  // Would make every Node in the tree wait for, or run, what was meant for the caller.
  delete childEnv.NODE_OPTIONS;

  let supervisor;
  try {
    for (const path of vsix) installVsix(node, [main, ...folders, '--force', '--install-extension', path], childEnv);
    const flags = ['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--accept-server-license-terms'];
    const quiet = [
      '--telemetry-level',
      'off',
      ...(restricted ? [] : ['--disable-workspace-trust']),
      '--force-disable-user-env',
      '--enable-smoke-test-driver',
    ];
    const job = JSON.stringify({ root, node, args: [main, ...flags, ...quiet, ...folders] });
    supervisor = spawn(process.execPath, [fileURLToPath(import.meta.url), '--supervise', job], {
      env: childEnv,
      // Its own group: an interrupt on the terminal ends us, and our end is what it waits for.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  } catch (error) {
    rmSync(root, { recursive: true, force: true });
    throw error;
  }

  let log = '';
  const ended = new Promise((done) => supervisor.once('exit', done));
  const stop = async () => {
    supervisor.stdin.destroy();
    await ended;
  };
  const announced = new Promise((done, fail) => {
    const read = (chunk) => {
      log += chunk;
      const port = /Extension host agent listening on (\d+)/u.exec(log)?.[1];
      const pid = /supervised process (\d+)/u.exec(log)?.[1];
      if (port !== undefined && pid !== undefined) done({ port: Number(port), pid: Number(pid) });
    };
    supervisor.stdout.setEncoding('utf8').on('data', read);
    supervisor.stderr.setEncoding('utf8').on('data', read);
    // Writing to a supervisor that has gone is not worth an exception.
    supervisor.stdin.on('error', () => {});
    ended.then((code) => fail(new Error(`the VS Code server ended with ${code}:\n${log}`)));
    setTimeout(
      () => fail(new Error(`the VS Code server did not start in ${START_LIMIT_MS} ms:\n${log}`)),
      START_LIMIT_MS,
    ).unref();
  });
  const { port, pid } = await announced.catch(async (error) => {
    await stop();
    throw error;
  });
  const authority = `127.0.0.1:${port}`;
  return {
    url: `http://${authority}`,
    authority,
    serverDir,
    userDataDir,
    extensionsDir,
    evaluatorDir: join(HERE, 'evaluator'),
    token,
    portFile,
    pid,
    log: () => log,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function installVsix(node, args, env) {
  const result = spawnSync(node, args, { env, encoding: 'utf8' });
  // The command also ends with 0 after some failures; its own words are the proof.
  if (result.status !== 0 || !/successfully installed/u.test(result.stdout)) {
    throw new Error(`the VSIX was not installed:\n${result.stdout}${result.stderr}`);
  }
}

/** The other side of the pipe; see the top of this file. */
function supervise({ root, node, args }) {
  const server = spawn(node, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  process.stdout.write(`supervised process ${server.pid}\n`);
  const signal = (name) => {
    try {
      process.kill(-server.pid, name);
    } catch {
      // The group has gone already.
    }
  };
  const finish = (code) => {
    // Again, for what the server itself has left behind; it holds files open in the folder.
    signal('SIGKILL');
    rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    process.exit(code);
  };
  const end = () => {
    signal('SIGTERM');
    setTimeout(signal, STOP_LIMIT_MS, 'SIGKILL').unref();
  };
  server.once('error', () => finish(1));
  server.once('exit', (code) => finish(code ?? 0));
  process.stdin.on('end', end).on('close', end).on('error', end).resume();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, end);
}

if (process.argv[2] === '--supervise' && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  supervise(JSON.parse(process.argv[3]));
}
