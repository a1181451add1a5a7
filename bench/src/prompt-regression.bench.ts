// Prompt regression with an instant model: what Pawl itself costs per case, in time and in memory.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { evaluateSuite } from './prompt-regression-suite.ts';
import { median, type BenchResult } from './result.ts';

const runFile = promisify(execFile);

export async function run({ short }: { readonly short: boolean }): Promise<readonly BenchResult[]> {
  const cases = short ? 1000 : 5000;
  const times: number[] = [];
  // The first round warms the compiler up and is not counted.
  for (let round = 0; round < (short ? 4 : 6); round++) {
    const took = await evaluateSuite(cases);
    if (round > 0) times.push(took);
  }
  const perCase = median(times) / cases;
  const many = short ? 2000 : 10_000;
  const suite = fileURLToPath(new URL('prompt-regression-suite.ts', import.meta.url));
  // A process of its own: this one holds what other benchmarks left.
  const { stdout } = await runFile(process.execPath, [suite, String(many)]);
  return [
    {
      name: `processor time of a deterministic case, both versions, of ${cases}`,
      value: perCase,
      unit: 'µs',
      budget: '≤ 100 µs over the provider',
      ...(await promptfooPerCase(cases, perCase, short)),
    },
    {
      name: `memory of a process that evaluates ${many} cases`,
      value: Number(stdout) / 1e6,
      unit: 'MB',
      budget: '≤ 120 MB at 10k cases',
    },
  ];
}

/** promptfoo's own command with its echo provider, start-up taken off; only where PAWL_BENCH_PROMPTFOO names it. */
async function promptfooPerCase(
  cases: number,
  ours: number,
  short: boolean,
): Promise<Pick<BenchResult, 'peer' | 'ratio'>> {
  const command = process.env['PAWL_BENCH_PROMPTFOO'];
  if (short || command === undefined) return {};
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-'));
  try {
    const timeOf = async (count: number): Promise<number> => {
      const tests = Array.from({ length: count }, (_, index) => ({
        vars: { text: `Mail ${index}: ${'a few words '.repeat(40)}` },
        assert: [{ type: 'icontains', value: 'words' }],
      }));
      const config = { prompts: ['Answer spam or ham: {{text}}'], providers: ['echo'], tests };
      const file = join(folder, `config-${count}.json`);
      await writeFile(file, JSON.stringify(config));
      const started = performance.now();
      const env = { ...process.env, PROMPTFOO_CONFIG_DIR: folder, PROMPTFOO_DISABLE_TELEMETRY: '1' };
      await runFile(command, ['eval', '-c', file, '--no-write', '--no-cache', '--no-table', '-j', '32'], {
        env: { ...env, PROMPTFOO_DISABLE_UPDATE: '1' },
        maxBuffer: 1e9,
      });
      return performance.now() - started;
    };
    const start = await timeOf(1);
    const perCase = ((await timeOf(cases)) - start) * (1000 / cases);
    // Ours asks and scores two versions for each case, promptfoo one.
    return { peer: { name: 'promptfoo', value: perCase }, ratio: perCase / (ours / 2) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
