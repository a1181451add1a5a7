// The metrics of rankings: what each is called, its value on each query, and the mean over queries.
import type { RankingMetric } from '../../formats/gate-metrics.ts';
import { averagePrecision, ndcg, recallAt, reciprocalRank, type RankedList } from '../../statistics/ranking.ts';
import { weightedMean } from '../../statistics/sampling.ts';
import { ndcgDepth, recallDepth, type SettingsOf } from '../metric-settings.ts';
import type { Measured, MetricTraits } from '../task.ts';
import type { RankingArm, RankingSample } from './sample.ts';

export function rankingTraits(name: RankingMetric, settings: SettingsOf): MetricTraits {
  const { k } = settings(name);
  const traits = { direction: 'higher', unit: 'number' } as const;
  switch (name) {
    case 'ndcg':
      return { title: k === undefined ? 'NDCG' : `NDCG@${k}`, ...traits };
    case 'map':
      return { title: 'MAP', ...traits };
    case 'mrr':
      return { title: 'MRR', ...traits };
    case 'recall-at-k':
      return { title: `recall@${recallDepth(settings(name))}`, direction: 'higher', unit: 'share' };
  }
}

/** One number a query; NaN where the query has no relevant item and the metric then no value. */
export function byQuery(
  name: RankingMetric,
  { relevance, items }: RankingSample,
  { scores }: RankingArm,
  settings: SettingsOf,
): Float64Array {
  const valueOf = metricOf(name, settings);
  return Float64Array.from(items, (rows) =>
    valueOf({
      relevance: Float64Array.from(rows, (row) => relevance[row]!),
      scores: Float64Array.from(rows, (row) => scores[row]!),
    }),
  );
}

function metricOf(name: RankingMetric, settings: SettingsOf): (list: RankedList) => number {
  switch (name) {
    case 'ndcg':
      return (list) => ndcg(list, ndcgDepth(settings(name)));
    case 'map':
      return (list) => averagePrecision(list) ?? Number.NaN;
    case 'mrr':
      return reciprocalRank;
    case 'recall-at-k':
      return (list) => recallAt(list, recallDepth(settings(name))) ?? Number.NaN;
  }
}

/** The mean over the queries that have a value. */
export function meanOf(values: Float64Array, weights: ArrayLike<number> | undefined): Measured {
  if (values.length === 0) return { value: null, reason: 'there are no queries' };
  if (values.every(Number.isNaN)) return { value: null, reason: 'no query has a relevant item' };
  const value = definedMean(values, weights);
  return Number.isFinite(value) ? { value } : { value: null, reason: 'no query that has a relevant item has a weight' };
}

/** NaN values count as if they were not there. */
export function definedMean(values: Float64Array, weights: ArrayLike<number> | undefined): number {
  const counted = Float64Array.from(values, (value, query) =>
    Number.isNaN(value) ? 0 : weights === undefined ? 1 : weights[query]!,
  );
  return weightedMean(values, counted);
}
