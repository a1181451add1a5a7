// Two sides of an eval, paired by case. Every case once and on both sides, or problems that say which are not.
import type { Problem, Read } from '../../formats/problem.ts';
import { idProblems, rowsInOrder } from '../alignment.ts';
import type { CaseFailure, CaseScores, EvalCaseLine } from './cases.ts';
import type { StoredEval } from './find-run.ts';

/** Which half of a run's cases speaks for a side. */
export interface EvalSide {
  readonly stored: StoredEval;
  readonly half: 'before' | 'after';
}

export interface EvalSample {
  readonly ids: readonly string[];
  readonly candidate: readonly CaseScores[];
  readonly baseline?: readonly CaseScores[];
}

export function pairSides(
  candidate: EvalSide,
  baseline: EvalSide | undefined,
  column: string | undefined,
): Read<EvalSample> {
  const side = scoresOf(candidate, column);
  const other = baseline === undefined ? undefined : scoresOf(baseline, column);
  const problems = [...side.problems, ...(other?.problems ?? [])];
  if (side.value === undefined || problems.length > 0) return { problems };
  const { ids, scores } = side.value;
  if (other?.value === undefined) return { value: { ids, candidate: scores }, problems };
  const { ids: otherIds, scores: otherScores } = other.value;
  const order = rowsInOrder(ids, { file: shownOf(baseline!), idColumn: 'id', ids: otherIds });
  if (order.value === undefined) return { problems: order.problems.map(inCases) };
  const aligned = Array.from(order.value, (row) => otherScores[row]!);
  return { value: { ids, candidate: scores, baseline: aligned }, problems };
}

interface Scored {
  readonly ids: readonly string[];
  readonly scores: readonly CaseScores[];
}

function scoresOf(side: EvalSide, column: string | undefined): Read<Scored> {
  const shown = shownOf(side);
  const chosen = ofColumn(side.stored.cases, column, shown);
  if (!Array.isArray(chosen)) return { problems: [chosen as Problem] };
  const lines = chosen as readonly EvalCaseLine[];
  const ids = lines.map(({ id }) => id);
  const problems = idProblems(ids, 'id', shown).map(inCases);
  const found = lines.map((line) => line[side.half] ?? { failure: 'it was not asked on this side' });
  const failed = found.flatMap((one, index) => (isFailure(one) ? [{ id: ids[index]!, why: one.failure }] : []));
  const [first] = failed;
  if (first !== undefined) {
    problems.push(
      problem(
        'GATE_CASE_UNANSWERED',
        `${failed.length} of ${lines.length} cases of ${shown} have no scores (first: "${first.id}", ${cut(first.why)}).`,
        'Evaluate the suite again: a comparison that leaves cases out could hide a loss.',
      ),
    );
  }
  return problems.length > 0 ? { problems } : { value: { ids, scores: found as CaseScores[] }, problems };
}

function ofColumn(
  lines: readonly EvalCaseLine[],
  column: string | undefined,
  shown: string,
): readonly EvalCaseLine[] | Problem {
  const labels = [...new Set(lines.map((line) => line.column))].filter((label) => label !== undefined);
  if (column === undefined && labels.length <= 1) return lines;
  const chosen = column === undefined ? [] : lines.filter((line) => line.column === column);
  if (chosen.length > 0) return chosen;
  const message =
    column === undefined
      ? `${shown} has ${labels.length} columns, and the policy names none.`
      : `${shown} has no column "${column}".`;
  const known = labels.length === 0 ? 'It has one column: leave `evals.column` out.' : `It has ${labels.join(', ')}.`;
  return problem('GATE_RUN_COLUMN', message, `Name one in \`evals.column\` of the policy. ${known}`);
}

/** Rows are cases here, and a run is no file that an annotation could point at. */
const inCases = ({ file, ...problem }: Problem): Problem => ({
  ...problem,
  message: `${file}: ${problem.message}`.replace('rows have no prediction here', 'cases were not evaluated here'),
  hint: 'Both sides must have evaluated the same cases: compare with a run of the same suite, or evaluate it again.',
});

export const shownOf = ({ stored }: EvalSide): string => `run ${stored.run.id}`;
const isFailure = (side: CaseScores | CaseFailure): side is CaseFailure => 'failure' in side;
const cut = (text: string): string => (text.length > 120 ? `${text.slice(0, 120)}…` : text);
const problem = (code: string, message: string, hint: string): Problem => ({ code, severity: 'error', message, hint });
