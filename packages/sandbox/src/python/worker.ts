// One Python process, asked one thing at a time. It has a group of its own, so that what it starts ends with it; what it
// prints goes nowhere, but for the end of what it says of its own death.
import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { hostSource } from './host-source.ts';

export interface WorkerOptions {
  /** Program and arguments. */
  readonly interpreter: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The first line. */
  readonly setup: string;
  /** Of one answer. */
  readonly maximumBytes: number;
}

/** What came of one request: a line of the host's, or why there is none. */
export type Said =
  | { readonly line: string; readonly tookMs: number }
  /** `at`: where it hung, the newest frame first, each a path and a line. */
  | { readonly ended: string; readonly at?: string };

const keptCharacters = 8000;
const turnMs = 20;
/** So long a file may take to load, at least. */
const startMs = 60_000;
/** So long it has to tell where it hangs. */
const dumpMs = 150;
/** So long it has to end by itself. */
const graceMs = 500;
const posix = process.platform !== 'win32';

export class PythonWorker {
  readonly #child: ChildProcess;
  readonly #requests: Duplex | undefined;
  readonly #maximum: number;
  /** Of the request that was asked last. */
  #number = 0;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #stderr = '';
  /** Since when it is about the users' own code; undefined while it starts. */
  #since: number | undefined;
  #started: (() => void) | undefined;
  #end: string | undefined;
  #answer: ((said: Said) => void) | undefined;
  readonly #exited: Promise<void>;

  constructor({ interpreter, cwd, env, setup, maximumBytes }: WorkerOptions) {
    const [program = '', ...args] = interpreter;
    this.#maximum = maximumBytes;
    this.#child = spawn(program, [...args, '-c', hostSource], {
      cwd,
      env: { ...env },
      detached: posix,
      windowsHide: true,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    });
    const [stderr, requests, replies] = this.#streams();
    this.#requests = requests;
    // It may end while something is written to it: that is told by its end.
    requests?.on('error', () => undefined);
    replies?.on('error', () => undefined);
    replies?.on('data', (chunk: Buffer) => this.#hear(chunk));
    stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = `${this.#stderr}${chunk.toString('utf8')}`.slice(-keptCharacters);
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#over(`cannot be started: ${error.message}`);
        resolve();
      });
      this.#child.once('exit', (code, signal) => {
        // What it said before comes in the same turn or the next.
        setImmediate(() => {
          this.#over(`ended with ${signal ?? `code ${code}`}${lastLine(this.#stderr)}`);
          resolve();
        });
      });
    });
    requests?.write(`${setup}\n`);
    this.#hold(false);
  }

  get alive(): boolean {
    return this.#end === undefined;
  }

  /** Milliseconds that it has been about the request it was asked last; 0 while it starts. */
  get age(): number {
    return this.#since === undefined ? 0 : performance.now() - this.#since;
  }

  /** One request at a time. */
  async ask(request: string, timeoutMs: number): Promise<Said> {
    if (this.#end !== undefined) return { ended: this.#end };
    this.#hold(true);
    const said = new Promise<Said>((resolve) => {
      this.#answer = resolve;
    });
    let timer: NodeJS.Timeout | undefined;
    let limitMs = timeoutMs;
    const late = new Promise<undefined>((resolve) => {
      const wait = (milliseconds: number): void => {
        limitMs = milliseconds;
        clearTimeout(timer);
        timer = setTimeout(() => resolve(undefined), milliseconds);
      };
      // What is imported at the top of a file takes its time once, and not the time of a call.
      this.#started = () => wait(timeoutMs);
      wait(this.#since === undefined ? Math.max(startMs, timeoutMs) : timeoutMs);
    });
    if (this.#since !== undefined) this.#since = performance.now();
    this.#number += 1;
    this.#requests?.write(`${this.#number} ${request}\n`);
    const answer = (await Promise.race([said, late])) ?? (await this.#late(said, limitMs));
    clearTimeout(timer);
    this.#answer = undefined;
    this.#hold(false);
    return answer;
  }

  /** Lets it end, and ends it and what it started where it does not. */
  async close(): Promise<void> {
    this.#requests?.end();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    this.#hold(true);
    await Promise.race([this.#exited, patience]);
    clearTimeout(timer);
    this.#kill();
    await this.#exited;
    // What it started in a session of its own may hold them still, and would keep us from ending.
    for (const stream of this.#streams()) stream?.destroy();
  }

  async #late(said: Promise<Said>, timeoutMs: number): Promise<Said> {
    // Timers run before messages: after a long turn of ours its answer may be there already.
    const there = await Promise.race([said, sleep(turnMs)]);
    if (there !== undefined) return there;
    this.#stderr = '';
    if (posix) this.#child.kill('SIGUSR1');
    await sleep(dumpMs);
    const at = placesOf(this.#stderr);
    this.#kill();
    const ended = `did not answer within ${timeoutMs / 1000} s`;
    this.#over(ended);
    return { ended, ...(at !== '' && { at }) };
  }

  #hear(chunk: Buffer): void {
    for (let rest = chunk; rest.length > 0 && this.alive;) {
      const end = rest.indexOf(10);
      const part = end === -1 ? rest : rest.subarray(0, end);
      rest = rest.subarray(part.length + 1);
      this.#bytes += part.length;
      if (this.#bytes > this.#maximum) return this.#over(`gave more than ${this.#maximum} bytes`);
      this.#chunks.push(part);
      if (end === -1) return;
      const line = Buffer.concat(this.#chunks).toString('utf8');
      this.#chunks = [];
      this.#bytes = 0;
      this.#hearLine(line);
    }
  }

  /** What is no answer to the question that is open was written by somebody else: from then on nothing it says counts. */
  #hearLine(line: string): void {
    const number = `${this.#number} `;
    if (this.#since === undefined && line === 'ready') {
      this.#since = performance.now();
      this.#started?.();
      return;
    }
    const end = line.indexOf(' ', number.length);
    const tookMs = Number(line.slice(number.length, end));
    if (this.#answer !== undefined && line.startsWith(number) && end !== -1 && Number.isFinite(tookMs))
      this.#answer({ line: line.slice(end + 1), tookMs });
    else this.#over('wrote into the answers to us, on file descriptor 4');
  }

  #over(why: string): void {
    this.#end ??= why;
    this.#answer?.({ ended: this.#end });
    this.#kill();
  }

  /** The group: others of it may still run when the one that was started has ended. */
  #kill(): void {
    const { pid } = this.#child;
    try {
      if (posix && pid !== undefined) process.kill(-pid, 'SIGKILL');
      else this.#child.kill('SIGKILL');
    } catch {
      // It has ended already.
    }
  }

  /** Idle workers keep nobody waiting: who forgets to close them still ends, and they with him. */
  #hold(busy: boolean): void {
    if (busy) this.#child.ref();
    else this.#child.unref();
    for (const stream of this.#streams())
      if (busy) stream?.ref();
      else stream?.unref();
  }

  /** What it says of errors, requests to it, and its answers; nothing where the machine has no more processes. */
  #streams(): readonly (Socket | undefined)[] {
    const stdio = this.#child.stdio as unknown as readonly Socket[] | undefined;
    return stdio?.slice(2) ?? [];
  }
}

const sleep = (milliseconds: number): Promise<undefined> =>
  new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds));

function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1)?.trim() ?? '';
  return line === '' ? '' : `: ${line}`;
}

/** The frames of a dump, the newest first: path, colon, line. */
const placesOf = (dump: string): string =>
  [...dump.matchAll(/File "([^"]*)", line (\d+)/g)].map(([, file, line]) => `${file}:${line}`).join('\n');
