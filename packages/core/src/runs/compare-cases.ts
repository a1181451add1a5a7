// Which cases changed sides between two runs: what a reader looks at first.
import type { CaseRow, RunCases } from './case-lines.ts';
import { samePair } from './metric-difference.ts';

export interface CaseFlip {
  readonly id: string;
  readonly expected?: string;
  readonly before?: string;
  readonly after?: string;
}

export interface CaseComparison {
  readonly file: string;
  readonly noun: string;
  /** In both runs, judged in both, with the same expected answer. */
  readonly pairs: number;
  readonly newlyWrong: readonly CaseFlip[];
  readonly newlyRight: readonly CaseFlip[];
  /** Neither wholly right nor wholly wrong on one side, and moved: shares of repeats. */
  readonly shifted: number;
  readonly onlyFirst: number;
  readonly onlyLater: number;
  /** In both, but not judged in one of them. */
  readonly unjudged: number;
  /** In both under one name with another expected answer: no pair. */
  readonly altered: number;
}

export function compareCases(first: RunCases, later: RunCases): CaseComparison {
  const newlyWrong: CaseFlip[] = [];
  const newlyRight: CaseFlip[] = [];
  const counts = { pairs: 0, shifted: 0, onlyFirst: 0, unjudged: 0, altered: 0 };
  let shared = 0;
  for (const [id, before] of first.rows) {
    const after = later.rows.get(id);
    if (after === undefined) {
      counts.onlyFirst += 1;
      continue;
    }
    shared += 1;
    if (!samePair(before, after)) counts.altered += 1;
    else if (before.pass === null || after.pass === null) counts.unjudged += 1;
    else {
      counts.pairs += 1;
      const [was, is] = [before.pass >= 0.5, after.pass >= 0.5];
      if (was && !is) newlyWrong.push(flipOf(before, after));
      else if (!was && is) newlyRight.push(flipOf(before, after));
      else if (before.pass !== after.pass) counts.shifted += 1;
    }
  }
  const { file, noun } = later;
  return { file, noun, newlyWrong, newlyRight, ...counts, onlyLater: later.rows.size - shared };
}

const flipOf = (before: CaseRow, after: CaseRow): CaseFlip => ({
  id: before.id,
  ...(before.expected !== undefined && { expected: before.expected }),
  ...(before.answer !== undefined && { before: before.answer }),
  ...(after.answer !== undefined && { after: after.answer }),
});
