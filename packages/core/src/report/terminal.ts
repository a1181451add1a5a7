// The report on a terminal: no boxes, words before colours, as wide as the window and never wider.
import type { Block, Cell, Chart, Report, Text } from '../formats/report.ts';
import { placeOf, type Problem } from '../formats/problem.ts';
import type { Verdict } from '../formats/verdict.ts';
import { chartTable } from './chart-table.ts';
import { cutText, escapeTerminal, oneLine } from './escape.ts';
import { tableLines } from './terminal-table.ts';
import {
  bucketRange,
  codedText,
  formatCount,
  groupChanges,
  isVerdictCell,
  plainCell,
  plainText,
  sparkline,
  verdictWords,
  type Grouped,
} from './text.ts';
import { wrapText } from './wrap.ts';

export interface TerminalOptions {
  /** Columns of the window. */
  readonly width?: number;
  readonly colour?: boolean;
  /** Rows of a table, changes and problems, each. */
  readonly rows?: number;
}

export interface Page {
  readonly width: number;
  readonly rows: number;
  readonly paint: Paint;
}
type Paint = (style: 'strong' | 'muted' | Verdict, text: string) => string;

/** Blocks that belong to no report, such as a comparison of runs. */
export function renderTerminalBlocks(blocks: readonly Block[], options: TerminalOptions = {}): string {
  return joined(blocksLines(blocks, pageOf(options)));
}

export function renderTerminal(report: Report, options: TerminalOptions = {}): string {
  const page = pageOf(options);
  const n = report.n === null ? '' : `  (n = ${formatCount(report.n)})`;
  const title = `${report.kind} ${clean(report.name)}`;
  const parts = [
    [`${page.paint('strong', title)}  ${page.paint(report.verdict, verdictWords(report))}`],
    [
      ...wrapped(plainLine(report.headline), page),
      ...wrapped(`${plainLine(report.comparison)}${n}`, page).map((line) => page.paint('muted', line)),
    ],
    ...noteLines(report, page),
    ...blocksLines(report.blocks, page),
    footerLines(report, page),
  ];
  return joined(parts);
}

const pageOf = (options: TerminalOptions): Page => ({
  width: Math.min(Math.max(options.width ?? 80, 40), 120),
  rows: options.rows ?? 20,
  paint: options.colour === true ? coloured : (_, text) => text,
});

/** Parts with an empty line between them; empty parts leave none. */
const joined = (parts: readonly (readonly string[])[]): string =>
  `${parts
    .filter((lines) => lines.some((line) => line.trim() !== ''))
    .map((lines) => lines.map((line) => line.trimEnd()).join('\n'))
    .join('\n\n')}\n`;

const clean = (text: string): string => oneLine(escapeTerminal(text));

/** One of the report's own lines, without the backticks around names. */
const plainLine = (text: string): string =>
  clean(
    codedText(text)
      .map((span) => span.text)
      .join(''),
  );

const wrapped = (text: string, page: Page, indent = ''): string[] =>
  wrapText(text, page.width - indent.length).map((line) => indent + line);

function noteLines(report: Report, page: Page): string[][] {
  const notes = [
    ...report.problems.map((problem) => ({
      level: problem.severity,
      text: plainLine([problem.message, problem.hint ?? ''].join(' ')),
      place: clean(placeOf(problem as Problem)),
      tag: clean(problem.code),
    })),
  ];
  const lines = notes.slice(0, page.rows).map((note) => {
    const style = note.level === 'error' ? 'fail' : note.level === 'warning' ? 'inconclusive' : 'muted';
    const [first = '', ...rest] = wrapped(note.text, page, '  ');
    const at = [note.place, note.tag].filter((part) => part !== '').join('  ');
    return [`${page.paint(style, note.level)}${at === '' ? '' : `  ${page.paint('muted', at)}`}`, first, ...rest];
  });
  const more = notes.length - lines.length;
  return [...lines, ...(more > 0 ? [[page.paint('muted', `and ${formatCount(more)} more`)]] : [])];
}

const blocksLines = (blocks: readonly Block[], page: Page): string[][] =>
  groupChanges(blocks).flatMap((block) => blockLines(block, page));

function blockLines(block: Grouped, page: Page): string[][] {
  switch (block.type) {
    case 'text':
      return [textLines(block.text, page)];
    case 'heading':
      return [[page.paint('strong', clean(block.text))]];
    case 'table':
      return [cellsLines(block, page)];
    case 'chart':
      return [chartLines(block.title, block.chart, page)];
    case 'changes':
      return changesLines(block.changes, page);
    case 'code': {
      const lines = escapeTerminal(block.text).split('\n');
      const kept = lines.slice(0, page.rows * 2).map((line) => `  ${cutText(line, page.width - 2)}`);
      return [[...kept, ...(lines.length > kept.length ? [`  … ${lines.length - kept.length} more lines`] : [])]];
    }
    case 'details':
      return [[page.paint('strong', clean(block.summary))], ...blocksLines(block.blocks, page)];
  }
}

const textLines = (text: Text, page: Page): string[] => wrapped(escapeTerminal(plainText(text)), page);

type Table = Extract<Block, { type: 'table' }>;

function cellsLines(table: Table, page: Page): string[] {
  const rows = table.rows.slice(0, page.rows);
  const more = table.rows.length - rows.length + (table.more ?? 0);
  const lines = tableLines(
    table.columns.map((column) => ({ title: clean(column.title), align: column.align ?? 'left' })),
    rows.map((cells) => table.columns.map((_, index) => clean(plainCell(cells[index] ?? '')))),
    page.width,
  );
  const [head = '', ...body] = lines;
  const verdicts = rows.map((cells) =>
    cells.find((cell): cell is Extract<Cell, { verdict: Verdict }> => isVerdictCell(cell)),
  );
  return [
    page.paint('muted', head),
    ...body.map((line) => paintVerdict(line, verdicts, page)),
    ...(more > 0 ? [page.paint('muted', `and ${formatCount(more)} more`)] : []),
  ];
}

// A verdict's word is painted where it stands alone between two columns.
function paintVerdict(line: string, verdicts: readonly unknown[], page: Page): string {
  if (verdicts.every((verdict) => verdict === undefined)) return line;
  return line.replace(/(?<=^| {2})(pass|fail|inconclusive|error)(?= {2}|$)/, (word) =>
    page.paint(word as Verdict, word),
  );
}

function chartLines(title: string, chart: Chart, page: Page): string[] {
  const head = [page.paint('strong', clean(title)), ...wrapped(clean(chart.alt), page)];
  if (chart.type === 'lines') return head;
  if (chart.type === 'intervals') return [...head, ...cellsLines(chartTable(chart), page)];
  const range = clean(bucketRange(chart));
  const label = Math.min(24, Math.max(0, ...chart.series.map((series) => series.name.length)));
  return [
    ...head,
    ...chart.series.map(
      (series) =>
        `${cutText(clean(series.name), label).padEnd(label)}  ${sparkline(series.values.slice(0, page.width - label - 2))}`,
    ),
    page.paint('muted', `${' '.repeat(label)}  ${range}`),
  ];
}

type Changes = Extract<Grouped, { type: 'changes' }>['changes'];

function changesLines(changes: Changes, page: Page): string[][] {
  const shown = changes.slice(0, page.rows).map((change) => {
    const side = (name: string, text: string): string[] => {
      const [first = '', ...rest] = wrapText(escapeTerminal(cutText(text, 1000)), page.width - 11);
      return [`  ${page.paint('muted', name.padEnd(9))}${first}`, ...rest.map((line) => `${' '.repeat(11)}${line}`)];
    };
    return [
      page.paint('strong', cutText(clean(change.title), page.width)),
      ...(change.expected === undefined ? [] : side('expected', change.expected)),
      ...side('before', change.before),
      ...side('after', change.after),
    ];
  });
  const more = changes.length - shown.length;
  return [...shown, ...(more > 0 ? [[page.paint('muted', `and ${formatCount(more)} more`)]] : [])];
}

function footerLines(report: Report, page: Page): string[] {
  const { baseline, cost, reproduce } = report.footer;
  return [
    ...(baseline === undefined ? [] : wrapped(`Baseline ${plainLine(baseline)}`, page)),
    ...(cost === undefined ? [] : wrapped(plainLine(cost), page)),
    // A command stays on one line, so that it can be copied.
    ...(reproduce === undefined ? [] : [`Reproduce: ${clean(reproduce)}`]),
  ].map((line) => page.paint('muted', line));
}

const codes: Readonly<Record<Parameters<Paint>[0], readonly [number, number]>> = {
  strong: [1, 22],
  muted: [2, 22],
  pass: [32, 39],
  fail: [31, 39],
  error: [31, 39],
  inconclusive: [33, 39],
};

const coloured: Paint = (style, text) => `\u001B[${codes[style][0]}m${text}\u001B[${codes[style][1]}m`;
