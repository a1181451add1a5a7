// What is kept of a drift report: the run, its metrics, and a line for each column.
import { canonicalJson } from '../formats/canonical.ts';
import { fileStem } from '../dataset/find-data.ts';
import type { Outcome } from '../formats/outcome.ts';
import { runSchema } from '../formats/schema-names.ts';
import type { Metric, Run, RunInput } from '../formats/run.ts';
import type { DriftJudgement } from './decide.ts';
import type { Found, ReportDrift } from './report-drift.ts';
import { driftReport } from './section.ts';

export async function outcomeOf(request: ReportDrift, found: Found): Promise<Outcome> {
  const { inputs, context } = request;
  const { judgement, reference, rows } = found;
  const name = found.policy?.name ?? fileStem(inputs.current);
  const report = driftReport(judgement, {
    name,
    advisory: inputs.advisory,
    current: inputs.current,
    rows: rows?.current ?? null,
    ...(reference !== undefined && { reference: referenceInWords(reference.shown, rows?.reference) }),
    reproduce: commandOf(inputs),
    problems: found.problems,
  });
  const reportText = JSON.stringify(report, null, 2);
  if (found.usage) return { report, results: { 'report.json': reportText }, usage: true };
  const results = { 'report.json': reportText, 'columns.jsonl': judgement === undefined ? '' : columnLines(judgement) };
  const inputsRead = await runInputs(request, found);
  const digest = inputsRead.find(({ role, path }) => role === 'data' && path === inputs.current)?.digest;
  const run: Run = {
    schema: runSchema,
    id: context.runId,
    kind: 'drift-report',
    name,
    verdict: report.verdict,
    ...(inputs.advisory && { advisory: true }),
    headline: report.headline,
    startedAt: context.startedAt,
    origin: context.origin,
    ...(digest !== undefined && { subject: { name, digest } }),
    baseline: reference?.source ?? { source: 'none' },
    inputs: inputsRead,
    params: { reference: inputs.reference, ...policyParams(found) },
    metrics: metricsOf(found),
    results: Object.fromEntries(Object.entries(results).map(([file, text]) => [file, context.sha256(text)])),
    endedAt: context.endedAt(),
  };
  return { report, run, results, usage: false };
}

const referenceInWords = (shown: string, rows: number | undefined): string =>
  rows === undefined ? shown : `${shown} (${String(rows).replace(/\B(?=(\d{3})+$)/g, ',')} rows)`;

const policyParams = ({ policy }: Found): Run['params'] =>
  policy === undefined
    ? {}
    : {
        threshold: policy.threshold,
        'false-alarms': policy['false-alarms'],
        'min-rows': policy['min-rows'],
        'max-drifted': policy['max-drifted'],
        'missing-rise': policy['missing-rise'],
      };

function metricsOf({ judgement, rows }: Found): Record<string, Metric> {
  const columns = judgement?.columns ?? [];
  const largest = columns
    .flatMap(({ comparison }) => (comparison === undefined ? [] : [comparison.shift]))
    .toSorted((a, b) => b.size - a.size)[0];
  return {
    drifted_columns: {
      value: judgement === undefined ? null : columns.filter(({ verdict }) => verdict === 'fail').length,
      n: judgement?.compared ?? 0,
      direction: 'lower',
    },
    compared_columns: { value: judgement?.compared ?? null },
    ...(largest !== undefined && {
      largest_shift: {
        value: largest.size,
        interval: [largest.low, largest.high] as [number, number],
        level: 0.95,
        direction: 'lower' as const,
      },
    }),
    rows: { value: rows?.current ?? null, ...(rows !== undefined && { baseline: rows.reference }) },
  };
}

async function runInputs({ workspace, inputs }: ReportDrift, { reference }: Found): Promise<RunInput[]> {
  const wanted = [
    { role: 'data' as const, path: inputs.current },
    ...(reference?.source.source === 'file' ? [{ role: 'data' as const, path: inputs.reference }] : []),
    ...(inputs.policy === undefined ? [] : [{ role: 'policy' as const, path: inputs.policy }]),
  ];
  const found: RunInput[] = [];
  for (const { role, path } of wanted) {
    const print = await workspace.fingerprint(path);
    if (print !== undefined) found.push({ role, path, ...print });
  }
  return found;
}

function columnLines({ columns }: DriftJudgement): string {
  return columns
    .map(({ plan, verdict, cause, reason, adjusted, missing, comparison }) => {
      const { histogram, unknown, ...numbers } = comparison ?? {};
      return `${canonicalJson({ column: plan.name, compare: plan.compare, verdict, cause, reason, adjustedPValue: adjusted, missing, ...numbers, unknownShare: unknown?.share, buckets: histogram?.buckets.length })}\n`;
    })
    .join('');
}

function commandOf(inputs: ReportDrift['inputs']): string {
  const quoted = (text: string): string => (/^[\w./@:=+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
  return [
    `pawl drift --reference ${quoted(inputs.reference)} --current ${quoted(inputs.current)}`,
    ...(inputs.policy === undefined ? [] : [`--policy ${quoted(inputs.policy)}`]),
  ].join(' ');
}
