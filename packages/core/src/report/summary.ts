// The job summary: one gate in full, within GitHub's 1 MiB of UTF-8 a step.
import type { Report } from '../formats/report.ts';
import { cutText, markdownCode, oneLine, safeUrl } from './escape.ts';
import {
  commentLimits,
  footerMarkdown,
  lineMarkdown,
  renderMarkdown,
  summaryLimits,
  type MarkdownLimits,
} from './markdown.ts';
import { formatCount, verdictWords } from './text.ts';

/** GitHub drops the whole summary of a step that is larger. */
export const summaryLimitBytes = 1024 * 1024;

export interface SummaryOptions {
  readonly reportUrl?: string;
  readonly limitBytes?: number;
}

export function renderSummary(report: Report, options: SummaryOptions = {}): string {
  const limit = options.limitBytes ?? summaryLimitBytes;
  const link = safeUrl(options.reportUrl ?? '');
  const where = link === undefined ? 'The HTML report' : `The [full report](${link})`;
  for (const limits of [summaryLimits, { ...commentLimits, place: 'summary' } as MarkdownLimits, smallest]) {
    const cut =
      limits === summaryLimits
        ? []
        : [`Left out here to fit a job summary: some rows and examples. ${where} has everything.`];
    const text = page([renderMarkdown(report, limits), ...cut], report, link);
    if (bytesOf(text) <= limit) return text;
  }
  return page([`Left out here to fit a job summary: everything but the verdict. ${where} has it.`], report, link);
}

const smallest: MarkdownLimits = { place: 'comment', rows: 3, cell: 120 };

function page(parts: readonly string[], report: Report, link: string | undefined): string {
  const n = report.n === null ? '' : ` · n = ${formatCount(report.n)}`;
  const footer = [footerMarkdown(report), link === undefined ? '' : `[full report](${link})`].filter(
    (part) => part !== '',
  );
  return `${[
    `### ${report.kind} ${markdownCode(cutText(oneLine(report.name), 80))}: ${verdictWords(report)}`,
    lineMarkdown(report.headline, 500),
    `${lineMarkdown(report.comparison, 500)}${n}`,
    ...parts,
    ...(footer.length > 0 ? [`<sub>${footer.join(' · ')}</sub>`] : []),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
