// What the search for slices claims, held by seeded simulation: without a difference it is silent in nine of ten
// worlds, and where a slice lost it says which.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import { GatePolicy, type MetricName } from '@pawl/core';
import {
  classificationEvidence,
  codeCuts,
  codeNumbers,
  codeTexts,
  findSlices,
  judgeSlices,
  predictedClasses,
  type CodedColumn,
  type Sample,
} from '@pawl/core/eval-gate';
import { leftOutText, mostValues, sliceValues } from '../../src/eval-gate/slice-values.ts';

const minimumRows = 40;
const coding = { minimumRows: 2 * minimumRows, bins: 4 };

/** Two models of equal skill on rows of seven columns; where `lost` holds, the candidate sees less. */
function drawWorld(n: number, seed: number, lost: (row: { carrier: string; age: number; hub: string }) => boolean) {
  const random = xoroshiro128plus(seed);
  const uniform = (): number => ((random.next() >>> 0) + 0.5) / 2 ** 32;
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
  const pick = (values: string[]): string => values[Math.floor(uniform() * values.length)]!;
  const rows = Array.from({ length: n }, () => ({
    carrier: pick(['HA', 'DL', 'UA', 'AA', 'WN']),
    hub: pick(['yes', 'no']),
    weather: pick(['dry', 'wet', 'snow']),
    age: 18 + Math.floor(uniform() * 60),
    distance: 100 + 2000 * uniform() ** 2,
    hour: Math.floor(uniform() * 24),
  }));
  const labels = new Int32Array(n);
  const [before, after] = [new Float64Array(2 * n), new Float64Array(2 * n)];
  rows.forEach((row, index) => {
    const signal = normal();
    labels[index] = uniform() < logistic(2 * signal) ? 1 : 0;
    for (const [values, spread] of [
      [before, 0.5],
      [after, lost(row) ? 2.5 : 0.5],
    ] as const) {
      const p = logistic(1.6 * (signal + spread * normal()));
      values.set([1 - p, p], 2 * index);
    }
  });
  const sample: Sample = {
    ids: rows.map((_, index) => String(index)),
    classes: ['0', '1'],
    labels,
    positive: 1,
    slices: {},
  };
  const arm = (probabilities: Float64Array) => ({
    probabilities,
    predicted: predictedClasses(probabilities, 2, { positive: 1, threshold: 0.5 }),
  });
  const column = (name: 'carrier' | 'hub' | 'weather'): CodedColumn =>
    codeTexts(
      name,
      rows.map((row) => row[name]),
      coding,
    ) as CodedColumn;
  const figures = (name: 'age' | 'distance' | 'hour', whole: boolean): CodedColumn =>
    codeNumbers(
      name,
      Float64Array.from(rows, (row) => row[name]),
      { ...coding, whole },
    ) as CodedColumn;
  const columns = [
    ...(['carrier', 'hub', 'weather'] as const).map(column),
    figures('age', true),
    figures('distance', false),
    figures('hour', true),
  ];
  return { sample, arms: { candidate: arm(after), baseline: arm(before) }, columns };
}

const policy = GatePolicy.parse({
  name: 'm',
  task: 'classification',
  data: { id: 'id', label: 'y' },
  metrics: { accuracy: {} },
});

function searched(world: ReturnType<typeof drawWorld>, metric: MetricName, seed: number) {
  const evidence = classificationEvidence(policy, world.sample, world.arms);
  const [after, before] = [evidence.rowLosses!(metric, 'candidate'), evidence.rowLosses!(metric, 'baseline')];
  const losses = after.map((loss, row) => loss - before[row]!);
  const { slices } = findSlices(world.columns, losses, { seed, depth: 2, minimumRows, tested: 20 });
  const plan = { intervals: 'auto', resamples: 200, seed, metric, margin: 0, minimumRows, found: slices } as const;
  return judgeSlices(evidence, plan).slices;
}

const nobody = (): boolean => false;

test.each(['log-loss', 'accuracy', 'roc-auc'] as const)(
  'under no difference in %s, at most one world in ten has any slice called worse, within chance',
  (metric) => {
    const worlds = 200;
    let alarms = 0;
    for (let world = 0; world < worlds; world++) {
      const slices = searched(drawWorld(600, 7000 + world, nobody), metric, world);
      if (slices.some(({ worse }) => worse)) alarms += 1;
    }
    // Three standard errors of a share of 0.1 in 200 worlds are 0.064.
    expect(alarms / worlds).toBeLessThan(0.164);
  },
);

test('a carrier that lost is found, a pair of conditions is told as a pair, and both name only tested rows', () => {
  const one = searched(
    drawWorld(3000, 1, ({ carrier }) => carrier === 'HA'),
    'log-loss',
    1,
  );
  expect(one[0]).toMatchObject({ title: 'carrier = HA', found: true, worse: true });
  expect(one[0]!.rows).toBeLessThan(400);

  const pair = searched(
    drawWorld(6000, 2, ({ carrier, hub }) => carrier === 'HA' && hub === 'yes'),
    'log-loss',
    2,
  );
  expect(pair[0]).toMatchObject({ title: 'carrier = HA and hub = yes', worse: true });
});

test('a search that looks where it tests would cry wolf: the halves share no row, nor a cluster', () => {
  const columns = drawWorld(400, 3, nobody).columns.filter(({ conditions }) => conditions !== undefined);
  const losses = Float64Array.from({ length: 400 }, (_, row) => (row % 7) - 3);
  const clusters = Int32Array.from({ length: 400 }, (_, row) => Math.floor(row / 8));
  const plan = { seed: 9, depth: 1, minimumRows: 1, tested: 50 } as const;
  const { slices, searchedRows, testedRows } = findSlices(columns, losses, { ...plan, clusters });

  expect(searchedRows + testedRows).toBe(400);
  expect(searchedRows % 8).toBe(0);
  const tested = new Set(slices.flatMap(({ rows }) => [...rows]).map((row) => clusters[row]!));
  expect(tested.size * 8).toBeLessThanOrEqual(testedRows);
  expect(findSlices(columns, losses, { ...plan, clusters }).slices).toEqual(slices);
});

test('numbers are cut where a reader can keep it in mind, and a missing value is a condition of its own', () => {
  const ages = Float64Array.from({ length: 400 }, (_, row) => (row % 10 === 0 ? Number.NaN : 18 + (row % 60)));
  const coded = codeNumbers('age', ages, { minimumRows: 20, bins: 4, whole: true }) as CodedColumn;

  expect(coded.conditions).toEqual(['age < 32', '32 ≤ age < 46', '46 ≤ age < 61', 'age ≥ 61', 'age is missing']);
  expect([...coded.codes.subarray(0, 4)]).toEqual([5, 1, 1, 1]);
  const shares = Float64Array.from({ length: 1000 }, (_, row) => -0.5 + row / 1000);
  expect((codeNumbers('shift', shares, { minimumRows: 20, bins: 2, whole: false }) as CodedColumn).conditions).toEqual([
    'shift < 0',
    'shift ≥ 0',
    'shift is missing',
  ]);
  expect(codeCuts('age', Float64Array.of(29, 30, 59.9, 60, Number.NaN), [30, 60]).codes).toEqual(
    Uint8Array.of(1, 2, 2, 3, 4),
  );
});

test('columns that name rows, and values too rare to test, make no condition', () => {
  const plan = { minimumRows: 20, bins: 4 };
  const each = Array.from({ length: 300 }, (_, row) => `t${row}`);
  const carriers = each.map((_, row) => (row < 250 ? 'DL' : row < 290 ? null : row < 295 ? '' : 'HA'));

  expect(codeTexts('tail', each, plan)).toEqual({ column: 'tail', why: 'its values differ from row to row' });
  expect(
    codeNumbers(
      'row',
      Float64Array.from(each, (_, row) => row),
      { ...plan, whole: true },
    ),
  ).toHaveProperty('why');
  expect(codeTexts('carrier', carriers, plan)).toMatchObject({ conditions: ['carrier = DL', 'carrier is missing'] });
  expect(
    codeTexts(
      'year',
      each.map(() => '2026'),
      plan,
    ),
  ).toHaveProperty('why');
  expect(
    codeNumbers(
      'month',
      Float64Array.from(each, (_, row) => row % 3),
      { ...plan, whole: true },
    ),
  ).toMatchObject({
    conditions: ['month = 0', 'month = 1', 'month = 2'],
  });
});

test('of a column with thousands of values the most frequent are looked at, and the others are counted', () => {
  const values = Array.from({ length: 60_000 }, (_, row) => (row % 2 === 0 ? `rare ${row}` : `often ${row % 2000}`));
  const start = sliceValues({ city: values }, 20);
  const [first] = start.values;

  expect(start.values).toHaveLength(mostValues);
  expect(start.leftOut).toEqual([
    { column: 'city', looked: mostValues, minimumRows: 20, beyond: 1000 - mostValues, rare: 30_000 },
  ]);
  expect(first!.rows).toHaveLength(30);
  expect([...first!.rows].every((row) => values[row] === first!.value)).toBe(true);
  expect(leftOutText(start.leftOut[0]!)).toBe(
    'Slices of city: 250 of 31,000 values looked at; left out are 750 with enough rows, beyond the 250 most frequent and 30,000 with fewer than 20 rows.',
  );
});

test('among values with enough rows those of the most rows are kept, and missing ones count as a value', () => {
  const values = Array.from({ length: 300 }, (_, value) =>
    Array.from({ length: value === 299 ? 9 : value < 200 ? 2 : 3 }, () => (value === 299 ? null : `v${value}`)),
  ).flat();
  const { values: kept, leftOut } = sliceValues({ city: values }, 2);

  expect(kept[0]).toMatchObject({ value: null });
  expect(kept.filter(({ rows }) => rows.length === 3)).toHaveLength(99);
  expect(kept.filter(({ rows }) => rows.length === 2)).toHaveLength(150);
  expect(leftOut).toMatchObject([{ beyond: 50, rare: 0 }]);
});

test('a search says how many values of a column it left out', () => {
  const values = Array.from({ length: 8000 }, (_, row) => (row < 6000 ? `often ${row % 300}` : `rare ${row}`));
  const coded = codeTexts('city', values, { minimumRows: 10, bins: 4 });

  expect(coded).toMatchObject({ valuesLeftOut: { looked: 250, beyond: 50, rare: 2000, minimumRows: 10 } });
});
