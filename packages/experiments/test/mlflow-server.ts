// A real `mlflow server` on a loopback port, with a SQLite store; it ends with the test.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '@pawl/testkit/git';

export interface MlflowServer extends AsyncDisposable {
  readonly url: string;
}

const environment = {
  ...process.env,
  MLFLOW_ALLOW_FILE_STORE: 'true',
  MLFLOW_DISABLE_TELEMETRY: 'true',
  MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
  MLFLOW_TRACKING_URI: '',
  GIT_PYTHON_REFRESH: 'quiet',
};

/** @param python an interpreter that has mlflow */
export async function startMlflow(python: string): Promise<MlflowServer> {
  const folder = await temporaryFolder('pawl-mlflow');
  const port = await freePort();
  await mkdir(join(folder.path, 'artifacts'));
  const store = [
    '--backend-store-uri',
    'sqlite:///mlflow.db',
    '--artifacts-destination',
    join(folder.path, 'artifacts'),
  ];
  // Its own process group, so that its workers end with it.
  const server = spawn(
    join(dirname(python), 'mlflow'),
    ['server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1', ...store],
    {
      cwd: folder.path,
      env: environment,
      detached: true,
      stdio: 'ignore',
    },
  );
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (server.exitCode === null && server.pid !== undefined) {
      process.kill(-server.pid, 'SIGKILL');
      await once(server, 'exit');
    }
    await folder[Symbol.asyncDispose]();
  };
  for (let tries = 0; tries < 240; tries++) {
    if (server.exitCode !== null) break;
    if (
      await fetch(`${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return { url, [Symbol.asyncDispose]: stop };
    await setTimeout(500);
  }
  await stop();
  throw new Error('mlflow server did not start');
}

const execute = promisify(execFile);
const script = fileURLToPath(new URL('mlflow-actions.py', import.meta.url));

/** Runs an action of mlflow-actions.py with the real client. */
export async function withMlflow<T>(
  python: string,
  action: string,
  uri: string,
  ...rest: readonly string[]
): Promise<T> {
  const { stdout } = await execute(python, [script, action, uri, ...rest], { env: environment, maxBuffer: 64_000_000 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
