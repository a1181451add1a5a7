// The use case: data files and a suite in, report and run out.
import { attachData, dataProblem, findDataFiles, type DataFile } from '../dataset/find-data.ts';
import { findBaselineFile, type BaselineFile } from '../baseline/index.ts';
import type { ExpectationSuite } from '../formats/expectation-suite.ts';
import type { Inputs } from '../formats/inputs.ts';
import type { Outcome } from '../formats/outcome.ts';
import { hasErrors, type Problem, type Read } from '../formats/problem.ts';
import type { BaselineSource } from '../formats/run.ts';
import type { RunContext } from '../formats/run-context.ts';
import type { Column, DataEngine } from '../ports/data-engine.ts';
import type { History } from '../ports/history.ts';
import type { Workspace } from '../ports/workspace.ts';
import { compareSides, type Side } from './compare.ts';
import { decideVerdict, judgeExpectations } from './decide.ts';
import type { dataValidationInputs } from './inputs.ts';
import { brokenPatterns, measure, sampleFailures } from './measure.ts';
import { planValidation, type ValidationPlan } from './plan.ts';
import { readSuite, suiteProblems, type SuiteFile } from './read-suite.ts';
import { outcomeOf } from './record.ts';
import type { JudgedFile } from './section.ts';

export interface ValidateData {
  readonly inputs: Inputs<typeof dataValidationInputs>;
  readonly workspace: Workspace;
  /** Without one, only `baseline: none` and `auto` can be asked for, and nothing is compared. */
  readonly history?: History;
  readonly engine: DataEngine;
  readonly context: RunContext;
}

/** One data file with all that was learnt about it. */
export interface Judged {
  readonly file: JudgedFile;
  readonly source?: BaselineSource;
  readonly before?: Side;
}

/** Judges every data file against the suite; files and baselines that cannot be read are verdict `error`, never `pass`. */
export async function validateData(request: ValidateData): Promise<Outcome> {
  const { inputs, workspace, engine, context } = request;
  const suite = await readSuite(inputs, workspace);
  const files = suite.value === undefined ? { problems: [] } : await dataFiles(request, suite.value.suite);
  const problems: Problem[] = [...suite.problems, ...files.problems];
  if (suite.value === undefined || files.value === undefined || hasErrors(problems)) {
    return outcomeOf(request, { problems, judged: [], usage: true });
  }
  // All files are attached before the first query: the engine opens none afterwards without starting anew.
  const opened: Opened[] = [];
  for (const [index, file] of files.value.entries()) {
    const read = await openFile(request, file, index);
    problems.push(...read.problems);
    if (read.value !== undefined) opened.push(read.value);
  }
  const broken =
    opened.length === 0 ? new Map<string, string>() : await brokenPatterns(suite.value.suite.expectations, engine);
  const unusable = suiteProblems(suite.value.suite, suite.value.path, broken);
  if (unusable.length > 0) {
    return outcomeOf(request, { problems: [...problems, ...unusable], judged: [], suite: suite.value, usage: true });
  }
  const judged: Judged[] = [];
  for (const file of opened) {
    context.progress(`Judging ${file.path}`);
    const read = await judgeFile(request, file, suite.value);
    problems.push(...read.problems);
    if (read.value !== undefined) judged.push(read.value);
  }
  return outcomeOf(request, { problems, judged, suite: suite.value, usage: false, files: files.value });
}

async function dataFiles(
  { inputs, workspace }: ValidateData,
  suite: ExpectationSuite,
): Promise<Read<readonly DataFile[]>> {
  if (inputs.data !== undefined && inputs.data.length > 0) return findDataFiles(inputs.data, workspace);
  if (suite.data !== undefined) return findDataFiles([suite.data], workspace, suite.dataPlace);
  return {
    problems: [
      {
        code: 'INPUT_INVALID',
        severity: 'error',
        message: 'No data is named: neither in the inputs nor in the suite.',
        hint: 'Give the input "data", or the key "data" in the suite.',
      },
    ],
  };
}

interface View {
  readonly name: string;
  readonly columns: readonly Column[];
}

interface Opened {
  readonly path: string;
  readonly now: View;
  readonly baseline: BaselineFile;
  readonly before?: View;
}

async function openFile(request: ValidateData, { path }: DataFile, index: number): Promise<Read<Opened>> {
  const { inputs, workspace, engine, history, context } = request;
  const now = `now_${index}`;
  const columns = await attachData(engine, now, { absolute: await workspace.resolve(path), shown: path });
  if (columns.value === undefined) return { problems: columns.problems };
  const baseline = await findBaselineFile({ wanted: inputs.baseline, path, baseRef: context.baseRef }, history);
  const opened = { path, now: { name: now, columns: columns.value }, baseline };
  if (baseline.state === 'absent') return { value: opened, problems: [] };
  if (baseline.state === 'unreadable') {
    return { value: opened, problems: [unreadableBaseline(path, baseline.reason, baseline.hint)] };
  }
  const name = `before_${index}`;
  const before = await attachData(engine, name, { absolute: baseline.file, shown: path });
  if (before.value !== undefined)
    return { value: { ...opened, before: { name, columns: before.value } }, problems: [] };
  const reason = before.problems[0]?.message ?? 'for no known reason';
  const hint = 'Set the baseline to "none", or to a commit where the file is whole.';
  return { value: opened, problems: [unreadableBaseline(path, reason, hint)] };
}

async function judgeFile(
  request: ValidateData,
  opened: Opened,
  { suite, path: suiteFile }: SuiteFile,
): Promise<Read<Judged>> {
  const { inputs, engine } = request;
  const { path, now, baseline } = opened;
  try {
    const before = opened.before && (await judgeSide(planOf(suite, opened.before), engine));
    const plan = planOf(suite, now);
    const after = await judgeSide(plan, engine);
    const limit = Math.max(0, inputs['sample-rows']);
    const file: JudgedFile = {
      path,
      suiteFile,
      verdict: decideVerdict(after.results, after.rows, inputs['fail-severity']),
      rows: after.rows,
      columns: after.columns.length,
      results: after.results,
      samples: await sampleFailures(plan, after.results, { engine, view: now.name, limit }),
      ...(before !== undefined && { change: compareSides(before, after) }),
      baseline: baselineInWords(baseline, before),
    };
    return {
      value: {
        file,
        ...(before !== undefined && { before }),
        ...(baseline.state === 'present' && { source: baseline.source }),
      },
      problems: after.rows === 0 ? [noRows(path)] : [],
    };
  } catch (cause) {
    return { problems: [dataProblem(cause, path)] };
  }
}

const planOf = (suite: ExpectationSuite, { name, columns }: View): ValidationPlan =>
  planValidation(suite.expectations, name, columns);

async function judgeSide(plan: ValidationPlan, engine: DataEngine): Promise<Side> {
  const measured = await measure(plan, engine);
  return { columns: plan.columns, rows: Number(measured.scan['total']), results: judgeExpectations(plan, measured) };
}

const unreadableBaseline = (path: string, reason: string, hint: string): Problem => ({
  code: 'BASELINE_UNREADABLE',
  severity: 'error',
  message: `The baseline of "${path}" cannot be read: ${reason.replace(/\.$/, '')}.`,
  hint,
  file: path,
});

const noRows = (path: string): Problem => ({
  code: 'DATA_NO_ROWS',
  severity: 'error',
  message: `"${path}" has no rows, so nothing could be judged.`,
  hint: 'Check the step that writes it.',
  file: path,
});

function baselineInWords(baseline: BaselineFile, before: Side | undefined): string {
  if (baseline.state === 'absent') return `none: ${baseline.reason}`;
  if (baseline.state === 'unreadable' || before === undefined) return 'unreadable';
  const { commit, name, source } = baseline.source;
  return `${source === 'merge-base' ? `merge base with ${name}` : name} (${commit?.slice(0, 7)})`;
}
