// A Node program as a process of its own: how long it took, what it used of processor and memory, and how it ended.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Measured {
  readonly wallMs: number;
  readonly processorMs: number;
  /** Most memory held at once, in bytes. */
  readonly memory: number;
  readonly code: number | null;
  readonly out: string;
}

/**
 * The program itself tells on a channel of its own when it ends: nobody else knows what it used. A file that is required
 * and no module that is imported, for which Node would load 20 MB more.
 */
const tell = join(import.meta.dirname, 'tell-usage.cjs');

/** @param args what Node is given: the program and its arguments */
export function measure(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Measured> {
  const started = performance.now();
  const child = spawn(process.execPath, ['--require', tell, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let told = '';
  child.stdout?.on('data', (chunk: Buffer) => void (out += chunk.toString('utf8')));
  child.stderr?.on('data', (chunk: Buffer) => void (out += chunk.toString('utf8')));
  child.stdio[3]?.on('data', (chunk: Buffer) => void (told += chunk.toString('utf8')));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const wallMs = performance.now() - started;
      if (told === '') return reject(new Error(`${args.join(' ')} told nothing: ${out.slice(-2000)}`));
      resolve({ wallMs, code, out, ...(JSON.parse(told) as Pick<Measured, 'processorMs' | 'memory'>) });
    });
  });
}
