// Numbers to a verdict, and the numbers that the report shows beside it.
import { worstVerdict, type Verdict } from '../formats/verdict.ts';
import { benjaminiHochberg, midPMcNemar, pairedMean, studentCdf } from '../statistics/index.ts';
import { judgeComparison, type Judgement } from './judge.ts';
import type { PromptPolicy } from './plan.ts';
import type { CaseResult } from './results.ts';
import { fieldText } from './template.ts';

/** Calls that may fail before nothing is judged any more. */
const failureLimit = 0.02;
/** False discoveries among the slices that are marked. */
const sliceFalseDiscovery = 0.1;
/** A slice of fewer pairs says nothing. */
const sliceMinimum = 10;

export interface Evidence {
  readonly results: readonly CaseResult[];
  readonly baseline: boolean;
  readonly calls: { readonly asked: number; readonly failed: number };
  readonly evaluators: readonly string[];
  readonly slices: readonly string[];
}

/** One number on both sides. */
export interface Compared {
  readonly name: string;
  readonly n: number;
  readonly after: number;
  /** With a baseline. */
  readonly before?: number;
  readonly judgement?: Judgement;
}

export interface SliceDifference {
  readonly field: string;
  readonly value: string;
  readonly n: number;
  readonly before: number;
  readonly after: number;
  /** Two-sided, adjusted by Benjamini and Hochberg over all slices. */
  readonly p: number;
  readonly marked: boolean;
}

/** Why the verdict is what it is; the section puts it into words. */
export type Reason =
  | 'no-cases'
  | 'too-many-failures'
  | 'too-few-cases'
  | 'nothing-to-judge-by'
  | 'unchanged'
  | 'compared'
  | 'below-threshold'
  | 'above-threshold';

export interface Decision {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  /** Share of cases with which every evaluator is content. Undefined when nothing could be judged. */
  readonly accuracy: Compared | undefined;
  readonly evaluators: readonly Compared[];
  readonly slices: readonly SliceDifference[];
  readonly newlyWrong: readonly CaseResult[];
  readonly newlyRight: readonly CaseResult[];
  /** Cases left out since a call failed. */
  readonly missing: number;
  /** Cases that sent the same request on both sides. */
  readonly unchanged: number;
  /** How many more cases would probably settle it. */
  readonly moreCases?: number;
}

export function decide(evidence: Evidence, policy: PromptPolicy): Decision {
  const { baseline, calls, results } = evidence;
  const complete = results.filter(({ after, before }) => after !== undefined && (!baseline || before !== undefined));
  const missing = results.length - complete.length;
  const nothing = { accuracy: undefined, evaluators: [], slices: [], newlyWrong: [], newlyRight: [], missing };
  if (results.length === 0) return { ...nothing, verdict: 'error', reasons: ['no-cases'], unchanged: 0 };
  const unchanged = complete.filter((result) => result.unchanged).length;
  if (complete.length === 0 || calls.failed > failureLimit * calls.asked)
    return { ...nothing, verdict: 'error', reasons: ['too-many-failures'], unchanged };
  const same = baseline && unchanged === complete.length && missing === 0;
  const how = { baseline, same, margin: policy.margin };
  const accuracy = compare('accuracy', complete, (side) => side.pass, how);
  const compared = {
    accuracy,
    evaluators: evidence.evaluators.map((name, index) =>
      compare(name, complete, (side) => side.scores[index] ?? 0, how),
    ),
    slices: baseline ? sliceDifferences(complete, evidence.slices) : [],
    newlyWrong: complete.filter(({ before, after }) => isRight(before) && !isRight(after) && before !== undefined),
    newlyRight: complete.filter(({ before, after }) => before !== undefined && !isRight(before) && isRight(after)),
    missing,
    unchanged,
  };
  return { ...compared, ...verdictOf(accuracy, same, policy) };
}

function verdictOf(
  accuracy: Compared,
  same: boolean,
  { minCases, threshold }: PromptPolicy,
): Pick<Decision, 'verdict' | 'reasons' | 'moreCases'> {
  const { n, judgement } = accuracy;
  const few = n < minCases;
  const verdicts: Verdict[] = [];
  const reasons: Reason[] = [];
  if (judgement !== undefined) {
    verdicts.push(same ? 'pass' : few ? 'inconclusive' : judgement.verdict);
    reasons.push(same ? 'unchanged' : few ? 'too-few-cases' : 'compared');
  }
  if (threshold !== undefined) {
    const holds = accuracy.after >= threshold;
    verdicts.push(few ? 'inconclusive' : holds ? 'pass' : 'fail');
    reasons.push(few ? 'too-few-cases' : holds ? 'above-threshold' : 'below-threshold');
  }
  // Neither a baseline nor a threshold: there is a number and nothing that it could pass.
  if (verdicts.length === 0) return { verdict: 'inconclusive', reasons: ['nothing-to-judge-by'] };
  const verdict = worstVerdict(verdicts);
  if (verdict !== 'inconclusive') return { verdict, reasons: [...new Set(reasons)] };
  const needed = Math.max(minCases, same ? 0 : (judgement?.casesNeeded ?? 0));
  const moreCases = Math.max(1, needed - n);
  const known = few || judgement?.casesNeeded !== undefined;
  return { verdict, reasons: [...new Set(reasons)], ...(known && { moreCases }) };
}

/** Equal requests have equal answers: that the sides do not differ is known and not estimated. */
const noDifference: Judgement = {
  verdict: 'pass',
  decided: { difference: 0, low: 0, high: 0 },
  shown: { difference: 0, low: 0, high: 0 },
  look: 1,
};

type SideOf = NonNullable<CaseResult['after']>;

function compare(
  name: string,
  results: readonly CaseResult[],
  value: (side: SideOf) => number,
  { baseline, same, margin }: { baseline: boolean; same: boolean; margin: number },
): Compared {
  const after = results.map((result) => value(result.after as SideOf));
  if (!baseline) return { name, n: results.length, after: mean(after) };
  const before = results.map((result) => value(result.before as SideOf));
  const differences = after.map((score, index) => score - (before[index] ?? 0));
  return {
    name,
    n: results.length,
    after: mean(after),
    before: mean(before),
    judgement: same ? noDifference : judgeComparison([{ differences }], { margin }),
  };
}

/** Most repeats decide; an even split counts as right. */
const isRight = (side: SideOf | undefined): boolean => side !== undefined && side.pass >= 0.5;

function sliceDifferences(results: readonly CaseResult[], fields: readonly string[]): readonly SliceDifference[] {
  const rows = fields.flatMap((field) => {
    const groups = new Map<string, CaseResult[]>();
    for (const result of results) {
      const value = fieldText(result.case.fields, field) ?? '(none)';
      const group = groups.get(value);
      if (group === undefined) groups.set(value, [result]);
      else group.push(result);
    }
    return [...groups]
      .filter(([, group]) => group.length >= sliceMinimum)
      .map(([value, group]) => ({ field, value, group }));
  });
  const pValues = benjaminiHochberg(rows.map(({ group }) => sliceP(group)));
  return rows
    .map(({ field, value, group }, index) => {
      const p = pValues[index] ?? 1;
      const before = mean(group.map((result) => result.before?.pass ?? 0));
      const after = mean(group.map((result) => result.after?.pass ?? 0));
      return { field, value, n: group.length, before, after, p, marked: p <= sliceFalseDiscovery };
    })
    .sort((a, b) => a.p - b.p || a.after - a.before - (b.after - b.before));
}

function sliceP(group: readonly CaseResult[]): number {
  const differences = group.map(({ before, after }) => (after?.pass ?? 0) - (before?.pass ?? 0));
  if (differences.every(Number.isInteger)) {
    const worse = differences.filter((value) => value < 0).length;
    return midPMcNemar(worse, differences.filter((value) => value > 0).length).p;
  }
  const { difference, standardError, degreesOfFreedom } = pairedMean(differences);
  if (standardError === 0) return difference === 0 ? 1 : 0;
  return 2 * studentCdf(-Math.abs(difference / standardError), degreesOfFreedom);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
