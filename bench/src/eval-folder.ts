// A repository with one promptfooconfig.yaml, which both tools run as their users do: as a command.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { measure, type Measured } from './measured-process.ts';
import { projectRoot } from './project-root.ts';

const run = promisify(execFile);

export interface EvalFolder extends AsyncDisposable {
  readonly path: string;
  /** The built command. Its cases all hold, or this throws. */
  pawl(...options: readonly string[]): Promise<Measured>;
  /** @param home holds node_modules/promptfoo */
  promptfoo(home: string): Promise<Measured>;
}

export async function evalFolder(cases: number, provider: unknown = 'echo', concurrency = 32): Promise<EvalFolder> {
  const path = await mkdtemp(join(tmpdir(), 'pawl-bench-'));
  await run('git', ['init', '--quiet', path]);
  const tests = Array.from({ length: cases }, (_, index) =>
    JSON.stringify({
      vars: { text: `Mail ${index}: ${'a few words '.repeat(40)}` },
      assert: [{ type: 'icontains', value: 'SPAM' }],
    }),
  );
  await writeFile(join(path, 'tests.jsonl'), `${tests.join('\n')}\n`);
  const config = {
    prompts: ['Answer spam or ham: {{text}}'],
    providers: [provider],
    tests: 'file://tests.jsonl',
    evaluateOptions: { maxConcurrency: concurrency },
  };
  await writeFile(join(path, 'promptfooconfig.yaml'), JSON.stringify(config, undefined, 2));
  const checked = async (name: string, running: Promise<Measured>, says = ''): Promise<Measured> => {
    const measured = await running;
    if (measured.code !== 0 || !measured.out.includes(says))
      throw new Error(`${name} ended with ${measured.code}: ${measured.out.slice(-2000)}`);
    return measured;
  };
  return {
    path,
    pawl: (...options) => {
      const command = join(projectRoot, 'packages/cli/bin/pawl.mjs');
      const fixed = ['--no-store', '--no-baseline', '--min-cases', '1', '--threshold', '0.5'];
      const args = [command, 'eval', 'promptfooconfig.yaml', ...fixed, ...options];
      return checked('pawl', measure(args, { cwd: path }), `on ${cases.toLocaleString('en')} case`);
    },
    promptfoo: (home) => {
      const command = join(home, 'node_modules/promptfoo/dist/src/main.js');
      const options = ['--no-write', '--no-cache', '--no-table', '--no-progress-bar', '-j', String(concurrency)];
      const env = {
        PROMPTFOO_CONFIG_DIR: join(path, '.promptfoo'),
        PROMPTFOO_DISABLE_TELEMETRY: '1',
        PROMPTFOO_DISABLE_UPDATE: '1',
        PROMPTFOO_DISABLE_REMOTE_GENERATION: '1',
      };
      const args = [command, 'eval', '-c', 'promptfooconfig.yaml', ...options];
      // It ends with 100 where a case failed; what it prints is lost at times when it is busy.
      return checked('promptfoo', measure(args, { cwd: path, env }));
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
