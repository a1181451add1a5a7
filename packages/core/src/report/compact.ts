// A report cut down to what a comment shows of it, so that it fits where siblings can read it.
import type { Block, Report } from '../formats/report.ts';
import { cutText } from './escape.ts';

export interface CompactLimits {
  readonly rows: number;
  readonly cell: number;
}

/** From what a comment shows at most to a headline; each step is smaller than the one before. */
export const compactSteps: readonly (CompactLimits | 'headline')[] = [
  { rows: 20, cell: 300 },
  { rows: 5, cell: 120 },
  'headline',
];

/** Cuts say so: tables count the rows they lost, and a report without blocks names where they are. */
export function compactReport(report: Report, limits: CompactLimits | 'headline'): Report {
  const footer = Object.fromEntries(
    Object.entries(report.footer).map(([name, text]) => [name, cutText(String(text), 500)]),
  );
  const head: Report = {
    schema: report.schema,
    kind: report.kind,
    name: cutText(report.name, 200),
    verdict: report.verdict,
    ...(report.advisory !== undefined && { advisory: report.advisory }),
    headline: cutText(report.headline, 500),
    comparison: cutText(report.comparison, 500),
    n: report.n,
    blocks: [],
    findings: [],
    problems: [],
    footer,
  };
  if (limits === 'headline')
    return {
      ...head,
      blocks: [{ type: 'text', text: 'The details are too large for a comment; the HTML report has them.' }],
    };
  const { rows, cell } = limits;
  const cut = (text: string): string => cutText(text, cell * 2);
  return {
    ...head,
    blocks: [...blocksWithin(report.blocks, limits), ...beyond(report, rows)],
    findings: report.findings
      .slice(0, rows)
      .map((finding) => ({ ...finding, title: cut(finding.title), message: cut(finding.message) })),
    problems: report.problems.slice(0, rows).map((problem) => ({
      ...problem,
      message: cut(problem.message),
      ...(problem.hint !== undefined && { hint: cut(problem.hint) }),
    })),
  };
}

const blocksWithin = (blocks: readonly Block[], limits: CompactLimits): Block[] => {
  let changes = 0;
  return blocks.flatMap((block): Block[] => {
    if (block.type === 'change') {
      changes += 1;
      return changes > limits.rows ? [] : [changeWithin(block, limits)];
    }
    if ((block.type === 'details' || block.type === 'chart') && block.comment === false) return [];
    if (block.type !== 'details') return [blockWithin(block, limits)];
    const kept = blocksWithin(block.blocks, limits);
    return [{ ...block, blocks: [...kept, ...moreChanges(block.blocks, limits.rows)] }];
  });
};

function blockWithin(
  block: Exclude<Block, { type: 'change' } | { type: 'details' }>,
  { rows, cell }: CompactLimits,
): Block {
  switch (block.type) {
    case 'heading':
      return block;
    case 'text':
      return typeof block.text === 'string' ? { ...block, text: cutText(block.text, cell * 4) } : block;
    case 'code':
      return { ...block, text: cutText(block.text, rows * cell) };
    case 'chart':
      return block;
    case 'table': {
      const kept = block.rows.slice(0, rows);
      const more = block.rows.length - kept.length + (block.more ?? 0);
      const cells = kept.map((line) => line.map((item) => (typeof item === 'string' ? cutText(item, cell) : item)));
      return { ...block, rows: cells, ...(more > 0 && { more }) };
    }
  }
}

function changeWithin(change: Extract<Block, { type: 'change' }>, { cell }: CompactLimits): Block {
  const { type, title, expected, before, after } = change;
  return {
    type,
    title: cutText(title, cell),
    ...(expected !== undefined && { expected: cutText(expected, cell) }),
    before: cutText(before, cell * 2),
    after: cutText(after, cell * 2),
  };
}

function moreChanges(blocks: readonly Block[], rows: number): Block[] {
  const left = blocks.filter((block) => block.type === 'change').length - rows;
  return left > 0 ? [{ type: 'text', text: `and ${left} more` }] : [];
}

function beyond(report: Report, rows: number): Block[] {
  const left = Math.max(0, report.findings.length - rows) + Math.max(0, report.problems.length - rows);
  return [
    ...moreChanges(report.blocks, rows),
    ...(left > 0
      ? [{ type: 'text' as const, text: `${left} more problems and findings are in the HTML report.` }]
      : []),
  ];
}
