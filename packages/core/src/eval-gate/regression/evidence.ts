// Two regressions on the same rows, as the gate looks at them.
import type { RegressionMetric } from '../../formats/gate-metrics.ts';
import type { GatePolicy } from '../../formats/gate-policy.ts';
import { isPlain, samplingOf, weighingRows } from '../../statistics/sampling.ts';
import { settingsFrom } from '../metric-settings.ts';
import { estimateDifferences, samplingText } from '../paired-estimates.ts';
import type { Arms, Side, TaskEvidence } from '../task.ts';
import { movedRows } from './examples.ts';
import { measureNumbers, numberLosses, pairedNumbers, regressionTraits } from './metrics.ts';
import { residualChart } from './pictures.ts';
import type { NumberArm, NumberSample } from './sample.ts';

export function regressionEvidence(policy: GatePolicy, sample: NumberSample, arms: Arms<NumberArm>): TaskEvidence {
  const settings = settingsFrom(policy);
  const ofSide = (side: Side): NumberArm => {
    const arm = arms[side];
    if (arm === undefined) throw new TypeError(`there is no ${side}`);
    return arm;
  };
  const sampleOf = (rows?: Int32Array): NumberSample => (rows === undefined ? sample : sampleRows(sample, rows));
  const armOf = (side: Side, rows?: Int32Array): NumberArm =>
    rows === undefined ? ofSide(side) : { predicted: pick(ofSide(side).predicted, rows) };
  return {
    rows: sample.truth.length,
    weighing: weighingRows(sample.sampling),
    slices: sample.slices,
    compared: arms.baseline !== undefined,
    traits: (metric) => regressionTraits(metric as RegressionMetric, settings),
    measure: (metric, side, rows) =>
      measureNumbers(metric as RegressionMetric, sampleOf(rows), armOf(side, rows), settings),
    differences: (metrics, plan, rows) =>
      estimateDifferences(
        metrics as readonly RegressionMetric[],
        pairedNumbers({
          sample: sampleOf(rows),
          candidate: armOf('candidate', rows),
          baseline: armOf('baseline', rows),
          settings,
        }),
        plan,
      ),
    weaknessOf: () => undefined,
    answers: {
      sampling: sample.sampling,
      truth: (row) => sample.truth[row]!,
      prediction: (side, row) => ofSide(side).predicted[row]!,
    },
    rowLosses: (metric, side) => numberLosses(metric as RegressionMetric, sample, ofSide(side), settings),
    examples: (against) => movedRows(sample, arms, against),
    pictures: (against) => residualChart(sample, arms, against),
    smallPrint: isPlain(sample.sampling) ? [] : [`Rows:${samplingText(sample.sampling).slice(1)}.`],
    ...(sample.sampling.clusters !== undefined && { clusters: sample.sampling.clusters }),
    swapped: (rows) => regressionEvidence(policy, sample, exchanged(arms, rows)),
    line: (row) => ({
      id: sample.ids[row],
      label: sample.truth[row],
      candidate: arms.candidate.predicted[row],
      ...(arms.baseline !== undefined && { baseline: arms.baseline.predicted[row] }),
    }),
  };
}

/** @param rows 1 where the two models' answers trade places */
function exchanged({ candidate, baseline }: Arms<NumberArm>, rows: Uint8Array): Arms<NumberArm> {
  if (baseline === undefined) throw new TypeError('there is nothing to exchange with');
  const mixed = (own: NumberArm, other: NumberArm): NumberArm => ({
    predicted: own.predicted.map((value, row) => (rows[row] === 1 ? other.predicted[row]! : value)),
  });
  return { candidate: mixed(candidate, baseline), baseline: mixed(baseline, candidate) };
}

const pick = (values: Float64Array, rows: Int32Array): Float64Array => Float64Array.from(rows, (row) => values[row]!);

function sampleRows({ ids, truth, sampling }: NumberSample, rows: Int32Array): NumberSample {
  return {
    ids: Array.from(rows, (row) => ids[row]!),
    truth: pick(truth, rows),
    sampling: samplingOf(sampling, rows),
    slices: {},
  };
}
