import { expect, test } from 'vitest';
import { movesChart, recallChart } from '../../src/eval-gate/ranking/pictures.ts';
import { recallAt, recallUpTo } from '../../src/statistics/ranking.ts';

/** Three queries of four items: relevant are the first, the last two, and none. */
const sample = {
  ids: Array.from({ length: 12 }, (_, item) => `i${item}`),
  relevance: Float64Array.from([1, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0]),
  queries: ['a', 'b', 'c'],
  items: [0, 4, 8].map((start) => Int32Array.from([start, start + 1, start + 2, start + 3])),
  sampling: { rows: 3 },
  slices: {},
};
const scores = (...each: number[]) => ({ scores: Float64Array.from([...each, ...each, ...each]) });
/** Its first item first, and so on; and the other way round. */
const [forwards, backwards] = [scores(4, 3, 2, 1), scores(1, 2, 3, 4)];

test('recall at every depth is recall at that depth, ties in part, and short lists stay where they end', () => {
  const list = { relevance: Float64Array.from([0, 1, 1, 0, 2]), scores: Float64Array.from([3, 3, 1, 1, 0]) };
  expect([...recallUpTo(list, 9)!]).toEqual([1 / 6, 1 / 3, 1 / 2, 2 / 3, 1]);
  expect([1, 2, 3, 4, 5, 9].map((k) => recallAt(list, k))).toEqual([1 / 6, 1 / 3, 1 / 2, 2 / 3, 1, 1]);
  expect(recallUpTo({ relevance: new Float64Array(3), scores: new Float64Array(3) }, 2)).toBeNull();
});

test('the recall curve has both models, and leaves queries out that nothing can be found for', () => {
  const chart = recallChart(sample, { candidate: forwards, baseline: backwards }, { against: 'production' });

  expect(chart?.chart).toMatchObject({
    type: 'lines',
    series: [
      {
        name: 'production',
        points: [
          [1, 0.25],
          [2, 0.5],
          [3, 0.5],
          [4, 1],
        ],
      },
      {
        name: 'candidate',
        points: [
          [1, 0.5],
          [2, 0.5],
          [3, 0.75],
          [4, 1],
        ],
      },
    ],
  });
});

test('without a relevant item there is no curve, and of one model alone there is one line', () => {
  const nothing = { ...sample, relevance: new Float64Array(12) };
  expect(recallChart(nothing, { candidate: forwards }, { against: 'baseline' })).toBeUndefined();
  expect(recallChart(sample, { candidate: forwards }, { against: 'baseline' })?.chart).toMatchObject({
    series: [{ name: 'candidate' }],
  });
});

test('queries are drawn from the largest loss to the largest gain, with how many lost, tied and won', () => {
  const metric = {
    title: 'NDCG',
    baseline: Float64Array.from([0.5, 0.5, 0.5, 0.5, Number.NaN]),
    candidate: Float64Array.from([0.75, 0.5, 0.25, 1, Number.NaN]),
  };
  const moves = movesChart(metric, 'production');

  expect(moves?.title).toBe('NDCG query by query: 1 lost, 1 tied, 2 won');
  expect(moves?.chart).toMatchObject({
    marks: [{ x: 0.25 }, { x: 0.5 }],
    series: [
      {
        name: 'candidate − production',
        points: [
          [0, -0.25],
          [1 / 3, 0],
          [2 / 3, 0.25],
          [1, 0.5],
        ],
      },
    ],
  });
  expect(movesChart({ ...metric, candidate: metric.baseline }, 'production')).toBeUndefined();
});

test('ten thousand queries are a line of a hundred points, ends included', () => {
  const candidate = Float64Array.from({ length: 10_000 }, (_, query) => query / 10_000 - 0.5);
  const moves = movesChart({ title: 'MAP', candidate, baseline: new Float64Array(10_000) }, 'baseline');
  const points = moves?.chart.type === 'lines' ? moves.chart.series[0]!.points : [];

  expect(points).toHaveLength(100);
  expect([points[0], points.at(-1)]).toEqual([
    [0, -0.5],
    [1, 0.4999],
  ]);
});
