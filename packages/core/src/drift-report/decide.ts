// Comparisons → verdicts. Calm by rule: a column drifts only when its change is surely large enough to matter
// and surprising even among all the columns looked at; what too few rows show is inconclusive.
import { listed } from '../dataset/plain-words.ts';
import type { DriftPolicy } from '../formats/drift-policy.ts';
import type { Verdict } from '../formats/verdict.ts';
import { benjaminiHochberg } from '../statistics/index.ts';
import { signsOfBadData, type MissingShare } from './bad-data.ts';
import type { Comparison } from './compare-column.ts';
import type { ColumnPlan } from './plan.ts';

/** What was learnt of one planned column. */
export interface MeasuredColumn {
  readonly plan: ColumnPlan;
  readonly missing?: MissingShare;
  /** Absent when one side holds no value, or the column is not compared. */
  readonly comparison?: Comparison;
}

export interface JudgedColumn extends MeasuredColumn {
  /** Undefined for what was not looked at. */
  readonly verdict?: Verdict;
  /** `bad data`: broken upstream, to be mended before anything else is concluded. */
  readonly cause?: 'bad data' | 'drift';
  /** One sentence: why this verdict. */
  readonly reason: string;
  /** p-value adjusted over all columns. */
  readonly adjusted?: number;
}

export interface DriftJudgement {
  readonly columns: readonly JudgedColumn[];
  readonly verdict: Verdict;
  /** Columns that were compared. */
  readonly compared: number;
}

export function judgeDrift(measured: readonly MeasuredColumn[], policy: DriftPolicy): DriftJudgement {
  const pValues = measured.flatMap(({ comparison }) => (comparison === undefined ? [] : [comparison.test.pValue]));
  const adjusted = benjaminiHochberg(pValues);
  let next = 0;
  const columns = measured.map((column): JudgedColumn => {
    const p = column.comparison === undefined ? undefined : adjusted[next++];
    return { ...column, ...judgeColumn(column, p, policy), ...(p !== undefined && { adjusted: p }) };
  });
  return { columns, verdict: verdictOf(columns, policy), compared: pValues.length };
}

function verdictOf(columns: readonly JudgedColumn[], policy: DriftPolicy): Verdict {
  const verdicts = columns.flatMap(({ verdict }) => (verdict === undefined ? [] : [verdict]));
  if (verdicts.length === 0 || verdicts.includes('error')) return 'error';
  const failed = verdicts.filter((verdict) => verdict === 'fail').length;
  if (failed / verdicts.length > policy['max-drifted']) return 'fail';
  return verdicts.includes('inconclusive') ? 'inconclusive' : 'pass';
}

type Judged = Pick<JudgedColumn, 'verdict' | 'cause' | 'reason'>;

function judgeColumn(
  { plan, missing, comparison }: MeasuredColumn,
  adjusted: number | undefined,
  policy: DriftPolicy,
): Judged {
  if (plan.compare === 'skip') return { reason: plan.reason };
  if (plan.compare === 'missing') {
    return plan.from === 'current'
      ? { verdict: 'error', cause: 'bad data', reason: 'the current data lack it' }
      : { reason: 'new: the reference lacks it' };
  }
  if (missing?.jumped === true) {
    return {
      verdict: 'fail',
      cause: 'bad data',
      reason: `missing in ${shareText(missing.current)} of rows, was ${shareText(missing.reference)}`,
    };
  }
  if (comparison === undefined || adjusted === undefined) {
    return { verdict: 'inconclusive', reason: 'one side holds no value' };
  }
  return judgeShift(comparison, adjusted, { ...policy, threshold: plan.threshold });
}

function judgeShift(comparison: Comparison, adjusted: number, policy: DriftPolicy): Judged {
  const { shift, reference, current } = comparison;
  const { threshold } = policy;
  const fewest = Math.min(reference, current);
  if (fewest < policy['min-rows']) {
    return {
      verdict: 'inconclusive',
      reason: `needs ${policy['min-rows'] - fewest} more ${current <= reference ? 'current' : 'reference'} rows`,
    };
  }
  if (shift.low > threshold && adjusted <= policy['false-alarms']) {
    const signs = signsOfBadData(comparison, threshold);
    return signs.length > 0
      ? { verdict: 'fail', cause: 'bad data', reason: signs.join('; ') }
      : { verdict: 'fail', cause: 'drift', reason: `surely beyond ${threshold}${novelText(comparison)}` };
  }
  if (shift.high <= threshold) return { verdict: 'pass', reason: `surely within ${threshold}` };
  if (shift.low > threshold)
    return { verdict: 'inconclusive', reason: 'large, yet not surprising among so many columns' };
  return { verdict: 'inconclusive', reason: rowsNeeded(comparison, threshold) };
}

/**
 * Rows with which the interval would no longer reach the threshold, if the shift stays what it is: its width
 * shrinks with the root of the effective size n·m / (n + m).
 */
function rowsNeeded({ shift, reference, current }: Comparison, threshold: number): string {
  const reach = shift.size > threshold ? shift.size - shift.low : shift.high - shift.size;
  const gap = Math.abs(shift.size - threshold);
  const effective = (reference * current) / (reference + current);
  const wanted = effective * (reach / gap) ** 2 * 1.2;
  if (gap === 0 || wanted > 100 * effective) return `too close to ${threshold} for any affordable number of rows`;
  if (wanted >= reference * 0.95) return `needs about ${roundedUp(2 * wanted)} rows on each side`;
  const rows = (wanted * reference) / (reference - wanted);
  return `needs about ${roundedUp(Math.max(1, rows - current))} more current rows`;
}

/** Two significant digits: it is an estimate. */
function roundedUp(rows: number): string {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(rows)) - 1);
  return String(Math.ceil(rows / unit) * unit).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** New categories are worth a word even where they do not explain the change. */
function novelText({ unknown }: Comparison): string {
  if (unknown === undefined || unknown.examples.length === 0 || unknown.share <= 0.01) return '';
  return `; ${shareText(unknown.share)} of values are new (${listed(unknown.examples)})`;
}

const shareText = (share: number): string => `${Number((share * 100).toFixed(1))} %`;
