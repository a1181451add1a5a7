// One gateway as a process: a group of its own, so that it ends with everything it started, whatever ends us.
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelFailure } from '@pawl/core';
import { redactText } from './redact.ts';

export interface GatewayProcessOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Answered with anything but an error of the server's own when it runs. */
  readonly health: string;
  readonly startMs: number;
  /** Never shown. */
  readonly secrets: readonly string[];
}

/** Enough of what it printed to see why it does not run. */
const keptCharacters = 8000;
const shownLines = 5;
const shownCharacters = 600;
const graceMs = 5000;
const betweenMs = 200;

export class GatewayProcess {
  readonly #options: GatewayProcessOptions;
  readonly #child: ChildProcess;
  /** It is gone, and so is everybody who could say something in its name. */
  readonly #ended: Promise<void>;
  /** It is gone. */
  readonly #left: Promise<void>;
  #end: string | undefined;
  #said = '';
  #failure: ModelFailure | undefined;
  #stopping = false;

  /** Comes back when it answers, has ended, or has had its time. */
  static async start(options: GatewayProcessOptions): Promise<GatewayProcess> {
    const process = new GatewayProcess(options);
    await process.#untilItAnswers();
    return process;
  }

  private constructor(options: GatewayProcessOptions) {
    this.#options = options;
    const { program, args, cwd, env } = options;
    this.#child = spawn(program, [...args], {
      cwd,
      env: { ...env },
      detached: posix,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer): void => {
      this.#said = `${this.#said}${chunk.toString('utf8')}`.slice(-keptCharacters);
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#end ??= `cannot be started: ${error.message}`;
        resolve();
      });
      this.#child.once('close', (code, signal) => {
        this.#end ??= `ended with ${code ?? signal}`;
        resolve();
      });
    });
    this.#left = Promise.race([this.#ended, new Promise<void>((resolve) => this.#child.once('exit', () => resolve()))]);
    process.on('exit', this.#kill);
    for (const signal of signals) process.on(signal, this.#passOn);
  }

  /** Why it cannot be asked. */
  get failure(): ModelFailure | undefined {
    if (this.#end === undefined || this.#stopping) return this.#failure;
    return this.#failed(`the gateway ${this.#end}`);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#signal('SIGTERM');
    const late = new AbortController();
    await Promise.race([this.#left, sleep(graceMs, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    // Also where the leader has ended: others of its group may not have.
    this.#signal('SIGKILL');
    // Whoever has left the group, as a daemon does, may hold these open for good.
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    await this.#ended;
    process.off('exit', this.#kill);
    for (const signal of signals) process.off(signal, this.#passOn);
  }

  async #untilItAnswers(): Promise<void> {
    const { health, startMs, program } = this.#options;
    const deadline = performance.now() + startMs;
    while (this.#end === undefined) {
      // Where it has ended meanwhile, it was another program that answered.
      if ((await answers(health)) && this.#end === undefined) return;
      if (performance.now() > deadline) {
        this.#failure = this.#failed(`the gateway (${program}) did not answer within ${startMs / 1000} s`);
        this.#signal('SIGKILL');
        return;
      }
      await sleep(betweenMs);
    }
  }

  #failed(what: string): ModelFailure {
    const lines = redactText(this.#said, { secrets: this.#options.secrets })
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .slice(-shownLines)
      .join(' / ')
      .slice(-shownCharacters);
    const taken = /EADDRINUSE|address already in use/i.test(this.#said);
    const hint = taken
      ? 'Another program took its port while it started: run it again.'
      : 'Start it yourself with gateway-command; the keys that it needs are named by gateway-env.';
    return { failure: lines === '' ? what : `${what}: ${lines}`, hint };
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      if (posix) process.kill(-pid, signal);
      else this.#child.kill(signal);
    } catch {
      // All of the group have ended.
    }
  }

  readonly #kill = (): void => this.#signal('SIGKILL');

  /** Our end by a signal is its end too; what we would have done with the signal is done. */
  readonly #passOn = (signal: NodeJS.Signals): void => {
    this.#kill();
    for (const each of signals) process.off(each, this.#passOn);
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
}

const posix = process.platform !== 'win32';
/** A group of its own hears nothing of a terminal that is closed. */
const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000), redirect: 'manual' });
    await response.body?.cancel();
    return response.status < 500;
  } catch {
    return false;
  }
}
