// What every renderer asks of a report's texts, cells and verdicts.
import type { Block, Cell, Report, Text } from '../formats/report.ts';
import type { Verdict } from '../formats/verdict.ts';

/** One gate's part of what reviewers read. */
export interface Section {
  /** Tells the section from its siblings: action, name and matrix leg. */
  readonly key: string;
  readonly report: Report;
  /** Where the whole report can be read. */
  readonly reportUrl?: string;
}

export type Span = { readonly text: string; readonly style?: 'strong' | 'code' | 'muted' };
type Change = Extract<Block, { type: 'change' }>;

export const spansOf = (text: Text): readonly Span[] =>
  typeof text === 'string' ? [{ text }] : text.map((span) => (typeof span === 'string' ? { text: span } : span));

/**
 * A report's one-line texts may set names in backticks, as people write them. Versions (`name@v1.2.3`) and commits are
 * code even without, since both look like mentions to GitHub.
 */
export function codedText(text: string): readonly Span[] {
  return text.split('`').flatMap((part, index, parts): Span[] => {
    // A last backtick without a partner is a backtick.
    if (index % 2 === 1 && index < parts.length - 1) return [{ text: part, style: 'code' }];
    const plain = index % 2 === 1 ? `\`${part}` : part;
    return plain
      .split(name)
      .map((piece, order) => (order % 2 === 1 ? { text: piece, style: 'code' } : { text: piece }));
  });
}

const name = /((?<![\w@/.-])[A-Za-z0-9][\w/-]*@v\d[\w.+-]*|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}\b)/;

export const plainText = (text: Text): string =>
  spansOf(text)
    .map((span) => span.text)
    .join('');

export const isVerdictCell = (cell: Cell): cell is { verdict: Verdict } =>
  typeof cell === 'object' && 'verdict' in cell;
export const isBarCell = (cell: Cell): cell is { bar: number; text: string } =>
  typeof cell === 'object' && 'bar' in cell;

export function plainCell(cell: Cell): string {
  if (isVerdictCell(cell)) return cell.verdict;
  return isBarCell(cell) ? cell.text : plainText(cell as Text);
}

/** An advisory report says so wherever its verdict stands: it never fails anything. */
export const verdictWords = (report: Report): string =>
  report.advisory === true ? `${report.verdict} (advisory)` : report.verdict;

/** 508239 is `508,239`, everywhere the same whatever the reader's locale. */
export function formatCount(n: number): string {
  const [whole = '', fraction] = String(n).split('.');
  const grouped = whole.replaceAll(/\B(?=(?:\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A number for reading: four significant digits, no needless zeros. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'n/a' : value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  if (magnitude >= 1e15 || magnitude < 1e-6) return value.toExponential(2).replace('-', '−');
  const text = magnitude >= 1000 ? formatCount(Math.round(magnitude)) : String(Number(magnitude.toPrecision(4)));
  return value < 0 ? `−${text}` : text;
}

/** Eight steps of a bar, for places that show text only. */
export function sparkline(values: readonly number[]): string {
  const top = Math.max(...values.filter(Number.isFinite), 0);
  const steps = '▁▂▃▄▅▆▇█';
  return values
    .map((value) =>
      !Number.isFinite(value) || top === 0 ? '·' : (steps[Math.min(7, Math.floor((value / top) * 7.999))] ?? '·'),
    )
    .join('');
}

/** A block, or changes that follow each other: side by side they read better than one by one. */
export type Grouped = Exclude<Block, Change> | { readonly type: 'changes'; readonly changes: readonly Change[] };

export function groupChanges(blocks: readonly Block[]): readonly Grouped[] {
  const grouped: Grouped[] = [];
  for (const block of blocks) {
    const last = grouped.at(-1);
    if (block.type !== 'change') grouped.push(block);
    else if (last?.type === 'changes') grouped[grouped.length - 1] = { ...last, changes: [...last.changes, block] };
    else grouped.push({ type: 'changes', changes: [block] });
  }
  return grouped;
}

/** The row names of a chart's numeric table: bucket names, or the two edges around each count. */
export function bucketNames(buckets: readonly string[], counts: number): readonly string[] {
  if (buckets.length !== counts + 1) return buckets;
  return buckets.slice(0, -1).map((edge, index) => `${edge} – ${buckets[index + 1] ?? ''}`);
}

/** "−60 … 300 minutes": what a histogram without an axis says of it. */
export function bucketRange(chart: {
  readonly buckets: readonly string[];
  readonly unit?: string | undefined;
}): string {
  const ends = `${chart.buckets[0] ?? ''} … ${chart.buckets.at(-1) ?? ''}`;
  return chart.unit === undefined ? ends : `${ends} ${chart.unit}`;
}
