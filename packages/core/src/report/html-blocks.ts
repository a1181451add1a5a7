// A report's blocks and problems as HTML.
import { placeOf, type Problem } from '../formats/problem.ts';
import type { Block, Cell, Report, Text } from '../formats/report.ts';
import type { Verdict } from '../formats/verdict.ts';
import { chartSvg } from './chart-svg.ts';
import { chartTable } from './chart-table.ts';
import { escapeHtml } from './escape.ts';
import { codedText, formatCount, isBarCell, isVerdictCell, spansOf, type Span } from './text.ts';

/** Counts charts, since each needs names of its own in the page. */
export interface Numbering {
  charts: number;
}

export const blocksHtml = (blocks: readonly Block[], numbering: Numbering): string =>
  blocks.map((block) => blockHtml(block, numbering)).join('\n');

export const verdictHtml = (verdict: Verdict, advisory = false): string =>
  `<span class="verdict ${verdict}${advisory ? ' advisory' : ''}">${verdict}${advisory ? ' (advisory)' : ''}</span>`;

/** Problems first: what is wrong in the user's own files explains the rest. */
export function notesHtml(report: Report): string {
  const notes = [
    ...report.problems.map((problem) => ({
      level: problem.severity as string,
      title: problem.message,
      text: problem.hint ?? '',
      place: placeOf(problem as Problem),
      tag: problem.code,
    })),
  ];
  if (notes.length === 0) return '';
  const items = notes.map((note) => {
    const where = [
      ...(note.place === '' ? [] : [`<code>${escapeHtml(note.place)}</code>`]),
      ...(note.tag === '' ? [] : [`<span class="muted">${escapeHtml(note.tag)}</span>`]),
    ].join(' ');
    const text = note.text === '' ? '' : `<br><span class="text">${lineHtml(note.text)}</span>`;
    return `<li class="${note.level}"><span class="level">${note.level}</span> ${lineHtml(note.title)}${text}${where === '' ? '' : `<br>${where}`}</li>`;
  });
  return `<ul class="notes">\n${items.join('\n')}\n</ul>`;
}

function blockHtml(block: Block, numbering: Numbering): string {
  switch (block.type) {
    case 'text':
      return `<p class="text">${textHtml(block.text)}</p>`;
    case 'heading':
      return `<h3>${escapeHtml(block.text)}</h3>`;
    case 'table':
      return tableHtml(block);
    case 'chart': {
      numbering.charts += 1;
      const svg = chartSvg(block.title, block.chart, `chart-${numbering.charts}`);
      return `<figure>
<figcaption>${escapeHtml(block.title)}<span class="muted">${escapeHtml(block.chart.alt)}</span></figcaption>
${svg}
<details><summary>Numbers</summary>${tableHtml(chartTable(block.chart))}</details>
</figure>`;
    }
    case 'change':
      return changeHtml(block);
    case 'code':
      return `<pre><code>${escapeHtml(block.text)}</code></pre>`;
    case 'details':
      return `<details><summary>${escapeHtml(block.summary)}</summary>\n<div>\n${blocksHtml(block.blocks, numbering)}\n</div>\n</details>`;
  }
}

const textHtml = (text: Text): string => spansHtml(spansOf(text));

/** One of a report's own lines: headline, comparison, baseline. */
export const lineHtml = (text: string): string => spansHtml(codedText(text));

function spansHtml(spans: readonly Span[]): string {
  return spans
    .map((span) => {
      const body = escapeHtml(span.text);
      if (span.style === 'strong') return `<strong>${body}</strong>`;
      if (span.style === 'code') return `<code>${body}</code>`;
      return span.style === 'muted' ? `<span class="muted">${body}</span>` : body;
    })
    .join('');
}

function tableHtml(table: Extract<Block, { type: 'table' }>): string {
  const side = (index: number): string => (table.columns[index]?.align === 'right' ? ' class="right"' : '');
  const head = table.columns.map((column, index) => `<th scope="col"${side(index)}>${escapeHtml(column.title)}</th>`);
  const rows = table.rows.map(
    (cells) =>
      `<tr>${table.columns.map((_, index) => `<td${side(index)}>${cellHtml(cells[index] ?? '')}</td>`).join('')}</tr>`,
  );
  const more = (table.more ?? 0) > 0 ? `\n<p class="muted">and ${formatCount(table.more ?? 0)} more</p>` : '';
  return `<div class="scroll"><table>
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table></div>${more}`;
}

function cellHtml(cell: Cell): string {
  if (isVerdictCell(cell)) return verdictHtml(cell.verdict);
  if (!isBarCell(cell)) return textHtml(cell as Text);
  const share = Math.round(Math.min(1, Math.max(0, Number.isFinite(cell.bar) ? cell.bar : 0)) * 1000) / 10;
  return `${escapeHtml(cell.text)}<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="6"/><rect class="fill" width="${share}" height="6"/></svg>`;
}

function changeHtml(change: Extract<Block, { type: 'change' }>): string {
  const expected = change.expected === undefined ? '' : `<dt>expected</dt><dd>${escapeHtml(change.expected)}</dd>`;
  return `<div class="change"><strong>${escapeHtml(change.title)}</strong><dl>${expected}<dt>before</dt><dd class="before">${escapeHtml(change.before)}</dd><dt>after</dt><dd class="after">${escapeHtml(change.after)}</dd></dl></div>`;
}
