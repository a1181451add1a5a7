// The run's record and its files, of a suite that has been judged.
import type { Outcome } from '../formats/outcome.ts';
import type { Report } from '../formats/report.ts';
import type { RunContext } from '../formats/run-context.ts';
import type { Answered, JudgedColumn } from './judge-answers.ts';
import { casesFile, runOf } from './record.ts';

export function recordOf(
  answered: Answered,
  { columns, report }: { readonly columns: readonly JudgedColumn[]; readonly report: Report },
  context: RunContext,
): Required<Pick<Outcome, 'run' | 'results'>> {
  const { inputs, suite, evaluation, baseline } = answered;
  const labelOf = (column: JudgedColumn) => (columns.length === 1 ? {} : { label: column.label });
  const files = {
    'report.json': `${JSON.stringify(report)}\n`,
    'cases.jsonl': casesFile(
      columns.map((column) => ({
        ...labelOf(column),
        results: column.results,
        ...(answered.quarantined.size > 0 && { quarantined: new Set(answered.quarantined.keys()) }),
        ...(column.section.routes !== undefined && { routes: column.section.routes }),
      })),
      evaluation.metrics.names,
    ),
  };
  const run = runOf(
    {
      name: suite.suite.name,
      digest: suite.digest(context.sha256),
      model: [...new Set(suite.side.columns.map(({ request }) => request.model))].join(', '),
      policy: suite.policy,
      chosen: inputs.case !== undefined || inputs.filter !== undefined,
      columns: columns.map((column) => ({
        ...labelOf(column),
        decision: column.told.decision,
        usage: column.section.usage,
        derived: column.derived,
        ...(column.section.routes !== undefined && { routes: column.section.routes }),
        ...(column.section.correction !== undefined && { correction: column.section.correction }),
      })),
      baseline: baseline.source,
      inputs: [...suite.inputs, ...(answered.gateways?.inputs ?? []), ...answered.cassettes],
      costUsd: evaluation.calls.costUsd,
      uncertified: Object.fromEntries(evaluation.tallies.flatMap((tally) => [...tally.uncertified])),
    },
    report,
    files,
    context,
  );
  return { run, results: files };
}
