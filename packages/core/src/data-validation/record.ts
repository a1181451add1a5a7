// What is kept of a validation: the run, its metrics, and a line for each expectation.
import { canonicalJson, digestOf } from '../formats/canonical.ts';
import { fileStem, type DataFile } from '../dataset/find-data.ts';
import type { Outcome } from '../formats/outcome.ts';
import type { Problem } from '../formats/problem.ts';
import { runSchema } from '../formats/schema-names.ts';
import type { BaselineSource, Metric, Run, RunInput } from '../formats/run.ts';
import type { SuiteFile } from './read-suite.ts';
import { validationReport } from './section.ts';
import type { Judged, ValidateData } from './validate-data.ts';

export interface Found {
  readonly problems: readonly Problem[];
  readonly judged: readonly Judged[];
  readonly suite?: SuiteFile;
  readonly files?: readonly DataFile[];
  /** The user's files or inputs stopped it before any row was read: no run is kept. */
  readonly usage: boolean;
}

export async function outcomeOf(request: ValidateData, found: Found): Promise<Outcome> {
  const { inputs } = request;
  const name = found.suite?.suite.name ?? fileStem(inputs.data?.[0] ?? inputs.suite ?? 'data');
  const report = validationReport(
    found.judged.map(({ file }) => file),
    {
      name,
      advisory: inputs.advisory,
      failSeverity: inputs['fail-severity'],
      reproduce: commandOf(request),
      problems: found.problems,
    },
  );
  const reportText = JSON.stringify(report, null, 2);
  if (found.usage) return { report, results: { 'report.json': reportText }, usage: true };
  const results = { 'report.json': reportText, 'expectations.jsonl': expectationLines(found.judged) };
  const inputsRead = await runInputs(request, found);
  const { context } = request;
  const run: Run = {
    schema: runSchema,
    id: context.runId,
    kind: 'data-validation',
    name,
    verdict: report.verdict,
    ...(inputs.advisory && { advisory: true }),
    headline: report.headline,
    startedAt: context.startedAt,
    origin: context.origin,
    ...subjectOf(name, inputsRead, request),
    baseline: baselineOf(found.judged),
    inputs: inputsRead,
    params: { baseline: inputs.baseline, 'fail-severity': inputs['fail-severity'] },
    metrics: metricsOf(found.judged),
    results: Object.fromEntries(Object.entries(results).map(([file, text]) => [file, context.sha256(text)])),
    endedAt: context.endedAt(),
  };
  return { report, run, results, usage: false };
}

/** One data file is judged as itself; several together by the digest of their digests. */
function subjectOf(name: string, inputs: readonly RunInput[], { context }: ValidateData): Pick<Run, 'subject'> {
  const digests = inputs.filter(({ role }) => role === 'data').map(({ digest }) => digest);
  const [only] = digests;
  if (only === undefined) return {};
  return { subject: { name, digest: digests.length === 1 ? only : digestOf(digests, context.sha256) } };
}

const baselineOf = (judged: readonly Judged[]): BaselineSource =>
  judged.find(({ source }) => source !== undefined)?.source ?? { source: 'none' };

function metricsOf(judged: readonly Judged[]): Record<string, Metric> {
  const results = judged.flatMap(({ file }) => file.results);
  const before = judged.flatMap((each) => (each.before === undefined ? [] : [each.before]));
  const failed = (of: readonly { readonly success: boolean }[]): number => of.filter(({ success }) => !success).length;
  const compared = before.length === judged.length && before.length > 0;
  const rows = judged.reduce((sum, { file }) => sum + file.rows, 0);
  return {
    failed_expectations: {
      value: failed(results),
      n: results.length,
      direction: 'lower',
      ...(compared && { baseline: failed(before.flatMap((side) => side.results)) }),
    },
    evaluated_expectations: { value: results.length },
    rows: { value: rows, ...(compared && { baseline: before.reduce((sum, side) => sum + side.rows, 0) }) },
  };
}

async function runInputs({ workspace }: ValidateData, { files = [], suite }: Found): Promise<RunInput[]> {
  const wanted = [
    ...files.map(({ path }) => ({ role: 'data' as const, path })),
    ...(suite === undefined ? [] : [{ role: 'suite' as const, path: suite.path }]),
  ];
  const inputs: RunInput[] = [];
  for (const { role, path } of wanted) {
    const print = await workspace.fingerprint(path);
    if (print !== undefined) inputs.push({ role, path, ...print });
  }
  return inputs;
}

/** Values of the data are kept out: the store is for numbers. */
function expectationLines(judged: readonly Judged[]): string {
  return judged
    .flatMap(({ file, before }) =>
      file.results.map((result, index) => {
        const { expectation, success, found, observed, rows, impossible } = result;
        const was = before?.results[index];
        return `${canonicalJson({
          data: file.path,
          type: expectation.type,
          arguments: expectation.arguments,
          severity: expectation.severity,
          success,
          found,
          observed,
          rows,
          impossible,
          before: was && { success: was.success, found: was.found },
        })}\n`;
      }),
    )
    .join('');
}

function commandOf({ inputs }: ValidateData): string {
  const quoted = (text: string): string => (/^[\w./@:=+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
  return [
    'pawl validate',
    ...(inputs.data ?? []).map(quoted),
    ...(inputs.suite === undefined ? [] : [`--suite ${quoted(inputs.suite)}`]),
    ...(inputs.baseline === 'auto' ? [] : [`--baseline ${quoted(inputs.baseline)}`]),
  ].join(' ');
}
