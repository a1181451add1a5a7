// A program of the repository that is given a prompt and prints an answer. It runs with the user's rights, so a run
// that was started by a fork refuses it; its environment holds what the suite names and nothing else of ours.
import { spawn } from 'node:child_process';
import type { ModelFailure, ModelProvider, ModelReply, ModelRequest } from '@pawl/core';
import { maskSecrets } from '@pawl/wire';
import { Pacer } from './pacer.ts';
import { thousandths } from './stream-timing.ts';

export interface ExecProviderOptions {
  /** Program and arguments; quotes hold words together, nothing else is special: there is no shell. */
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Given to the program, as JSON, behind the prompt. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The prompt comes on standard input instead of as the first argument. */
  readonly stdin?: boolean;
  readonly timeoutMs?: number;
  readonly concurrency?: number;
  readonly maximumBytes?: number;
  readonly secrets?: readonly string[];
  /** Ends the program, and those that wait for their turn. */
  readonly signal?: AbortSignal;
}

export function execProvider(options: ExecProviderOptions): ModelProvider {
  const { command, concurrency = 4, secrets = [] } = options;
  const pacer = new Pacer({ max: concurrency });
  return {
    id: `exec:${command}`,
    paced: true,
    complete: async (request): Promise<ModelReply | ModelFailure> => {
      const turn = await pacer.enter(false, options.signal);
      // Nothing is ever lost here, so nobody is refused.
      if ('refused' in turn) return { failure: turn.refused, hint: '' };
      const started = performance.now();
      try {
        const ended = await run(options, request);
        if ('failure' in ended) return { failure: maskSecrets(ended.failure, secrets), hint: hintOf(command) };
        return { text: ended.output.trim(), latencyMs: thousandths(performance.now() - started), reused: false };
      } finally {
        turn.leave({ kind: 'answered', slow: false });
      }
    },
  };
}

const hintOf = (command: string): string => `Run it yourself: ${command} 'a prompt'`;

/** Words of a command line: quotes and backslashes as in a POSIX shell, and no expansion of any kind. */
export function wordsOf(command: string): readonly string[] {
  const words: string[] = [];
  for (const [word] of command.matchAll(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gs))
    words.push(
      word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs, (_, double?: string, single?: string, escaped?: string) =>
        double !== undefined ? double.replace(/\\(["\\$`])/g, '$1') : (single ?? escaped ?? ''),
      ),
    );
  return words;
}

type Ended = { readonly output: string } | { readonly failure: string };

function run(options: ExecProviderOptions, request: ModelRequest): Promise<Ended> {
  const { command, cwd, env, config, stdin = false, timeoutMs = 60_000, maximumBytes = 4_000_000, signal } = options;
  const [program = '', ...given] = wordsOf(command);
  const prompt = request.text ?? JSON.stringify(request.messages);
  const about = [JSON.stringify({ config }), JSON.stringify({ vars: request.vars ?? {}, repeat: request.repeat })];
  const args = [...given, ...(stdin ? [] : [prompt]), ...about];
  // The operating system ends an argument there, and the program would see half a prompt.
  if (args.some((arg) => arg.includes('\0')))
    return Promise.resolve({ failure: 'the prompt holds a zero byte, which no argument can; give it as stdin: true' });
  const posix = process.platform !== 'win32';
  return new Promise((resolve) => {
    // A group of its own, so that what the program started ends with it.
    const child = spawn(program, args, { cwd, env: { ...env }, detached: posix, windowsHide: true });
    const output: Buffer[] = [];
    let said = '';
    let bytes = 0;
    let stopped: string | undefined;
    const stop = (why: string) => {
      stopped ??= why;
      try {
        if (posix && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // It has ended already.
      }
    };
    const timer = setTimeout(() => stop(`${program} did not answer within ${timeoutMs / 1000} s`), timeoutMs);
    const abandon = (): void => stop(`${program} was not waited for any longer`);
    signal?.addEventListener('abort', abandon);
    const forget = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abandon);
    };
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maximumBytes) stop(`${program} printed more than ${maximumBytes} bytes`);
      else output.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (said.length < 2000) said += chunk.toString('utf8');
    });
    // A program that reads nothing closes its end; that is its own affair.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin ? prompt : '');
    child.on('error', (error) => {
      forget();
      resolve({ failure: `${program} cannot be started: ${error.message}` });
    });
    child.on('close', (code, killedBy) => {
      forget();
      if (stopped !== undefined) return resolve({ failure: stopped });
      if (code === 0) return resolve({ output: Buffer.concat(output).toString('utf8') });
      const reason = said.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
      resolve({ failure: `${program} ended with ${code ?? killedBy}${reason === '' ? '' : `: ${reason}`}` });
    });
  });
}
