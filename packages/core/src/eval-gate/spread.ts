// How much one model's metric would vary over other rows of the same kind, when there is no second model to compare
// it with. Pure, without chance: rows are dealt to groups in turn.
import type { TaskEvidence } from './task.ts';

export interface Spread {
  readonly standardError: number;
  readonly degreesOfFreedom: number;
}

const fewestRows = 100;
const mostGroups = 40;
/** Leaving out one group at a time measures nearly all rows again and again; with more rows than this each group is measured by itself. */
const rowsOfJackknife = 20_000;

/**
 * The grouped jackknife, SE² = (g − 1)/g · Σ (θ₋ᵢ − θ̄)² (Efron & Tibshirani 1993, §11.5); with many rows the spread of
 * the groups' own values, SE² = Σ (θᵢ − θ̄)² / (g (g − 1)), which is the same for means. Whole clusters stay together.
 * @returns undefined where there are too few rows, or a group has no value
 */
export function spreadOf(evidence: TaskEvidence, metric: string): Spread | undefined {
  const { rows, clusters } = evidence;
  if (rows < fewestRows) return undefined;
  const units = clusters === undefined ? rows : clusters.reduce((most, one) => Math.max(most, one), -1) + 1;
  const groups = Math.min(mostGroups, units);
  if (groups < 10) return undefined;
  const leaveOut = rows <= rowsOfJackknife;
  const members = Array.from({ length: groups }, (): number[] => []);
  for (let row = 0; row < rows; row++) {
    const own = (clusters?.[row] ?? row) % groups;
    if (!leaveOut) members[own]!.push(row);
    else members.forEach((member, group) => group !== own && member.push(row));
  }
  const values: number[] = [];
  for (const member of members) {
    const { value } = evidence.measure(metric, 'candidate', Int32Array.from(member));
    if (value === null) return undefined;
    values.push(value);
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / groups;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardError = Math.sqrt(leaveOut ? ((groups - 1) / groups) * squares : squares / (groups * (groups - 1)));
  return standardError > 0 ? { standardError, degreesOfFreedom: groups - 1 } : undefined;
}
