// One report as GitHub-flavoured Markdown: a section of the comment, or of the job summary.
import type { Block, Cell, Chart, Report, Text } from '../formats/report.ts';
import { placeOf } from '../formats/problem.ts';
import type { Problem } from '../formats/problem.ts';
import { chartTable } from './chart-table.ts';
import { cutText, escapeMarkdown, escapeMarkdownHtml, markdownCode, markdownFence, oneLine } from './escape.ts';
import {
  bucketRange,
  codedText,
  formatCount,
  groupChanges,
  isBarCell,
  isVerdictCell,
  plainCell,
  sparkline,
  spansOf,
  type Grouped,
  type Span,
} from './text.ts';

export interface MarkdownLimits {
  /** `comment` leaves out the blocks that a report keeps for its full version. */
  readonly place: 'comment' | 'summary';
  /** Rows of a table, changes and problems, each. */
  readonly rows: number;
  /** Characters of a cell, a text or a code block's line. */
  readonly cell: number;
}

export const commentLimits: MarkdownLimits = { place: 'comment', rows: 20, cell: 300 };
export const summaryLimits: MarkdownLimits = { place: 'summary', rows: 200, cell: 1000 };

/**
 * Problems and blocks; without headline and footer, which belong to whoever frames the section. Findings are
 * annotations at their lines: the blocks tell the same with its numbers.
 */
export function renderMarkdown(report: Report, limits: MarkdownLimits = summaryLimits): string {
  return [...problemLines(report, limits), ...blocksMarkdown(report.blocks, limits)].join('\n\n');
}

/** "Baseline … · 388 of 400 answers reused · reproduce: `pawl eval …`". */
export function footerMarkdown(report: Report): string {
  const { baseline, cost, reproduce } = report.footer;
  return [
    ...(baseline === undefined ? [] : [`Baseline ${lineMarkdown(baseline, 300)}`]),
    ...(cost === undefined ? [] : [lineMarkdown(cost, 300)]),
    ...(reproduce === undefined ? [] : [`reproduce: ${markdownCode(cutText(oneLine(reproduce), 500))}`]),
  ].join(' · ');
}

export const textMarkdown = (text: Text, limit: number): string => spansMarkdown(spansOf(text), limit);

/** One of a report's own lines: headline, comparison, baseline. */
export const lineMarkdown = (text: string, limit: number): string =>
  spansMarkdown(codedText(cutText(oneLine(text), limit)), limit);

function spansMarkdown(spans: readonly Span[], limit: number): string {
  let markdown = '';
  for (const span of spans) {
    const body = cutText(span.text, limit);
    if (/^\s/.test(body)) markdown += ' ';
    if (body.trim() === '') continue;
    const escaped = span.style === 'code' ? markdownCode(body, markdown) : escapeMarkdown(body);
    markdown += `${span.style === 'strong' ? `<b>${escaped}</b>` : escaped}${/\s$/.test(body) ? ' ' : ''}`;
  }
  return markdown.trim();
}

function blocksMarkdown(blocks: readonly Block[], limits: MarkdownLimits): string[] {
  return groupChanges(blocks)
    .map((block) => blockMarkdown(block, limits))
    .filter((text) => text !== '');
}

function blockMarkdown(block: Grouped, limits: MarkdownLimits): string {
  switch (block.type) {
    case 'text':
      return textMarkdown(block.text, limits.cell * 4);
    case 'heading':
      return `#### ${escapeMarkdown(cutText(oneLine(block.text), 200))}`;
    case 'table':
      return tableMarkdown(block, limits);
    case 'chart':
      if (limits.place === 'comment' && block.comment === false) return '';
      return chartMarkdown(block.title, block.chart, limits);
    case 'changes':
      return changesMarkdown(block.changes, limits);
    case 'code': {
      const lines = block.text.split('\n');
      const kept = lines.slice(0, limits.rows * 2).map((line) => cutText(line, limits.cell));
      const cut = lines.length > kept.length ? [`… ${formatCount(lines.length - kept.length)} more lines`] : [];
      return markdownFence([...kept, ...cut].join('\n'), block.language);
    }
    case 'details': {
      if (limits.place === 'comment' && block.comment === false) return '';
      return detailsMarkdown(
        escapeMarkdownHtml(cutText(oneLine(block.summary), 300)),
        blocksMarkdown(block.blocks, limits).join('\n\n'),
        false,
      );
    }
  }
}

/** @param summary HTML, already escaped */
export function detailsMarkdown(summary: string, body: string, open: boolean): string {
  return `<details${open ? ' open' : ''}><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

type Table = Extract<Block, { type: 'table' }>;

function tableMarkdown(table: Table, limits: MarkdownLimits): string {
  const rows = table.rows.slice(0, limits.rows);
  const more = table.rows.length - rows.length + (table.more ?? 0);
  return [
    row(table.columns.map((column) => escapeMarkdown(cutText(oneLine(column.title), 120)) || ' ')),
    row(table.columns.map((column) => (column.align === 'right' ? '---:' : '---'))),
    ...rows.map((cells) => row(table.columns.map((_, index) => cellMarkdown(cells[index] ?? '', limits.cell)))),
    ...(more > 0 ? ['', `<sub>and ${formatCount(more)} more</sub>`] : []),
  ].join('\n');
}

function cellMarkdown(cell: Cell, limit: number): string {
  if (isVerdictCell(cell)) return cell.verdict === 'pass' ? 'pass' : `**${cell.verdict}**`;
  if (isBarCell(cell)) return escapeMarkdown(cutText(plainCell(cell), limit));
  return textMarkdown(cell as Text, limit);
}

export const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function chartMarkdown(title: string, chart: Chart, limits: MarkdownLimits): string {
  const caption = `<b>${escapeMarkdown(cutText(oneLine(title), 200))}</b>: ${escapeMarkdown(cutText(oneLine(chart.alt), 500))}`;
  if (chart.type === 'intervals') return `${caption}\n\n${tableMarkdown(chartTable(chart), limits)}`;
  if (chart.type === 'lines') return caption;
  const rows = chart.series
    .slice(0, limits.rows)
    .map((series) => row([escapeMarkdown(cutText(series.name, 80)), `\`${sparkline(series.values.slice(0, 60))}\``]));
  const range = bucketRange(chart);
  return [caption, '', row(['', escapeMarkdown(cutText(range, 160)) || ' ']), '| --- | --- |', ...rows].join('\n');
}

type Changes = Extract<Grouped, { type: 'changes' }>['changes'];

function changesMarkdown(changes: Changes, limits: MarkdownLimits): string {
  const shown = changes.slice(0, limits.rows);
  const more = changes.length - shown.length;
  const tail = more > 0 ? `\n\n<sub>and ${formatCount(more)} more</sub>` : '';
  const short = shown.every(({ expected = '', before, after }) =>
    [expected, before, after].every((text) => text.length <= 120 && !text.includes('\n')),
  );
  if (!short) return shown.map((change) => changeMarkdown(change, limits)).join('\n\n') + tail;
  const expected = shown.some((change) => change.expected !== undefined);
  const titles = ['case', ...(expected ? ['expected'] : []), 'before', 'after'];
  const lines = shown.map((change) =>
    row([
      escapeMarkdown(cutText(change.title, limits.cell)),
      ...(expected ? [markdownCode(change.expected ?? '')] : []),
      markdownCode(change.before),
      markdownCode(change.after),
    ]),
  );
  return [row(titles), row(titles.map(() => '---')), ...lines].join('\n') + tail;
}

function changeMarkdown(change: Changes[number], limits: MarkdownLimits): string {
  const side = (sign: string, text: string): string[] =>
    cutText(text, limits.cell * 2)
      .split('\n')
      .map((line) => `${sign} ${line}`);
  const title = `<b>${escapeMarkdown(cutText(oneLine(change.title), 200))}</b>`;
  const expected = change.expected === undefined ? '' : `, expected ${markdownCode(cutText(change.expected, 200))}`;
  return `${title}${expected}\n\n${markdownFence([...side('-', change.before), ...side('+', change.after)].join('\n'), 'diff')}`;
}

function problemLines(report: Report, limits: MarkdownLimits): string[] {
  const shown = report.problems.slice(0, limits.rows);
  if (shown.length === 0) return [];
  const more = report.problems.length - shown.length;
  const lines = shown.map((problem) => {
    const place = placeOf(problem as Problem);
    const at = place === '' ? '' : `${markdownCode(cutText(place, 200))}: `;
    const hint = problem.hint === undefined ? '' : ` ${lineMarkdown(problem.hint, limits.cell)}`;
    return `- <b>${problem.severity}</b> ${at}${lineMarkdown(problem.message, limits.cell)}${hint} (${markdownCode(cutText(problem.code, 80))})`;
  });
  return [[...lines, ...(more > 0 ? [`- and ${formatCount(more)} more problems`] : [])].join('\n')];
}
