// The one comment of a pull request: all gates in one table, then each gate's evidence, failures open and first.
// It always fits its budget, and says what was left out.
import { bySeverity, headlineOf } from './headline.ts';
import { cutText, escapeMarkdownHtml, markdownCode, oneLine, safeUrl } from './escape.ts';
import {
  commentLimits,
  detailsMarkdown,
  footerMarkdown,
  lineMarkdown,
  renderMarkdown,
  row,
  type MarkdownLimits,
} from './markdown.ts';
import { formatCount, verdictWords, type Section } from './text.ts';

export interface CommentOptions {
  /** First line, hidden: how the comment is found again. */
  readonly marker: string;
  readonly headSha: string;
  readonly runUrl?: string;
  /** Characters; GitHub takes 65,536. */
  readonly budget?: number;
}

/** `<!-- pawl comment: KEY -->`. The key is cut down to characters that cannot end an HTML comment. */
export const commentMarker = (key: string): string =>
  `<!-- pawl comment: ${key.replaceAll(/[^A-Za-z0-9 ._/-]/g, '_').replaceAll('--', '__')} -->`;

export function renderComment(sections: readonly Section[], options: CommentOptions): string {
  const ordered = sections.toSorted(
    (a, b) => bySeverity(a.report, b.report) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
  );
  const budget = options.budget ?? 60_000;
  const levels = ordered.map(() => 0);
  const bodies = ordered.map((section) => sectionMarkdown(section, commentLimits));
  const page = (rows: number): string => compose(ordered, bodies, { ...options, rows, levels });

  // Room for the sentence that says what was left out is kept from the first cut on.
  const frame = compose(ordered, [], { ...options, rows: ordered.length, levels }).length + noteRoom;
  let length = frame + bodies.reduce((sum, body) => sum + body.length + 2, 0);
  if (length - noteRoom <= budget) return page(ordered.length);
  for (const { index, level } of cutOrder(ordered)) {
    if (length <= budget) break;
    const section = ordered[index];
    if (section === undefined) continue;
    const body = sectionMarkdown(section, cutLevels[level] ?? 'none');
    length += body.length - (bodies[index] ?? '').length;
    bodies[index] = body;
    levels[index] = level;
  }
  let rows = ordered.length;
  while (page(rows).length > budget && rows > 0) rows = Math.floor(rows * 0.8);
  return page(rows);
}

const noteRoom = 500;

/** From everything to nothing: all details, a few examples, footer only, nothing beside the table's row. */
const cutLevels: readonly (MarkdownLimits | 'footer' | 'none')[] = [
  commentLimits,
  { place: 'comment', rows: 5, cell: 120 },
  'footer',
  'none',
];

/** The least important goes first: details of passing gates, then examples, then details from the last gate up. */
function cutOrder(ordered: readonly Section[]): readonly { index: number; level: number }[] {
  const indexes = ordered.map((_, index) => index).toReversed();
  const passing = indexes.filter((index) => ordered[index]?.report.verdict === 'pass');
  const others = indexes.filter((index) => ordered[index]?.report.verdict !== 'pass');
  const steps = (group: readonly number[], level: number) => group.map((index) => ({ index, level }));
  return [
    ...steps(passing, 1),
    ...steps(passing, 2),
    ...steps(others, 1),
    ...steps(passing, 3),
    ...steps(others, 2),
    ...steps(others, 3),
  ];
}

function sectionMarkdown(section: Section, level: MarkdownLimits | 'footer' | 'none'): string {
  if (level === 'none') return '';
  const { report } = section;
  const footer = footerMarkdown(report);
  const body = level === 'footer' ? '' : renderMarkdown(report, level);
  const url = section.reportUrl === undefined ? undefined : safeUrl(section.reportUrl);
  const link = url === undefined ? '' : `[full report](${url})`;
  const tail = [footer, link].filter((part) => part !== '').join(' · ');
  const content = [body, ...(tail === '' ? [] : [`<sub>${tail}</sub>`])].filter((part) => part !== '').join('\n\n');
  if (content === '') return '';
  const name = escapeMarkdownHtml(cutText(oneLine(report.name), 80));
  const headline = escapeMarkdownHtml(cutText(oneLine(report.headline.replaceAll('`', '')), 300));
  const open = report.advisory !== true && (report.verdict === 'fail' || report.verdict === 'error');
  return detailsMarkdown(`<b>${report.kind} <code>${name}</code></b>: ${headline}`, content, open);
}

interface Frame extends CommentOptions {
  readonly rows: number;
  readonly levels: readonly number[];
}

function compose(ordered: readonly Section[], bodies: readonly string[], frame: Frame): string {
  const more = ordered.length - frame.rows;
  const table = [
    row(['gate', 'verdict', 'candidate against production', 'n']),
    row(['---', '---', '---', '---:']),
    ...ordered.slice(0, frame.rows).map(tableRow),
    ...(more > 0 ? ['', `<sub>and ${formatCount(more)} more gates</sub>`] : []),
  ].join('\n');
  return [
    `${frame.marker}\n### ${headlineOf(ordered)}`,
    table,
    ...bodies.filter((body) => body !== ''),
    ...cutNote(ordered, frame),
    frameFooter(frame),
  ].join('\n\n');
}

function tableRow({ report }: Section): string {
  const words = verdictWords(report);
  return row([
    `${report.kind} ${markdownCode(cutText(oneLine(report.name), 80))}`,
    report.verdict === 'pass' || report.advisory === true ? words : `**${words}**`,
    lineMarkdown(report.comparison, 300),
    report.n === null ? '–' : formatCount(report.n),
  ]);
}

function cutNote(ordered: readonly Section[], frame: Frame): string[] {
  const cut = ordered.filter((_, index) => (frame.levels[index] ?? 0) > 0);
  if (cut.length === 0) return [];
  const passing = cut.filter((section) => section.report.verdict === 'pass').length;
  const parts = [
    ...(passing > 0 ? [`details of ${counted(passing, 'passing gate')}`] : []),
    ...(cut.length > passing ? [`examples of ${counted(cut.length - passing, 'other gate')}`] : []),
  ];
  // One report can be linked; of several the workflow run has them all.
  const report = cut.length === 1 ? safeUrl(cut[0]?.reportUrl ?? '') : undefined;
  const run = safeUrl(frame.runUrl ?? '');
  const link = report === undefined ? `[workflow run](${run})` : `[full report](${report})`;
  const where = report === undefined && run === undefined ? 'The HTML report has' : `The ${link} has`;
  return [`Left out here to fit a comment: ${parts.join(', ')}. ${where} everything.`];
}

function frameFooter(frame: Frame): string {
  const run = frame.runUrl === undefined ? undefined : safeUrl(frame.runUrl);
  return `<sub>Pawl at ${markdownCode(frame.headSha.slice(0, 12))}${run === undefined ? '' : ` · [workflow run](${run})`}</sub>`;
}

const counted = (count: number, noun: string): string => `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
