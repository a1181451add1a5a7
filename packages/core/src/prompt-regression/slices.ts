// Differences within slices: they explain a verdict and never make one.
import { benjaminiHochberg, midPMcNemar, pairedMean, studentCdf } from '../statistics/index.ts';
import { clustersOf } from './measures.ts';
import type { CaseResult, SideResult } from './results.ts';

/** False discoveries among the slices that are marked. */
const sliceFalseDiscovery = 0.1;
/** A slice of fewer pairs says nothing. */
const sliceMinimum = 10;

export interface SliceDifference {
  readonly field: string;
  readonly value: string;
  /** The score that is compared; the accuracy when it is missing. */
  readonly score?: string;
  readonly n: number;
  readonly before: number;
  readonly after: number;
  /** Two-sided, adjusted by Benjamini and Hochberg over all slices. */
  readonly p: number;
  readonly marked: boolean;
}

export interface SlicedScore {
  /** Missing for the accuracy. */
  readonly name?: string;
  readonly read: (side: SideResult) => number | undefined;
}

export function sliceDifferences(
  results: readonly CaseResult[],
  fields: readonly string[],
  scores: readonly SlicedScore[],
): readonly SliceDifference[] {
  const rows = different(results, scores).flatMap((score) =>
    fields.flatMap((field) =>
      [...groupsOf(results, field, score)]
        .filter(([, group]) => group.length >= sliceMinimum)
        .map(([value, group]) => ({ field, value, group, score })),
    ),
  );
  const pValues = benjaminiHochberg(rows.map(({ group, score }) => sliceP(group, score)));
  return rows
    .map(({ field, value, group, score: { name, read } }, index) => {
      const p = pValues[index] ?? 1;
      const before = mean(group.map((result) => (result.before === undefined ? 0 : (read(result.before) ?? 0))));
      const after = mean(group.map((result) => (result.after === undefined ? 0 : (read(result.after) ?? 0))));
      const marked = p <= sliceFalseDiscovery;
      return { field, value, ...(name !== undefined && { score: name }), n: group.length, before, after, p, marked };
    })
    .sort((a, b) => a.p - b.p || a.after - a.before - (b.after - b.before));
}

/** A score that is another in every case, as a single assertion's is the accuracy, is not said twice. */
function different(results: readonly CaseResult[], scores: readonly SlicedScore[]): readonly SlicedScore[] {
  const kept: SlicedScore[] = [];
  for (const score of scores) {
    const isSame = ({ read }: SlicedScore): boolean =>
      results.every(({ before, after }) =>
        [before, after].every((side) => side === undefined || read(side) === score.read(side)),
      );
    if (!kept.some(isSame)) kept.push(score);
  }
  return kept;
}

/** Cases that have the score on both sides, by their value of the field. */
function groupsOf(results: readonly CaseResult[], field: string, { read }: SlicedScore): Map<string, CaseResult[]> {
  const groups = new Map<string, CaseResult[]>();
  for (const result of results) {
    const { after, before } = result;
    if (after === undefined || before === undefined || read(after) === undefined || read(before) === undefined)
      continue;
    const value = result.case.slices[field] ?? '(none)';
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [result]);
    else group.push(result);
  }
  return groups;
}

function sliceP(group: readonly CaseResult[], { read }: SlicedScore): number {
  const value = (side: SideResult | undefined): number => (side === undefined ? 0 : (read(side) ?? 0));
  const differences = group.map(({ before, after }) => value(after) - value(before));
  const { clusters } = clustersOf(group);
  if (clusters === undefined && differences.every(Number.isInteger)) {
    const worse = differences.filter((each) => each < 0).length;
    return midPMcNemar(worse, differences.filter((each) => each > 0).length).p;
  }
  const { difference, standardError, degreesOfFreedom } = pairedMean(differences, clusters);
  if (standardError === 0) return difference === 0 ? 1 : 0;
  return 2 * studentCdf(-Math.abs(difference / standardError), degreesOfFreedom);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
