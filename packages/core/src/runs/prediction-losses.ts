// A gate's predictions hold probabilities, but not which class each is of. The order is taken for known only when
// the run's own metric comes out of it again: then log-loss and Brier score can be compared row by row.
import type { Metric } from '../formats/run.ts';
import { brierScores, logLosses, mean } from '../statistics/classification.ts';
import type { CaseRow, RunCases } from './case-lines.ts';

const losses = { 'log-loss': logLosses, brier: brierScores } as const;

/** @returns the cases, with each row's loss as a score of that name where it can be told */
export function withLosses(cases: RunCases, metrics: Readonly<Record<string, Metric>>): RunCases {
  const rows = [...cases.rows.values()];
  const classes = rows[0]?.probabilities?.length ?? 0;
  if (classes < 2 || rows.some(({ probabilities }) => probabilities?.length !== classes)) return cases;
  const order = classesOf(rows);
  if (order.length !== classes) return cases;
  const probabilities = Float64Array.from(rows.flatMap((row) => row.probabilities ?? []));
  const found: [string, Float64Array][] = [];
  for (const [name, lossesOf] of Object.entries(losses)) {
    const recorded = Object.hasOwn(metrics, name) ? metrics[name]?.value : undefined;
    if (recorded === undefined || recorded === null) continue;
    for (const names of classes === 2 ? [order, order.toReversed()] : [order]) {
      const labels = Int32Array.from(rows, ({ expected = '' }) => names.indexOf(expected));
      const values = lossesOf(labels, probabilities, classes);
      if (Math.abs((mean(values) ?? Number.NaN) - recorded) > 1e-9 * Math.max(1, Math.abs(recorded))) continue;
      found.push([name, values]);
      break;
    }
  }
  if (found.length === 0) return cases;
  const scored = rows.map((row, index): CaseRow => ({
    ...row,
    scores: { ...row.scores, ...Object.fromEntries(found.map(([name, values]) => [name, values[index]!])) },
  }));
  return { ...cases, rows: new Map(scored.map((row) => [row.id, row])) };
}

/** As a gate orders them where its policy names none: numbers by size, else by their letters. */
function classesOf(rows: readonly CaseRow[]): readonly string[] {
  const names = [...new Set(rows.flatMap(({ expected = '', answer = '' }) => [expected, answer]))];
  const numeric = names.every((name) => name !== '' && Number.isFinite(Number(name)));
  return names.toSorted((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : 1));
}
