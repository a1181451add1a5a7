// Fairness of rows that weigh and belong together. Values of fairlearn and statsmodels: fixtures/oracles/fairness/make.py.
import { readFileSync } from 'node:fs';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import { FairnessRule } from '@pawl/core';
import { countGroups, gapChange, gapInterval, gapOf, judgeGap, type Group } from '@pawl/core/eval-gate';
import { normalQuantile, studentQuantile, wilsonInterval } from '@pawl/core/statistics';
import { correlationOf, trustedRows } from '../../src/eval-gate/fairness-sampling.ts';
import { rateOf, rowsOf, trustedCount } from '../../src/eval-gate/fairness.ts';

const oracle = JSON.parse(
  readFileSync(new URL('../../../../fixtures/oracles/fairness/values.json', import.meta.url), 'utf8'),
);

interface Drawn {
  readonly group: readonly number[];
  readonly names: readonly string[];
  readonly truth: readonly number[];
  readonly candidate: readonly number[];
  readonly baseline: readonly number[];
  readonly weights?: readonly number[] | undefined;
  readonly clusters?: readonly number[] | undefined;
}

function groupsOf(drawn: Drawn, plain = false): Group[] {
  const { group, names, truth, weights, clusters } = drawn;
  const sampling = {
    rows: group.length,
    ...(weights !== undefined && { weights: Float64Array.from(weights) }),
    ...(clusters !== undefined && { clusters: Int32Array.from(clusters) }),
  };
  return countGroups(
    names,
    group.map((one) => one + 1),
    {
      positive: 1,
      truth: (row) => truth[row]!,
      prediction: (side, row) => drawn[side][row]!,
      ...(!plain && { sampling }),
    },
    true,
  );
}

const oracleGroups = (world: (typeof oracle.sampled)[number]): Group[] => {
  const names = [...new Set<string>(world.group)].toSorted();
  const candidate = world.predicted;
  const group = world.group.map((name: string) => names.indexOf(name));
  return groupsOf({
    ...{ group, names, truth: world.truth, candidate, baseline: candidate, weights: world.weight },
    clusters: world.cluster ?? undefined,
  });
};

test('weighted differences and ratios equal those of fairlearn with sample_weight', () => {
  for (const world of oracle.sampled) {
    const groups = oracleGroups(world);
    for (const metric of ['demographic-parity', 'equal-opportunity', 'equalised-odds'] as const) {
      const gap = gapOf(groups, metric, 'candidate')!;
      expect(gap.difference).toBeCloseTo(world[metric][0], 12);
      expect(gap.ratio).toBeCloseTo(world[metric][1], 12);
    }
  }
  expect(oracle.sampled).toHaveLength(16);
});

test('a share is trusted for as many rows as its clustered standard error leaves, and two go together as statsmodels says', () => {
  for (const world of oracle.sampled) {
    const groups = oracleGroups(world);
    for (const rate of ['selection rate', 'true positive rate'] as const) {
      const { shares, correlation } = world[rate];
      groups.forEach((group, index) => {
        const [share, error] = shares[index];
        const { events, of } = rateOf(group.kinds, rate, 'candidate');
        expect(events / of).toBeCloseTo(share, 12);
        const rows = Math.min(rowsOf(group, rate), (share * (1 - share)) / error ** 2);
        expect(group.design!.trust(rate, 'candidate').rows).toBeCloseTo(rows, 8);
      });
      const [a, b] = groups.map(({ design }) => design!.trust(rate, 'candidate')) as [never, never];
      const shared = world.cluster === null ? 0 : sharedClusters(world, rate);
      const short = Math.tanh(Math.atanh(correlation) - normalQuantile(0.95) / Math.sqrt(shared - 3));
      const expected = world.cluster === null ? 0 : correlation < 0 ? correlation : Math.max(0, short);
      expect(correlationOf(a, b)).toBeCloseTo(expected, 10);
    }
  }
});

function sharedClusters(world: (typeof oracle.sampled)[number], rate: string): number {
  const of = (name: string): Set<number> =>
    new Set(
      world.cluster.filter(
        (_: number, row: number) =>
          world.group[row] === name && world.weight[row] > 0 && (rate === 'selection rate' || world.truth[row] === 1),
      ),
    );
  return [...of('g0')].filter((one) => of('g1').has(one)).length;
}

test('rows that all weigh the same come out as rows that do not weigh, but for one row', () => {
  const [world] = oracle.sampled;
  const weighed = oracleGroups({ ...world, weight: world.weight.map(() => 3) })[0]!;
  const { of } = trustedCount(weighed, 'selection rate', 'candidate', 0.05);

  expect(of).toBeGreaterThan(0.96 * (rowsOf(weighed, 'selection rate') - 1));
  expect(of).toBeLessThan(rowsOf(weighed, 'selection rate'));
});

test('a share of none in clusters is trusted for a row of each cluster, and by their degrees of freedom', () => {
  const clusters = Array.from({ length: 60 }, (_, row) => Math.floor(row / 5));
  const none = clusters.map(() => 0);
  const [group] = groupsOf({
    ...{ group: none, names: ['a'], truth: none, candidate: none, baseline: none, clusters },
  });
  const trust = group!.design!.trust('selection rate', 'candidate');
  const shrunk = 12 * (normalQuantile(0.95) / studentQuantile(0.95, 11)) ** 2;

  expect(trust).toMatchObject({ rows: 12, freedom: 11 });
  expect(trustedRows(trust, 0.05)).toBeCloseTo(shrunk, 10);
  expect(wilsonInterval(trustedCount(group!, 'selection rate', 'candidate', 0.05), 0.05)[1]).toBeGreaterThan(0.15);
});

interface World {
  readonly rows: number;
  readonly clusterSize: number;
  /** True where a cluster holds rows of one group alone. */
  readonly nested: boolean;
  readonly weighed: boolean;
  readonly after: readonly number[];
  readonly before: readonly number[];
}

/** Three tenths of the variance lie between clusters. */
function draw(seed: number, world: World): Drawn {
  const random = xoroshiro128plus(seed);
  const uniform = (): number => ((random.next() >>> 0) + 0.5) / 2 ** 32;
  const groups = world.after.length;
  const [group, clusters, candidate, baseline, weights]: number[][] = [[], [], [], [], []];
  for (let cluster = 0; group!.length < world.rows; cluster++) {
    const size = 1 + Math.floor(uniform() * (2 * world.clusterSize - 1));
    const own = Math.floor(uniform() * groups);
    const [alike, other] = [uniform(), uniform()];
    for (let row = 0; row < size && group!.length < world.rows; row++) {
      const at = world.nested ? own : Math.floor(uniform() * groups);
      const first = uniform() < Math.sqrt(0.3) ? alike : uniform();
      const second = uniform() < 0.7 ? first : uniform() < Math.sqrt(0.3) ? other : uniform();
      group!.push(at);
      clusters!.push(cluster);
      candidate!.push(first < world.after[at]! ? 1 : 0);
      baseline!.push(second < world.before[at]! ? 1 : 0);
      weights!.push(Math.exp(1.6 * (uniform() + uniform() + uniform() - 1.5)));
    }
  }
  return {
    ...{ group: group!, names: world.after.map((_, index) => `g${index}`), truth: group!.map(() => 1) },
    ...{ candidate: candidate!, baseline: baseline! },
    ...(world.weighed && { weights: weights! }),
    ...(world.clusterSize > 1 && { clusters: clusters! }),
  };
}

const two = { after: [0.75, 0.65], before: [0.8, 0.75] };
test.each<[string, World & { readonly naive: number }]>([
  ['weights', { rows: 500, clusterSize: 1, nested: false, weighed: true, ...two, naive: 0.06 }],
  ['clusters within groups', { rows: 500, clusterSize: 10, nested: true, weighed: false, ...two, naive: 0.3 }],
  ['clusters across groups', { rows: 500, clusterSize: 10, nested: false, weighed: true, ...two, naive: 0.06 }],
])('with %s a gap of just the maximum is decided wrongly in at most 5 % of worlds on each side', (_, world) => {
  const worlds = 300;
  const rule = FairnessRule.parse({ column: 'g', metric: 'demographic-parity', maximum: 0.1 + 1e-12 });
  const grown = 0.1 - 0.05;
  const count = { pass: 0, fail: 0, held: 0, naive: 0, taken: 0, inconclusive: 0, error: 0 };
  for (let seed = 1; seed <= worlds; seed++) {
    const drawn = draw(7 * seed, world);
    const groups = groupsOf(drawn);
    count[judgeGap(groups, rule, { alpha: 0.05, rules: 1 })[0]!.verdict] += 1;
    if (judgeGap(groupsOf(drawn, true), rule, { alpha: 0.05, rules: 1 })[0]!.verdict !== 'inconclusive')
      count.naive += 1;
    const setting = { alpha: 0.025, of: 'difference', simultaneous: true } as const;
    const [low, high] = gapInterval(groups, { metric: 'demographic-parity', side: 'candidate' }, setting);
    if (low <= 0.1 && 0.1 <= high) count.held += 1;
    if (seed <= 60 && gapChange(groups, 'demographic-parity')!.decision[1] < grown) count.taken += 1;
  }

  // Three standard errors of a share of 0.05 in 300 worlds are 0.038; in 60 they are 0.084.
  expect(count.pass / worlds).toBeLessThan(0.088);
  expect(count.fail / worlds).toBeLessThan(0.088);
  expect(count.held / worlds).toBeGreaterThan(0.912);
  expect(count.taken / 60).toBeLessThan(0.134);
  // Without weights and clusters it would err as often as this.
  expect(count.naive / worlds).toBeGreaterThan(world.naive);
});
