// What the bootstrap evaluates on each draw of rows: every metric's paired difference, all in one loop.
import type { ClassificationMetric } from '../../formats/gate-metrics.ts';
import { binOf } from '../../statistics/calibration.ts';
import { brierScores, confusionTable, logLosses } from '../../statistics/classification.ts';
import { countMetricOf, isCountMetric, type CountMetric, type ProbabilityMetric } from './metrics.ts';
import { confidenceOf, isOfClass, probabilitiesOf, type Arm, type Sample } from './sample.ts';

/** A statistic of one model under row counts. */
type Weighted = (counts: Int32Array) => number;

export interface Pair {
  readonly sample: Sample;
  readonly candidate: Arm;
  readonly baseline: Arm;
}

/** @returns for row counts, candidate − baseline of each metric in the order given; NaN where a draw has no value */
export function differenceEvaluator(
  pair: Pair,
  names: readonly ClassificationMetric[],
): (counts: Int32Array) => number[] {
  const { sample } = pair;
  const classes = sample.classes.length;
  const tables = names.some(isCountMetric);
  const others = new Map<ClassificationMetric, readonly [Weighted, Weighted]>(
    names
      .filter((name): name is ProbabilityMetric => !isCountMetric(name))
      .map((name) => [name, [weighted(name, sample, pair.candidate), weighted(name, sample, pair.baseline)] as const]),
  );
  return (counts) => {
    const [a, b] = [pair.candidate, pair.baseline].map((arm) =>
      tables ? confusionTable(sample.labels, arm.predicted, classes, counts) : undefined,
    );
    return names.map((name) => {
      const both = others.get(name);
      if (both !== undefined) return both[0](counts) - both[1](counts);
      const value = (table: typeof a): number =>
        table === undefined ? Number.NaN : (countMetricOf(name as CountMetric, table, sample.positive) ?? Number.NaN);
      return value(a) - value(b);
    });
  };
}

function weighted(name: ProbabilityMetric, sample: Sample, arm: Arm): Weighted {
  const { probabilities } = arm;
  const classes = sample.classes.length;
  if (probabilities === undefined) return () => Number.NaN;
  if (name === 'log-loss') return weightedMean(logLosses(sample.labels, probabilities, classes));
  if (name === 'brier') return weightedMean(brierScores(sample.labels, probabilities, classes));
  if (name === 'ece') return weightedCalibration(sample, probabilities);
  const spoken = sample.positive === undefined ? sample.classes.map((_, index) => index) : [sample.positive];
  const areas = spoken.map((index) =>
    weightedAuc(probabilitiesOf(probabilities, classes, index), isOfClass(sample.labels, index)),
  );
  return (counts) => areas.reduce((sum, area) => sum + area(counts), 0) / areas.length;
}

function weightedMean(values: Float64Array): Weighted {
  return (counts) => {
    let sum = 0;
    let rows = 0;
    for (let row = 0; row < values.length; row++) {
      sum += counts[row]! * values[row]!;
      rows += counts[row]!;
    }
    return sum / rows;
  };
}

/** Sorted once; each draw is then one walk over the rows. */
function weightedAuc(scores: Float64Array, positives: Uint8Array): Weighted {
  const order = Uint32Array.from(scores, (_, row) => row).sort((a, b) => scores[a]! - scores[b]!);
  return (counts) => {
    let above = 0;
    let below = 0;
    let wins = 0;
    for (let start = 0; start < order.length;) {
      const score = scores[order[start]!]!;
      let tiedAbove = 0;
      let tiedBelow = 0;
      let next = start;
      for (; next < order.length && scores[order[next]!] === score; next++) {
        const row = order[next]!;
        if (positives[row] === 1) tiedAbove += counts[row]!;
        else tiedBelow += counts[row]!;
      }
      wins += tiedAbove * (below + tiedBelow / 2);
      above += tiedAbove;
      below += tiedBelow;
      start = next;
    }
    return above === 0 || below === 0 ? Number.NaN : wins / (above * below);
  };
}

function weightedCalibration(sample: Sample, probabilities: Float64Array): Weighted {
  const { chance, came } = confidenceOf(sample, probabilities);
  const bins = 10;
  const bin = Uint8Array.from(chance, (value) => binOf(value, bins));
  const miss = chance.map((value, row) => value - came[row]!);
  const gap = new Float64Array(bins);
  return (counts) => {
    gap.fill(0);
    let rows = 0;
    for (let row = 0; row < bin.length; row++) {
      gap[bin[row]!]! += counts[row]! * miss[row]!;
      rows += counts[row]!;
    }
    return gap.reduce((sum, value) => sum + Math.abs(value), 0) / rows;
  };
}
