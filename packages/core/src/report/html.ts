// The full report as one file: opens offline, runs no script, fetches nothing, reads well on screen and paper.
import type { Block, Report } from '../formats/report.ts';
import { escapeHtml, oneLine, safeUrl } from './escape.ts';
import { blocksHtml, lineHtml, notesHtml, verdictHtml, type Numbering } from './html-blocks.ts';
import { bySeverity, plainOverview } from './headline.ts';
import { htmlStyle } from './html-style.ts';
import { formatCount } from './text.ts';

export interface HtmlOptions {
  /** Commit that was judged. */
  readonly headSha?: string;
  readonly runUrl?: string;
  /** When it was judged, as it is to be shown. */
  readonly date?: string;
}

// Even if an escape were missing, a script could not run and nothing could be sent anywhere.
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** @param given in any order; the worst verdict is shown first */
export function renderHtml(given: readonly Report[], options: HtmlOptions = {}): string {
  const reports = given.toSorted(bySeverity);
  const numbering: Numbering = { charts: 0 };
  const [first] = reports;
  const single = reports.length === 1 && first !== undefined;
  const title = single ? `${first.kind} ${first.name}: ${first.verdict}` : plainOverview(reports);
  const body = single
    ? reportHtml(first, 'h1', numbering)
    : `${overviewHtml(reports)}\n${reports.map((report) => `<section>\n${reportHtml(report, 'h2', numbering)}\n</section>`).join('\n')}`;
  return pageHtml(title, body, options);
}

/** A page of blocks that belong to no report, such as a comparison of runs. */
export function renderHtmlBlocks(title: string, blocks: readonly Block[], options: HtmlOptions = {}): string {
  return pageHtml(title, `<h1>${escapeHtml(title)}</h1>\n${blocksHtml(blocks, { charts: 0 })}`, options);
}

const pageHtml = (title: string, body: string, options: HtmlOptions): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(oneLine(title))}</title>
<style>
${htmlStyle}
</style>
</head>
<body>
<main>
${body}
</main>
${pageFooter(options)}
</body>
</html>
`;

function overviewHtml(reports: readonly Report[]): string {
  const rows = reports.map(
    (report) =>
      `<tr><td class="gate">${report.kind} <code>${escapeHtml(report.name)}</code></td><td>${verdictHtml(report.verdict, report.advisory === true)}</td><td>${lineHtml(report.comparison)}</td><td class="right">${report.n === null ? '–' : formatCount(report.n)}</td></tr>`,
  );
  return `<header>
<h1>${escapeHtml(plainOverview(reports))}</h1>
<div class="scroll"><table>
<thead><tr><th scope="col">gate</th><th scope="col">verdict</th><th scope="col">candidate against production</th><th scope="col" class="right">n</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table></div>
</header>`;
}

function reportHtml(report: Report, heading: 'h1' | 'h2', numbering: Numbering): string {
  const n = report.n === null ? '' : ` · n\u00A0=\u00A0${formatCount(report.n)}`;
  return [
    `<${heading}>${escapeHtml(report.name)} ${verdictHtml(report.verdict, report.advisory === true)}</${heading}>`,
    `<p class="headline">${lineHtml(report.headline)}</p>`,
    `<p class="facts">${report.kind} · ${lineHtml(report.comparison)}${n}</p>`,
    notesHtml(report),
    blocksHtml(report.blocks, numbering),
    footerHtml(report),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function footerHtml(report: Report): string {
  const { baseline, cost, reproduce } = report.footer;
  const lines = [
    ...(baseline === undefined ? [] : [`Baseline ${lineHtml(baseline)}`]),
    ...(cost === undefined ? [] : [lineHtml(cost)]),
    ...(reproduce === undefined ? [] : [`Reproduce: <code>${escapeHtml(reproduce)}</code>`]),
  ];
  return lines.length === 0 ? '' : `<footer>\n${lines.map((line) => `<p>${line}</p>`).join('\n')}\n</footer>`;
}

function pageFooter(options: HtmlOptions): string {
  const run = safeUrl(options.runUrl ?? '');
  const parts = [
    'Made by Pawl',
    ...(options.headSha === undefined ? [] : [`commit <code>${escapeHtml(options.headSha.slice(0, 12))}</code>`]),
    ...(options.date === undefined ? [] : [escapeHtml(options.date)]),
    ...(run === undefined ? [] : [`<a href="${run}" rel="noreferrer">workflow run</a>`]),
  ];
  return `<footer>${parts.join(' · ')}</footer>`;
}
