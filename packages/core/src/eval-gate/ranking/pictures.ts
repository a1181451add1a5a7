// How deep one has to look, and which queries paid for the others: the pictures of two rankings, as data.
import type { Block } from '../../formats/report.ts';
import { recallUpTo } from '../../statistics/ranking.ts';
import type { Against, Arms } from '../task.ts';
import { countText } from '../words.ts';
import { meanOf } from './metrics.ts';
import type { RankingArm, RankingSample } from './sample.ts';

type ChartBlock = Extract<Block, { type: 'chart' }>;

const deepest = 20;
/** A line of more points looks the same. */
const mostPoints = 100;

/** @param k how deep the policy looks, where it says so */
export function recallChart(
  sample: RankingSample,
  { candidate, baseline }: Arms<RankingArm>,
  { against, k = 0 }: { readonly against: Against; readonly k?: number | undefined },
): ChartBlock | undefined {
  const longest = sample.items.reduce((most, { length }) => Math.max(most, length), 0);
  const depth = Math.min(longest, Math.max(deepest, k));
  if (depth < 2) return undefined;
  const series = [
    ...(baseline === undefined ? [] : [{ name: against as string, points: recallCurve(sample, baseline, depth) }]),
    { name: 'candidate', points: recallCurve(sample, candidate, depth) },
  ].filter(({ points }) => points.length > 0);
  if (series.length === 0) return undefined;
  return {
    type: 'chart',
    title: 'Recall by depth',
    chart: {
      type: 'lines',
      alt: `Mean share of the relevant items among the first k, from k = 1 to ${depth}; higher is better.`,
      xLabel: 'k',
      yLabel: 'recall@k',
      series,
    },
  };
}

function recallCurve({ items, relevance, sampling }: RankingSample, { scores }: RankingArm, depth: number) {
  const byQuery = items.map((rows) =>
    recallUpTo(
      {
        relevance: Float64Array.from(rows, (row) => relevance[row]!),
        scores: Float64Array.from(rows, (row) => scores[row]!),
      },
      depth,
    ),
  );
  return Array.from({ length: depth }, (_, place) => place).flatMap((place): [number, number][] => {
    // A short list is through before the others are, and has found what it has.
    const values = Float64Array.from(
      byQuery,
      (recalls) => recalls?.[Math.min(place, recalls.length - 1)] ?? Number.NaN,
    );
    const { value } = meanOf(values, sampling.weights);
    return value === null ? [] : [[place + 1, value]];
  });
}

/** One metric of both models, by query. */
export interface QueryMetric {
  readonly candidate: Float64Array;
  readonly baseline: Float64Array;
  readonly title: string;
}

/** Differences in order, from the query that lost most to the one that gained most. */
export function movesChart({ candidate, baseline, title }: QueryMetric, against: Against): ChartBlock | undefined {
  const moves = candidate
    .map((value, query) => value - baseline[query]!)
    .filter((move) => !Number.isNaN(move))
    .toSorted();
  const lost = moves.filter((move) => move < 0).length;
  const won = moves.filter((move) => move > 0).length;
  if (lost + won === 0 || moves.length < 2) return undefined;
  const tied = moves.length - lost - won;
  const said = `${countText(lost)} lost, ${countText(tied)} tied, ${countText(won)} won`;
  return {
    type: 'chart',
    title: `${title} query by query: ${said}`,
    chart: {
      type: 'lines',
      alt: `Difference of ${title} from ${against}, query by query from the largest loss to the largest gain: ${said}.`,
      xLabel: 'share of the queries',
      yLabel: `${title} difference`,
      marks: [
        ...(lost === 0 ? [] : [{ x: lost / moves.length, name: `← ${countText(lost)} lost` }]),
        ...(won === 0 ? [] : [{ x: 1 - won / moves.length, name: `${countText(won)} won →` }]),
      ],
      series: [{ name: `candidate − ${against}`, points: pointsOf(moves) }],
    },
  };
}

function pointsOf(moves: Float64Array): [number, number][] {
  const last = moves.length - 1;
  const count = Math.min(moves.length, mostPoints);
  return Array.from({ length: count }, (_, index): [number, number] => {
    const place = Math.round((index * last) / (count - 1));
    return [place / last, moves[place]!];
  });
}
