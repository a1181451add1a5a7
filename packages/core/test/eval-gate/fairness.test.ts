// Values of fairlearn: fixtures/oracles/fairness/make.py. Error rates by seeded simulation.
import { readFileSync } from 'node:fs';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import { FairnessRule } from '@pawl/core';
import { countGroups, gapChange, gapInterval, gapOf, judgeGap, type Group } from '@pawl/core/eval-gate';

const oracle = JSON.parse(
  readFileSync(new URL('../../../../fixtures/oracles/fairness/values.json', import.meta.url), 'utf8'),
);
const metrics = ['demographic-parity', 'equal-opportunity', 'equalised-odds'] as const;

test('differences and ratios between groups equal those of fairlearn', () => {
  for (const world of oracle.worlds) {
    const names = [...new Set<string>(world.group)].toSorted();
    const groups = countGroups(
      names,
      world.group.map((name: string) => names.indexOf(name) + 1),
      { positive: 1, truth: (row) => world.truth[row], prediction: (_side, row) => world.predicted[row] },
      false,
    );
    for (const metric of metrics) {
      const gap = gapOf(groups, metric, 'candidate')!;
      expect(gap.difference).toBeCloseTo(world[metric][0], 12);
      expect(gap.ratio).toBeCloseTo(world[metric][1], 12);
    }
  }
  expect(oracle.worlds).toHaveLength(18);
});

/** Groups whose truly positive rows are called positive with chance `after` now and `before` in production. */
function drawGroups(seed: number, rates: readonly { n: number; after: number; before: number }[]): Group[] {
  const random = xoroshiro128plus(seed);
  const uniform = (): number => ((random.next() >>> 0) + 0.5) / 2 ** 32;
  return rates.map(({ n, after, before }, index) => {
    const kinds = new Float64Array(8);
    for (let row = 0; row < n; row++) {
      const truth = uniform() < 0.5;
      // One draw for both models, mostly: they agree on most rows.
      const [shared, own] = [uniform(), uniform()];
      const hit = (rate: number, draw: number): number => (draw < (truth ? rate : 0.2) ? 1 : 0);
      kinds[(truth ? 4 : 0) + 2 * hit(after, shared) + hit(before, own < 0.3 ? uniform() : shared)]! += 1;
    }
    return { name: `g${index}`, kinds };
  });
}

const worlds = 400;
const share = (happens: (world: number) => boolean): number =>
  Array.from({ length: worlds }, (_, world) => happens(world)).filter(Boolean).length / worlds;
const ruleOf = (more: object): FairnessRule =>
  FairnessRule.parse({ column: 'g', metric: 'equal-opportunity', ...more });
const verdictOf = (groups: Group[], rule: FairnessRule): string =>
  judgeGap(groups, rule, { alpha: 0.05, rules: 1 })[0]!.verdict;

test('a gap of just the maximum passes in at most 5 % of worlds and fails in at most 5 %, within chance', () => {
  const rule = ruleOf({ maximum: 0.1 });
  const three = [0.8, 0.75, 0.7].map((after) => ({ n: 400, after, before: after }));
  const verdicts = Array.from({ length: worlds }, (_, world) => verdictOf(drawGroups(world, three), rule));
  const of = (verdict: string): number => verdicts.filter((one) => one === verdict).length / worlds;

  // Three standard errors of a share of 0.05 in 400 worlds are 0.033.
  expect(of('pass')).toBeLessThan(0.083);
  expect(of('fail')).toBeLessThan(0.083);
});

test('a ratio of just the minimum passes in at most 5 % of worlds and fails in at most 5 %, within chance', () => {
  const rule = ruleOf({ 'minimum-ratio': 0.8 });
  const two = [0.75, 0.6].map((after) => ({ n: 500, after, before: after }));
  const verdicts = Array.from({ length: worlds }, (_, world) => verdictOf(drawGroups(world, two), rule));
  const of = (verdict: string): number => verdicts.filter((one) => one === verdict).length / worlds;

  expect(of('pass')).toBeLessThan(0.083);
  expect(of('fail')).toBeLessThan(0.083);
});

test('the 95 % interval of the widest gap holds it in 95 % of worlds, within chance', () => {
  for (const after of [
    [0.7, 0.7, 0.7],
    [0.8, 0.75, 0.6],
  ]) {
    const truth = Math.max(...after) - Math.min(...after);
    const rates = after.map((rate) => ({ n: 300, after: rate, before: rate }));
    const covered = share((world) => {
      const groups = drawGroups(5000 + world, rates);
      const setting = { alpha: 0.025, of: 'difference', simultaneous: true } as const;
      const [low, high] = gapInterval(groups, { metric: 'equal-opportunity', side: 'candidate' }, setting);
      return low <= truth && truth <= high;
    });
    expect(covered).toBeGreaterThan(0.917);
  }
});

test('clear gaps are called: surely within passes, surely outside fails', () => {
  const even = [0.8, 0.8].map((after) => ({ n: 3000, after, before: after }));
  const far = [0.9, 0.5].map((after) => ({ n: 300, after, before: after }));

  expect(share((world) => verdictOf(drawGroups(world, even), ruleOf({ maximum: 0.1 })) === 'pass')).toBeGreaterThan(
    0.95,
  );
  expect(share((world) => verdictOf(drawGroups(world, far), ruleOf({ maximum: 0.1 })) === 'fail')).toBeGreaterThan(
    0.95,
  );
});

test.each([
  { before: [0.8, 0.75], after: [0.8, 0.67] },
  { before: [0.8, 0.8], after: [0.8, 0.72] },
  { before: [0.75, 0.8], after: [0.83, 0.7] },
])(
  'a gap that grew from $before to $after is taken for less in at most 5 % of worlds, within chance',
  ({ before, after }) => {
    const grown = Math.abs(after[0]! - after[1]!) - Math.abs(before[0]! - before[1]!);
    const rates = after.map((rate, index) => ({ n: 500, after: rate, before: before[index]! }));
    const changes = Array.from({ length: worlds }, (_, world) =>
      gapChange(drawGroups(20_000 + world, rates), 'equal-opportunity')!,
    );
    const beyond = (side: 0 | 1): number =>
      changes.filter(({ decision }) => (side === 1 ? decision[1] < grown : decision[0] > grown)).length / worlds;

    expect(beyond(1)).toBeLessThan(0.083);
    expect(beyond(0)).toBeLessThan(0.083);
  },
);

test('a gap that stayed is surely not much wider, and one that closed surely narrower', () => {
  const same = [0.8, 0.75].map((rate) => ({ n: 3000, after: rate, before: rate }));
  const closed = [0.8, 0.5].map((rate) => ({ n: 500, after: 0.8, before: rate }));

  expect(share((world) => gapChange(drawGroups(world, same), 'equal-opportunity')!.decision[1] < 0.06)).toBeGreaterThan(
    0.9,
  );
  expect(share((world) => gapChange(drawGroups(world, closed), 'equal-opportunity')!.decision[1] < 0)).toBeGreaterThan(
    0.95,
  );
});

test('two models with the same answers are not certainly the same on the next rows', () => {
  const kinds = Float64Array.of(40, 0, 0, 10, 10, 0, 0, 40);
  const change = gapChange(
    [
      { name: 'a', kinds },
      { name: 'b', kinds },
    ],
    'equal-opportunity',
  )!;

  expect(change.difference).toBe(0);
  expect(change.decision[1]).toBeGreaterThan(0);
  expect(change.decision[0]).toBeCloseTo(-change.decision[1], 12);
});

test('where no group has any positive answer there is no ratio, and it is not a pass', () => {
  const kinds = Float64Array.of(50, 0, 0, 0, 50, 0, 0, 0);
  const groups = [
    { name: 'a', kinds },
    { name: 'b', kinds },
  ];

  expect(gapOf(groups, 'demographic-parity', 'candidate')).toMatchObject({ difference: 0, ratio: null });
  expect(verdictOf(groups, ruleOf({ metric: 'demographic-parity', 'minimum-ratio': 0.8 }))).toBe('inconclusive');
});
