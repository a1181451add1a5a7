// What `--json` prints and `result-json` points at: the report as it is, and the run it came of.
import type { Outcome } from '../formats/outcome.ts';

export function renderJson(outcome: Pick<Outcome, 'report' | 'run'>): string {
  const { report, run } = outcome;
  return `${JSON.stringify({ report, ...(run !== undefined && { run }) }, null, 2)}\n`;
}
