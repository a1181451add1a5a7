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
  const environment = gitEnvironment(options.environment, options.settings);
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
    const result = await finish(start(command, runOptions.environment), command, runOptions.input);
    if (result.code === 0 || runOptions.answers?.includes(result.code)) return result;
    throw new GitFailure(command, result.code, result.stderr);
  };
  return {
    run,
    text: async (command, runOptions) => (await run(command, runOptions)).stdout.toString('utf8').replace(/\r?\n$/, ''),
    start: (command) => start(command),
  };
}

function finish(
  child: ChildProcessWithoutNullStreams,
  command: readonly string[],
  input: string | Uint8Array | undefined,
): Promise<GitResult> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // A command that ends before it has read everything breaks the pipe; its exit code tells the story.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'ENOENT' ? 'git was not found in PATH; install Git 2.34 or newer' : cause.message;
      reject(new GitFailure(command, undefined, reason));
    });
    child.on('close', (code) => {
      const said = withoutCredentials(Buffer.concat(stderr).toString('utf8'));
      if (code === null) reject(new GitFailure(command, undefined, said));
      else resolve({ code, stdout: Buffer.concat(stdout), stderr: said });
    });
  });
}
