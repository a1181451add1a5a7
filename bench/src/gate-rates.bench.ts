// Whether the gate for models keeps its promises, by seeded simulation of the code that decides: how often its intervals
// hold the truth, and how often its verdicts err. The bars, and the tables that the documentation shows.
import { metricsOfTask } from '@pawl/core';
import { compareModels, type TaskEvidence } from '@pawl/core/eval-gate';
import { spentAlpha } from '@pawl/core/statistics';
import { drawWorld, policyOf, type Noise, type Task } from './gate-worlds.ts';
import { shareResult, type BenchRequest, type BenchResult } from './result.ts';

const tasks: readonly Task[] = ['classification', 'regression', 'ranking'];
const worse: Noise = { before: 0.3, after: 0.6 };
/** Coverage is looked at away from zero: at no difference any symmetric interval looks good. */
const truthRows = 200_000;

export async function run({ short, page }: BenchRequest): Promise<readonly BenchResult[]> {
  const worlds = short ? 60 : 500;
  const truths = new Map(tasks.map((task) => [task, truthOf(task)]));
  const coverage = (short ? [300] : [200, 1000]).map((rows) => ({
    rows,
    shares: coverageOf(truths, { rows, worlds }),
  }));
  const margin = Math.abs(truths.get('classification')!.get('log-loss')!);
  const same: Noise = { before: 0.4, after: 0.4 };
  const unchanged = verdicts({ metrics: { 'log-loss': { margin } }, noise: same, rows: 1000, worlds });
  const three = { 'log-loss': { margin }, accuracy: { margin: 0.03 }, 'roc-auc': { margin: 0.03 } };
  const unchangedThree = verdicts({ metrics: three, noise: same, rows: 1000, worlds });
  const atMargin = verdicts({ metrics: { 'log-loss': { margin } }, noise: worse, rows: 1000, worlds });
  const muchWorse = verdicts({
    metrics: { 'log-loss': { margin } },
    noise: { before: 0.3, after: 0.9 },
    rows: 1000,
    worlds,
  });
  const looks = passesOfLooks({ margin, looks: 5, rows: 1000, worlds: Math.round(worlds / 2) });
  if (!short) {
    page(coverageTable(coverage, worlds));
    page(verdictTable(margin, 400));
  }
  const shares = coverage.flatMap((at) => [...at.shares.values()]);
  const error = (share: number): string => `${(300 * Math.sqrt((share * (1 - share)) / worlds)).toFixed(1)} points`;
  return [
    shareResult(
      `90 % intervals of ${coverage[0]!.shares.size} metrics hold the truth, the least`,
      Math.min(...shares),
      `90 % within ${error(0.9)}`,
    ),
    shareResult('the same, the most', Math.max(...shares), `90 % within ${error(0.9)}`),
    shareResult('1,000 rows, no change fails', unchanged.fail, `≤ 5 %, within ${error(0.05)}`),
    shareResult('1,000 rows, three key metrics, no change fails', unchangedThree.fail, `≤ 5 %, within ${error(0.05)}`),
    shareResult('1,000 rows, worse by just the margin passes', atMargin.pass, `≤ 5 %, within ${error(0.05)}`),
    shareResult('1,000 rows, much worse fails', muchWorse.fail, '≥ 95 %'),
    shareResult(
      'five candidates of one pull request, each worse by the margin: any passes',
      looks,
      `≤ 5 %, within ${error(0.05)}`,
    ),
  ];
}

/** The true differences, from very many rows. */
function truthOf(task: Task): ReadonlyMap<string, number> {
  const evidence = drawWorld(policyOf(task, anyMetric(task)), { task, rows: truthRows, seed: 1, noise: worse });
  return new Map(
    metricsOfTask[task].map((name) => [
      name,
      evidence.measure(name, 'candidate').value! - evidence.measure(name, 'baseline').value!,
    ]),
  );
}

/** Of ten items the first three: all ten are always found. */
const anyMetric = (task: Task): Record<string, unknown> =>
  task === 'ranking' ? { 'recall-at-k': { k: 3 } } : { [metricsOfTask[task][0]!]: {} };

/** Of every metric, how many worlds' 90 % intervals hold the truth. */
function coverageOf(
  truths: ReadonlyMap<Task, ReadonlyMap<string, number>>,
  { rows, worlds }: { readonly rows: number; readonly worlds: number },
): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const [task, truth] of truths) {
    // Two classes have no second best: top-5 of two is always right.
    const names = metricsOfTask[task].filter((name) => name !== 'top-k');
    const policy = policyOf(task, anyMetric(task));
    const held = new Map(names.map((name) => [name as string, 0]));
    for (let world = 0; world < worlds; world++) {
      const evidence = drawWorld(policy, { task, rows, seed: 1000 + world, noise: worse });
      const found = evidence.differences(names, { intervals: 'auto', resamples: 400, seed: world });
      for (const name of names) {
        const [low, high] = found.get(name)?.decision ?? [Number.NaN, Number.NaN];
        if (low <= truth.get(name)! && truth.get(name)! <= high) held.set(name, held.get(name)! + 1);
      }
    }
    for (const [name, count] of held) shares.set(name, count / worlds);
  }
  return shares;
}

interface Trial {
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly noise: Noise;
  readonly rows: number;
  readonly worlds: number;
}

function verdicts({ metrics, noise, rows, worlds }: Trial): { pass: number; fail: number; open: number } {
  const policy = policyOf('classification', metrics);
  const counts = { pass: 0, fail: 0, inconclusive: 0, error: 0 };
  for (let world = 0; world < worlds; world++) {
    const evidence = drawWorld(policy, { task: 'classification', rows, seed: 50_000 + world, noise });
    counts[verdictOf(policy, evidence, world)] += 1;
  }
  return {
    pass: counts.pass / worlds,
    fail: counts.fail / worlds,
    open: (counts.inconclusive + counts.error) / worlds,
  };
}

const verdictOf = (policy: ReturnType<typeof policyOf>, evidence: TaskEvidence, seed: number, alpha?: number) =>
  compareModels(policy, { evidence, same: false, seed, ...(alpha !== undefined && { alpha }) }).judgement.verdict;

/** Somebody tries again and again until one candidate passes; none of them should. */
function passesOfLooks(plan: {
  readonly margin: number;
  readonly looks: number;
  readonly rows: number;
  readonly worlds: number;
}): number {
  const policy = policyOf('classification', { 'log-loss': { margin: plan.margin } });
  let passed = 0;
  for (let world = 0; world < plan.worlds; world++) {
    const tries = Array.from({ length: plan.looks }, (_, index) => {
      const seed = 200_000 + world * plan.looks + index;
      const evidence = drawWorld(policy, { task: 'classification', rows: plan.rows, seed, noise: worse });
      return verdictOf(policy, evidence, seed, spentAlpha(index + 1));
    });
    if (tries.includes('pass')) passed += 1;
  }
  return passed / plan.worlds;
}

const percent = (share: number): string => (100 * share).toFixed(1);

function coverageTable(
  coverage: readonly { rows: number; shares: ReadonlyMap<string, number> }[],
  worlds: number,
): string {
  const [first] = coverage;
  return [
    `How often 90 % intervals of the difference hold the truth, in per cent of ${worlds.toLocaleString('en')} made-up worlds (rows; queries for the ranking metrics):`,
    '',
    `| metric | ${coverage.map(({ rows }) => `${rows.toLocaleString('en')} rows`).join(' | ')} |`,
    `| --- | ${coverage.map(() => '---:').join(' | ')} |`,
    ...[...first!.shares.keys()].map(
      (name) => `| ${name} | ${coverage.map(({ shares }) => percent(shares.get(name)!)).join(' | ')} |`,
    ),
  ].join('\n');
}

function verdictTable(margin: number, worlds: number): string {
  const scenes: readonly (readonly [string, Noise])[] = [
    ['no change', { before: 0.3, after: 0.3 }],
    ['worse by the margin', worse],
    ['worse by about two margins', { before: 0.3, after: 0.8 }],
  ];
  return [
    `Pass / fail / inconclusive in per cent of ${worlds.toLocaleString('en')} worlds; one key metric (log-loss, margin ${margin.toFixed(3)}):`,
    '',
    `| rows | ${scenes.map(([name]) => name).join(' | ')} |`,
    '| ---: | ---: | ---: | ---: |',
    ...[300, 1000, 3000].map((rows) => {
      const cells = scenes.map(([, noise]) => {
        const { pass, fail, open } = verdicts({ metrics: { 'log-loss': { margin } }, noise, rows, worlds });
        return `${percent(pass)} / ${percent(fail)} / ${percent(open)}`;
      });
      return `| ${rows.toLocaleString('en')} | ${cells.join(' | ')} |`;
    }),
  ].join('\n');
}
