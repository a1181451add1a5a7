// The feature's part of the report: failures first, samples folded, every failed expectation at its line.
import { counted, thousands } from '../dataset/plain-words.ts';
import type { Severity } from '../formats/expectation-types.ts';
import { hasErrors, type Problem } from '../formats/problem.ts';
import { reportSchema } from '../formats/schema-names.ts';
import type { Block, Finding, Report } from '../formats/report.ts';
import { worstVerdict, type Verdict } from '../formats/verdict.ts';
import { changeInWords, type DataChange } from './compare.ts';
import { failing, type ExpectationResult } from './decide.ts';
import { expectationInWords, failureInWords } from './wording.ts';

export interface SampledRow {
  /** 1-based, in the order of the file. */
  readonly row: number;
  readonly value: string | null;
}

/** One data file, judged. */
export interface JudgedFile {
  readonly path: string;
  readonly suiteFile: string;
  readonly verdict: Verdict;
  readonly rows: number;
  readonly columns: number;
  readonly results: readonly ExpectationResult[];
  /** By index of the result. */
  readonly samples: ReadonlyMap<number, readonly SampledRow[]>;
  readonly change?: DataChange;
  /** The baseline in words: where it is from, or why there is none. */
  readonly baseline: string;
}

export interface SectionOptions {
  readonly name: string;
  readonly advisory: boolean;
  readonly failSeverity: Severity;
  readonly reproduce: string;
  readonly problems: readonly Problem[];
}

export function validationReport(files: readonly JudgedFile[], options: SectionOptions): Report {
  const blocked = hasErrors(options.problems) ? (['error'] as const) : [];
  const several = files.length > 1;
  return {
    schema: reportSchema,
    kind: 'data-validation',
    name: options.name,
    verdict: worstVerdict([...files.map(({ verdict }) => verdict), ...blocked]),
    ...(options.advisory && { advisory: true }),
    headline: headlineOf(files, options),
    comparison: comparisonOf(files),
    n: files.length === 0 ? null : files.reduce((sum, { rows }) => sum + rows, 0),
    blocks: files.flatMap((file) => [
      ...(several ? [{ type: 'heading', text: file.path } as const] : []),
      ...fileBlocks(file, options),
    ]),
    findings: files.flatMap((file) => findingsOf(file, options)),
    problems: options.problems.map((problem) => ({ ...problem })),
    footer: {
      ...(files.length > 0 && { baseline: [...new Set(files.map(({ baseline }) => baseline))].join('; ') }),
      reproduce: options.reproduce,
    },
  };
}

function headlineOf(files: readonly JudgedFile[], { failSeverity, problems }: SectionOptions): string {
  const failures = files.flatMap(({ results }) => failing(results, failSeverity));
  const all = files.reduce((sum, { results }) => sum + results.length, 0);
  const problem = problems.find(({ severity }) => severity === 'error');
  const empty = files.find(({ rows }) => rows === 0);
  if (empty !== undefined) return `${empty.path} has no rows, so nothing could be judged`;
  if (failures.length > 0) {
    const [first] = failures;
    const more = failures.length > 1 ? `, and ${failures.length - 1} more` : '';
    return `${failures.length} of ${counted(all, 'expectation')} failed: ${first === undefined ? '' : failureInWords(first)}${more}`;
  }
  if (problem !== undefined) return `could not be judged: ${problem.message.replace(/\.$/, '')}`;
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const warnings = files.flatMap(({ results }) => results).filter(({ success }) => !success).length;
  const warned = warnings > 0 ? `, ${counted(warnings, 'warning')}` : '';
  const holding =
    warnings > 0
      ? holdingOf(all - warnings, all)
      : all === 1
        ? 'the one expectation holds'
        : `all ${thousands(all)} expectations hold`;
  return `${holding} on ${counted(rows, 'row')}${warned}`;
}

/** "3 of 10 expectations hold", "1 of 2 expectations holds", "0 of 1 expectation holds". */
const holdingOf = (holding: number, all: number): string =>
  `${thousands(holding)} of ${counted(all, 'expectation')} ${holding === 1 || all === 1 ? 'holds' : 'hold'}`;

function comparisonOf(files: readonly JudgedFile[]): string {
  const changes = files.flatMap(({ change }) => (change === undefined ? [] : [change]));
  const [only] = changes;
  if (only !== undefined && files.length === 1) return changeInWords(only);
  const results = files.flatMap((file) => file.results);
  const holding = results.filter(({ success }) => success).length;
  return results.length === 0 || files.some(({ rows }) => rows === 0)
    ? 'not judged'
    : holdingOf(holding, results.length);
}

function fileBlocks(file: JudgedFile, { failSeverity }: SectionOptions): Block[] {
  const indexed = file.results.map((result, index) => ({ result, index }));
  const failed = indexed.filter(({ result }) => !result.success);
  const order = [
    ...failed.filter(({ result }) => isFatal(result, failSeverity)),
    ...failed.filter(({ result }) => !isFatal(result, failSeverity)),
  ];
  const blocks: Block[] = [];
  if (file.change !== undefined) blocks.push(...changeBlocks(file.change, file.results));
  if (order.length > 0) blocks.push(resultsTable(order.map(({ result }) => result)));
  for (const { result, index } of order) {
    const sample = file.samples.get(index) ?? [];
    if (sample.length > 0) blocks.push(sampleBlock(result, sample));
  }
  const holding = indexed.filter(({ result }) => result.success).map(({ result }) => result);
  if (holding.length > 0) {
    blocks.push({
      type: 'details',
      summary: counted(holding.length, 'expectation that holds', 'expectations that hold'),
      blocks: [resultsTable(holding)],
    });
  }
  return blocks;
}

function resultsTable(results: readonly ExpectationResult[]): Block {
  return {
    type: 'table',
    columns: [{ title: 'expectation' }, { title: 'verdict' }, { title: 'found', align: 'right' }],
    rows: results.map((result) => [
      expectationInWords(result.expectation),
      result.success
        ? { verdict: 'pass' }
        : result.expectation.severity === 'critical'
          ? { verdict: 'fail' }
          : 'warning',
      result.success && result.rows?.unexpected === 0 ? 'all as expected' : result.found,
    ]),
  };
}

function sampleBlock({ expectation, rows }: ExpectationResult, sample: readonly SampledRow[]): Block {
  const more = (rows?.unexpected ?? sample.length) - sample.length;
  return {
    type: 'details',
    summary: `Rows against "${expectationInWords(expectation)}"`,
    blocks: [
      {
        type: 'table',
        columns: [{ title: 'row', align: 'right' }, { title: 'value' }],
        rows: sample.map(({ row, value }) => [
          thousands(row),
          value === null ? [{ text: 'missing', style: 'muted' }] : [{ text: value, style: 'code' }],
        ]),
        ...(more > 0 && { more }),
      },
    ],
  };
}

/** More failing expectations than this are counted, not named twice. */
const mostNamed = 3;

function changeBlocks(change: DataChange, results: readonly ExpectationResult[]): Block[] {
  const difference = change.rowsAfter - change.rowsBefore;
  const named = (indexes: readonly number[]): string =>
    indexes
      .flatMap((index) => results[index] ?? [])
      .map(({ expectation }) => expectationInWords(expectation))
      .join('; ');
  // What fails is named in the table of results right below; what was fixed is named only here.
  const failing = (indexes: readonly number[]): string =>
    indexes.length > mostNamed ? `${counted(indexes.length, 'expectation')}, below` : named(indexes);
  const rows: [string, string][] = [
    [
      'rows',
      `${thousands(change.rowsBefore)} → ${thousands(change.rowsAfter)} (${difference < 0 ? '−' : '+'}${thousands(Math.abs(difference))})`,
    ],
    ['columns added', change.added.map(({ name, type }) => `${name} (${type})`).join(', ')],
    ['columns removed', change.removed.map(({ name, type }) => `${name} (${type})`).join(', ')],
    ['columns retyped', change.retyped.map(({ name, before, after }) => `${name}: ${before} → ${after}`).join(', ')],
    ['newly failing', failing(change.newlyFailing)],
    ['fixed', named(change.fixed)],
    ['still failing', failing(change.stillFailing)],
  ];
  const shown = rows.filter(([, text], index) => index === 0 || text !== '');
  return [{ type: 'table', columns: [{ title: 'change' }, { title: 'baseline → now' }], rows: shown }];
}

function findingsOf(file: JudgedFile, { failSeverity }: SectionOptions): Finding[] {
  return file.results
    .filter(({ success }) => !success)
    .map((result) => {
      const { expectation } = result;
      return {
        severity: isFatal(result, failSeverity) ? 'error' : 'warning',
        title: `${file.path}: ${expectationInWords(expectation)}`.slice(0, 200),
        message: `${ended(failureInWords(result))}${expectation.notes === undefined ? '' : ` ${expectation.notes}`}`,
        file: file.suiteFile,
        ...(expectation.line !== undefined && { line: expectation.line }),
        ...(expectation.lineColumn !== undefined && { column: expectation.lineColumn }),
      };
    });
}

const ended = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`);

const isFatal = ({ expectation }: ExpectationResult, failSeverity: Severity): boolean =>
  failSeverity === 'warning' || expectation.severity === 'critical';
