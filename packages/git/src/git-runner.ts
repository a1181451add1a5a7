// Runs the git binary: no shell, plumbing commands and exit codes only, failures typed. The one place that starts it.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { gitEnvironment, withoutCredentials, type Environment, type GitSettings } from './environment.ts';
import { GitFailure } from './errors.ts';

export interface GitOptions {
  readonly environment: Environment;
  readonly settings?: GitSettings;
  /** `--git-dir`: for our own bare repository. */
  readonly gitDirectory?: string;
  /** `-C`: for the user's folder. */
  readonly folder?: string;
  /** Called before each command; a throw stands for a process that died there. */
  readonly beforeCommand?: (command: readonly string[]) => void;
}

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

interface RunOptions {
  readonly input?: string | Uint8Array;
  /** Exit codes that are answers rather than failures; 0 always is. */
  readonly answers?: readonly number[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Git {
  /** @throws GitFailure when it ends with any other code */
  run(command: readonly string[], options?: RunOptions): Promise<GitResult>;
  /** Its output as text without the last line break. */
  text(command: readonly string[], options?: RunOptions): Promise<string>;
  /** Starts a long-lived command. The caller ends it. */
  start(command: readonly string[]): ChildProcessWithoutNullStreams;
}

export function openGit(options: GitOptions): Git {
  const environment = gitEnvironment(options.environment, [
    ...(options.settings ?? []),
    ...stalls(options.environment),
  ]);
  const place = [
    ...(options.folder === undefined ? [] : ['-C', options.folder]),
    ...(options.gitDirectory === undefined ? [] : [`--git-dir=${options.gitDirectory}`]),
  ];
  const start = (
    command: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): ChildProcessWithoutNullStreams => {
    options.beforeCommand?.(command);
    return spawn('git', [...place, ...command], { env: { ...environment, ...more }, stdio: 'pipe', windowsHide: true });
  };
  const run = async (command: readonly string[], runOptions: RunOptions = {}): Promise<GitResult> => {
    const limit = patience(command, options.environment);
    const result = await finish(start(command, runOptions.environment), { command, input: runOptions.input, limit });
    if (result.code === 0 || runOptions.answers?.includes(result.code)) return result;
    throw new GitFailure(command, result.code, result.stderr);
  };
  return {
    run,
    text: async (command, runOptions) => (await run(command, runOptions)).stdout.toString('utf8').replace(/\r?\n$/, ''),
    start: (command) => start(command),
  };
}

/** A transport of Git's that outlives a command we ended goes away by itself. */
const stalls = (environment: Environment): GitSettings => [
  ['http.lowSpeedLimit', '1'],
  ['http.lowSpeedTime', String(Math.ceil(Number(environment['PAWL_GIT_TIMEOUT'] || 120)))],
];

/** Seconds that a command may take which speaks to a remote; a large first fetch takes minutes, a look does not. */
const remotePatience: Readonly<Record<string, number>> = { 'ls-remote': 60, fetch: 900, push: 900 };

function patience(command: readonly string[], environment: Environment): number | undefined {
  const verb = command.find((word) => Object.hasOwn(remotePatience, word));
  const asked = Number(environment['PAWL_GIT_TIMEOUT'] || Number.NaN);
  return verb === undefined ? undefined : asked > 0 ? asked : remotePatience[verb];
}

interface Running {
  readonly command: readonly string[];
  readonly input: string | Uint8Array | undefined;
  /** Seconds. */
  readonly limit: number | undefined;
}

function finish(child: ChildProcessWithoutNullStreams, { command, input, limit }: Running): Promise<GitResult> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // A command that ends before it has read everything breaks the pipe; its exit code tells the story.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  let late = false;
  const timer =
    limit === undefined
      ? undefined
      : setTimeout(() => {
          late = true;
          child.kill();
          // What it started may hold the pipes open.
          child.stdout.destroy();
          child.stderr.destroy();
        }, limit * 1000);
  return new Promise((resolve, reject) => {
    child.on('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const reason = cause.code === 'ENOENT' ? 'git was not found in PATH; install Git 2.34 or newer' : cause.message;
      reject(new GitFailure(command, undefined, reason));
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (late) {
        reject(
          new GitFailure(
            command,
            undefined,
            `fatal: no answer within ${limit} seconds (PAWL_GIT_TIMEOUT sets another limit)`,
          ),
        );
        return;
      }
      const said = withoutCredentials(Buffer.concat(stderr).toString('utf8'));
      if (code === null) reject(new GitFailure(command, undefined, said));
      else resolve({ code, stdout: Buffer.concat(stdout), stderr: said });
    });
  });
}
