// The first line: the verdict over all gates, in words.
import type { Report } from '../formats/report.ts';
import type { Verdict } from '../formats/verdict.ts';
import { cutText, markdownCode, oneLine } from './escape.ts';
import { lineMarkdown } from './markdown.ts';
import { formatCount, type Section } from './text.ts';

/** As Markdown: "1 of 4 gates failed: `mail-triage` – 31 mails newly wrong". */
export function headlineOf(sections: readonly Section[]): string {
  const reports = sections.map((section) => section.report);
  const parts = headlineParts(reports);
  const names = [...new Set(parts.reports.map((report) => report.name))];
  const named = names.slice(0, 3).map((name) => markdownCode(cutText(oneLine(name), 60)));
  const [only] = parts.reports;
  if (parts.reports.length === 0 || only === undefined) return parts.sentence;
  if (parts.reports.length > 1) {
    const more = names.length - named.length;
    return `${parts.sentence}: ${named.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
  }
  return `${parts.sentence}: ${named[0] ?? ''} – ${lineMarkdown(only.headline, 200)}`;
}

/** The worst verdict first; advice that was not taken comes after what binds. */
export function bySeverity(a: Report, b: Report): number {
  return rank(a) - rank(b);
}

const severity: readonly Verdict[] = ['error', 'fail', 'inconclusive', 'pass'];

const rank = (report: Report): number =>
  report.advisory === true && report.verdict !== 'pass' ? 2.5 : severity.indexOf(report.verdict);

/** The first line without names: a page's title. */
export const plainOverview = (reports: readonly Report[]): string => headlineParts(reports).sentence;

/** One report's verdict and headline, for a check's title and a log's line. */
export function plainHeadline(report: Report): string {
  const advisory = report.advisory === true ? ' (advisory)' : '';
  return `${report.verdict}${advisory}: ${cutText(oneLine(report.headline), 200)}`;
}

function headlineParts(reports: readonly Report[]): { sentence: string; reports: readonly Report[] } {
  const binding = reports.filter((report) => report.advisory !== true);
  const failed = binding.filter((report) => report.verdict === 'fail');
  const broken = binding.filter((report) => report.verdict === 'error');
  const thin = binding.filter((report) => report.verdict === 'inconclusive');
  const advised = reports.filter((report) => report.advisory === true && report.verdict !== 'pass');
  const of = reports.length === 1 ? '' : ` of ${formatCount(reports.length)}`;
  const gates = reports.length === 1 ? 'gate' : 'gates';
  if (failed.length + broken.length > 0) {
    const sentence =
      failed.length === 0
        ? `${formatCount(broken.length)}${of} ${gates} could not be judged`
        : `${formatCount(failed.length)}${of} ${gates} failed${broken.length === 0 ? '' : `, ${formatCount(broken.length)} could not be judged`}`;
    return { sentence, reports: [...failed, ...broken] };
  }
  if (thin.length > 0)
    return {
      sentence: `${formatCount(thin.length)}${of} ${gates} ${thin.length === 1 ? 'is' : 'are'} inconclusive`,
      reports: thin,
    };
  if (reports.length === 0) return { sentence: 'No gate was run', reports: [] };
  const note = advised.length === 0 ? '' : `, ${formatCount(advised.length)} with advice`;
  if (reports.length === 1) return { sentence: advised.length === 0 ? '1 gate passed' : '1 gate has advice', reports };
  return { sentence: `All ${formatCount(reports.length)} gates passed${note}`, reports: advised };
}
