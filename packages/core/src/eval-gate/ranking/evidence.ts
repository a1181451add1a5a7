// Two rankings of the same items, as the gate looks at them: query by query.
import { headlineMetric } from '../asked.ts';
import type { RankingMetric } from '../../formats/gate-metrics.ts';
import type { GatePolicy } from '../../formats/gate-policy.ts';
import { isPlain, samplingOf, weighingRows, type Sampling } from '../../statistics/sampling.ts';
import { settingsFrom } from '../metric-settings.ts';
import { estimateDifferences, samplingText, type PairedMetrics } from '../paired-estimates.ts';
import type { Arms, Side, TaskEvidence } from '../task.ts';
import { countText } from '../words.ts';
import { movedQueries } from './examples.ts';
import { movesChart, recallChart, type QueryMetric } from './pictures.ts';
import { byQuery, definedMean, meanOf, rankingTraits } from './metrics.ts';
import type { RankingArm, RankingSample } from './sample.ts';

export function rankingEvidence(policy: GatePolicy, sample: RankingSample, arms: Arms<RankingArm>): TaskEvidence {
  const settings = settingsFrom(policy);
  const known = new Map<string, Float64Array>();
  /** Computed once: slices and intervals only pick from it. */
  const valuesOf = (metric: string, side: Side, rows?: Int32Array): Float64Array => {
    const arm = arms[side];
    if (arm === undefined) throw new TypeError(`there is no ${side}`);
    const key = `${side} ${metric}`;
    const all = known.get(key) ?? byQuery(metric as RankingMetric, sample, arm, settings);
    known.set(key, all);
    return rows === undefined ? all : Float64Array.from(rows, (row) => all[row]!);
  };
  const samplingOfRows = (rows?: Int32Array): Sampling =>
    rows === undefined ? sample.sampling : samplingOf(sample.sampling, rows);
  const headline = (): QueryMetric => {
    const metric = headlineMetric(policy);
    return {
      candidate: valuesOf(metric, 'candidate'),
      baseline: valuesOf(metric, 'baseline'),
      title: rankingTraits(metric as RankingMetric, settings).title,
    };
  };
  return {
    rows: sample.queries.length,
    unit: 'queries',
    weighing: weighingRows(sample.sampling),
    slices: sample.slices,
    compared: arms.baseline !== undefined,
    unitOf: queryOfItems(sample),
    traits: (metric) => rankingTraits(metric as RankingMetric, settings),
    measure: (metric, side, rows) => meanOf(valuesOf(metric, side, rows), samplingOfRows(rows).weights),
    differences: (metrics, plan, rows) =>
      estimateDifferences(
        metrics as readonly RankingMetric[],
        pairedQueries(samplingOfRows(rows), (metric, side) => valuesOf(metric, side, rows)),
        plan,
      ),
    weaknessOf: () => undefined,
    // A query without a relevant item neither loses nor gains.
    rowLosses: (metric, side) => valuesOf(metric, side).map((value) => (Number.isNaN(value) ? 0 : -value)),
    examples: (against) => (arms.baseline === undefined ? [] : movedQueries(sample, headline(), against)),
    pictures: (against) =>
      [
        arms.baseline === undefined ? undefined : movesChart(headline(), against),
        recallChart(sample, arms, { against, k: settings('recall-at-k').k }),
      ].filter((block) => block !== undefined),
    smallPrint: smallPrint(sample),
    ...(sample.sampling.clusters !== undefined && { clusters: sample.sampling.clusters }),
    swapped: (queries) => rankingEvidence(policy, sample, exchanged(sample, arms, queries)),
    line: (query) => ({
      query: sample.queries[query],
      items: Array.from(sample.items[query]!, (item) => ({
        id: sample.ids[item],
        label: sample.relevance[item],
        candidate: arms.candidate.scores[item],
        ...(arms.baseline !== undefined && { baseline: arms.baseline.scores[item] }),
      })),
    }),
  };
}

/** @param queries 1 where the two models' answers trade places */
function exchanged(
  { items }: RankingSample,
  { candidate, baseline }: Arms<RankingArm>,
  queries: Uint8Array,
): Arms<RankingArm> {
  if (baseline === undefined) throw new TypeError('there is nothing to exchange with');
  const mixed = (own: RankingArm, other: RankingArm): RankingArm => {
    const scores = own.scores.slice();
    items.forEach((list, query) => {
      if (queries[query] === 1) for (const item of list) scores[item] = other.scores[item]!;
    });
    return { scores };
  };
  return { candidate: mixed(candidate, baseline), baseline: mixed(baseline, candidate) };
}

function queryOfItems({ ids, items }: RankingSample): Int32Array {
  const queries = new Int32Array(ids.length);
  items.forEach((list, query) => list.forEach((item) => (queries[item] = query)));
  return queries;
}

function pairedQueries(
  sampling: Sampling,
  valuesOf: (metric: RankingMetric, side: Side) => Float64Array,
): PairedMetrics<RankingMetric> {
  return {
    sampling,
    rows: (metric) => ({
      candidate: valuesOf(metric, 'candidate'),
      baseline: valuesOf(metric, 'baseline'),
      mean: true,
      method: 'paired means over queries',
    }),
    evaluator: (names) => {
      const each = names.map((metric) => {
        const before = valuesOf(metric, 'baseline');
        return valuesOf(metric, 'candidate').map((value, query) => value - before[query]!);
      });
      return (weights) => each.map((differences) => definedMean(differences, weights));
    },
  };
}

function smallPrint({ queries, items, relevance, ids, sampling }: RankingSample): string[] {
  const without = items.filter((list) => list.every((item) => relevance[item] === 0)).length;
  return [
    `${countText(queries.length)} queries with ${countText(ids.length)} items; n counts queries.`,
    ...(without === 0
      ? []
      : [`${countText(without)} have no relevant item: NDCG and MRR count them as 0, MAP and recall leave them out.`]),
    ...(isPlain(sampling) ? [] : [`Queries:${samplingText(sampling).slice(1)}.`]),
  ];
}
