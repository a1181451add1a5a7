// Two classifiers on the same rows, as the gate looks at them.
import type { ClassificationMetric } from '../../formats/gate-metrics.ts';
import type { GatePolicy } from '../../formats/gate-policy.ts';
import { isPlain, weighingRows } from '../../statistics/sampling.ts';
import { settingsFrom } from '../metric-settings.ts';
import { samplingText } from '../paired-estimates.ts';
import type { Arms, IntervalPlan, Side, TaskEvidence, Weakness } from '../task.ts';
import { differencesOf } from './differences.ts';
import { exchangedArms } from './exchange.ts';
import { flipBlocks } from './flips.ts';
import { classificationTraits, measure } from './metrics.ts';
import { pictureBlocks } from './pictures.ts';
import { rowAnswers, rowLosses } from './row-answers.ts';
import { armRows, sampleRows, type Arm, type Sample } from './sample.ts';

/** With fewer rows of a class than this, what is said about it rests on single rows. */
const fewestOfClass = 10;
/** Metrics that every row has a say in, whatever its class. */
const ofAllRows: readonly string[] = ['accuracy', 'log-loss', 'brier', 'ece', 'top-k'];

export function classificationEvidence(policy: GatePolicy, sample: Sample, arms: Arms<Arm>): TaskEvidence {
  const classes = sample.classes.length;
  const settings = settingsFrom(policy);
  const ofSide = (side: Side): Arm => {
    const arm = arms[side];
    if (arm === undefined) throw new TypeError(`there is no ${side}`);
    return arm;
  };
  const only = <T>(rows: Int32Array | undefined, all: T, some: (rows: Int32Array) => T): T =>
    rows === undefined ? all : some(rows);
  const sampleOf = (rows?: Int32Array): Sample => only(rows, sample, (some) => sampleRows(sample, some));
  const armOf = (side: Side, rows?: Int32Array): Arm =>
    only(rows, ofSide(side), (some) => armRows(ofSide(side), some, classes));
  return {
    rows: sample.labels.length,
    ...(sample.sampling !== undefined && { weighing: weighingRows(sample.sampling) }),
    slices: sample.slices,
    compared: arms.baseline !== undefined,
    traits: (metric) => classificationTraits(metric as ClassificationMetric, settings),
    measure: (metric, side, rows) =>
      measure(metric as ClassificationMetric, sampleOf(rows), armOf(side, rows), settings),
    differences: (metrics, plan: IntervalPlan, rows) =>
      differencesOf(
        { sample: sampleOf(rows), candidate: armOf('candidate', rows), baseline: armOf('baseline', rows), settings },
        metrics as readonly ClassificationMetric[],
        plan,
      ),
    weaknessOf: (metric) => (ofAllRows.includes(metric) ? undefined : rareClass(sample)),
    ...(sample.sampling?.clusters !== undefined && { clusters: sample.sampling.clusters }),
    swapped: (rows) => classificationEvidence(policy, sample, exchangedArms(arms, rows)),
    answers: rowAnswers(sample, arms),
    rowLosses: (metric, side) => rowLosses(sample, ofSide(side), metric),
    examples: (against) => flipBlocks(sample, arms, against),
    pictures: (against) => pictureBlocks({ sample, ...arms, against }, policy),
    smallPrint: [
      sample.positive === undefined
        ? `Classes ${sample.classes.join(', ')}; precision, recall and F1 are macro averages where nothing else is said, AUC one class against the rest.`
        : `Positive class "${sample.classes[sample.positive]}" from probability ${policy.threshold} on.`,
      ...samplingWords(sample),
    ],
    line: (row) => ({
      id: sample.ids[row],
      label: sample.classes[sample.labels[row]!],
      candidate: answerOf(sample, arms.candidate, row),
      ...(arms.baseline !== undefined && { baseline: answerOf(sample, arms.baseline, row) }),
    }),
  };
}

const samplingWords = ({ sampling }: Sample): string[] =>
  sampling === undefined || isPlain(sampling) ? [] : [`Rows:${samplingText(sampling).slice(1)}.`];

function rareClass(sample: Sample): Weakness | undefined {
  const counts = new Float64Array(sample.classes.length);
  const { weights } = sample.sampling ?? {};
  sample.labels.forEach((label, row) => (counts[label]! += weights?.[row] === 0 ? 0 : 1));
  const rarest = counts.indexOf(Math.min(...counts));
  const count = counts[rarest]!;
  if (count >= fewestOfClass) return undefined;
  return {
    reason: `only ${count} rows are of class "${sample.classes[rarest]}"; ${fewestOfClass} are needed`,
    rowsNeeded: Math.ceil((sample.labels.length * fewestOfClass) / Math.max(1, count)),
  };
}

function answerOf(sample: Sample, arm: Arm, row: number): { prediction: string; probabilities?: number[] } {
  const classes = sample.classes.length;
  const { probabilities } = arm;
  return {
    prediction: sample.classes[arm.predicted[row]!]!,
    ...(probabilities !== undefined && {
      probabilities: [...probabilities.subarray(row * classes, (row + 1) * classes)],
    }),
  };
}
