// Candidate − production for each metric, with the interval that suits it: exact or analytic where one is known,
// bootstrap for the rest.
import type { ClassificationMetric } from '../../formats/gate-metrics.ts';
import { topKHits } from '../../statistics/classification.ts';
import { delong } from '../../statistics/delong.ts';
import { estimateOf, pairedProportionEstimate, type DifferenceEstimate } from '../../statistics/difference-estimate.ts';
import { isPlain } from '../../statistics/sampling.ts';
import { noSettings, topDepth } from '../metric-settings.ts';
import { estimateDifferences } from '../paired-estimates.ts';
import type { Difference, IntervalPlan } from '../task.ts';
import { bootstrapCounts } from './count-draws.ts';
import { isCountMetric, type CountMetric } from './metrics.ts';
import { pairedRows } from './paired-rows.ts';
import { differenceEvaluator, type Pair } from './resample.ts';
import { isOfClass, probabilitiesOf } from './sample.ts';

/** More rows than this, and the calibration error's interval is analytic: its bins are full enough, and a bootstrap would take minutes. */
const calibrationBootstrapRows = 20_000;
/** With more classes k³ kinds of rows are more than there are rows, and collapsing them gains nothing. */
const collapsibleClasses = 30;

/** Paired differences by metric; a metric without a value on either side, or too thin for an interval, is left out. */
export function differencesOf(
  pair: Pair,
  names: readonly ClassificationMetric[],
  plan: IntervalPlan,
): ReadonlyMap<ClassificationMetric, Difference> {
  const rows = pair.sample.labels.length;
  if (rows < 2) return new Map();
  const sampling = pair.sample.sampling ?? { rows };
  const exact = plan.intervals === 'auto' && isPlain(sampling) ? names.filter((name) => isExact(name, pair)) : [];
  const rest = estimateDifferences(
    names.filter((name) => !exact.includes(name)),
    {
      sampling,
      rows: (name) => pairedRows(name, pair, sampling),
      evaluator: (some) => differenceEvaluator(pair, some),
      bootstrapped: (name) =>
        name === 'ece' ? rows <= calibrationBootstrapRows : isPlain(sampling) && isCountMetric(name),
    },
    plan,
  );
  return new Map<ClassificationMetric, Difference>([...exactDifferences(pair, exact, plan), ...rest]);
}

const isExact = (name: ClassificationMetric, { sample: { classes, positive } }: Pair): boolean =>
  name === 'accuracy' ||
  name === 'top-k' ||
  (name === 'roc-auc' && positive !== undefined) ||
  (isCountMetric(name) && classes.length <= collapsibleClasses);

/** Of rows drawn one by one, each counting once. */
function exactDifferences(
  pair: Pair,
  names: readonly ClassificationMetric[],
  plan: IntervalPlan,
): ReadonlyMap<ClassificationMetric, Difference> {
  const found = new Map<ClassificationMetric, Difference>();
  const keep = (name: ClassificationMetric, estimate: DifferenceEstimate | null | undefined, method: string): void => {
    if (estimate !== null && estimate !== undefined && Number.isFinite(estimate.difference))
      found.set(name, { ...estimate, method });
  };
  for (const name of names) {
    if (name === 'accuracy' || name === 'top-k')
      keep(name, hitDifference(name, pair), 'paired proportions (Tango score)');
    if (name === 'roc-auc') keep(name, twoClassAuc(pair), 'DeLong');
  }
  const counted = names.filter((name): name is CountMetric => isCountMetric(name) && name !== 'accuracy');
  for (const [name, estimate] of bootstrapCounts(pair, counted, plan))
    keep(name, estimate, `bootstrap of the collapsed counts, ${plan.resamples} resamples`);
  return found;
}

function hitDifference(name: 'accuracy' | 'top-k', pair: Pair): DifferenceEstimate | null {
  const [now, before] = [hitsOf(name, pair, pair.candidate), hitsOf(name, pair, pair.baseline)];
  if (now === undefined || before === undefined) return null;
  let better = 0;
  let worse = 0;
  for (let row = 0; row < now.length; row++) {
    if (now[row]! > before[row]!) better += 1;
    if (now[row]! < before[row]!) worse += 1;
  }
  return pairedProportionEstimate(better, worse, now.length);
}

function hitsOf(
  name: 'accuracy' | 'top-k',
  { sample, settings = noSettings }: Pair,
  { predicted, probabilities }: Pair['candidate'],
): Uint8Array | undefined {
  const { labels, classes } = sample;
  if (name === 'accuracy') return Uint8Array.from(labels, (label, row) => (predicted[row] === label ? 1 : 0));
  const k = topDepth(settings(name));
  return probabilities === undefined || k >= classes.length
    ? undefined
    : topKHits(labels, probabilities, classes.length, k);
}

function twoClassAuc({ sample, candidate, baseline }: Pair): DifferenceEstimate | null {
  const [a, b] = [candidate.probabilities, baseline.probabilities];
  const { positive } = sample;
  if (a === undefined || b === undefined || positive === undefined) return null;
  const paired = delong(
    probabilitiesOf(a, 2, positive),
    probabilitiesOf(b, 2, positive),
    isOfClass(sample.labels, positive),
  );
  return paired === null ? null : estimateOf(paired.difference, paired.standardError);
}
