// The report's part on a prompt: what changed, the numbers, and the cases that changed sides.
import type { Block, Cell } from '../formats/report.ts';
import { changedParts } from './changes.ts';
import type { Compared, Decision, SliceDifference } from './decide.ts';
import { expectedText, type Scorer } from './evaluate.ts';
import { explanation, type Told } from './headline.ts';
import type { Side } from './plan.ts';
import type { CaseResult, Usage } from './results.ts';
import { fieldText } from './template.ts';
import { cut, count, dollars, excerpt, grouped, intervalWords, milliseconds, points, share } from './words.ts';

export interface SectionData {
  readonly told: Told;
  readonly candidate: Side;
  readonly baseline?: Side;
  readonly scorers: readonly Scorer[];
  readonly usage: { readonly after: Usage; readonly before?: Usage };
}

const shownFlips = 20;
const shownSlices = 20;
const shownText = 600;

export function sectionBlocks(data: SectionData): readonly Block[] {
  const { told, candidate, baseline } = data;
  const { decision } = told;
  const blocks: Block[] = [];
  const why = explanation(told);
  if (why !== '') blocks.push({ type: 'text', text: why });
  if (decision.accuracy === undefined) return blocks;
  if (baseline !== undefined) {
    const parts = changedParts(baseline, candidate);
    blocks.push({
      type: 'text',
      text: parts.length === 0 ? 'Model, messages and parameters are unchanged.' : `Changed: ${parts.join(', ')}.`,
    });
  }
  blocks.push(metricsTable(data));
  const compared = comparedOf(decision).filter(({ judgement }) => judgement !== undefined);
  if (compared.length > 1) blocks.push(intervalChart(compared, told.policy.margin));
  blocks.push(...flipDetails('newly wrong', decision.newlyWrong, data));
  blocks.push(...flipDetails('newly right', decision.newlyRight, data));
  if (decision.slices.length > 0) blocks.push(sliceDetails(decision.slices));
  return blocks;
}

/** A single evaluator is the accuracy itself and is not said twice. */
const comparedOf = ({ accuracy, evaluators }: Decision): readonly Compared[] =>
  accuracy === undefined ? [] : [accuracy, ...(evaluators.length > 1 ? evaluators : [])];

function metricsTable({ told, usage, baseline }: SectionData): Block {
  const rows: Cell[][] = comparedOf(told.decision).map(({ name, before, after, judgement }) => {
    const difference = judgement?.shown;
    return [
      name,
      before === undefined ? '–' : share(before),
      share(after),
      difference === undefined ? '–' : `${points(difference.difference)} pts (${intervalWords(difference)})`,
    ];
  });
  const { after, before } = usage;
  const add = <T>(name: string, read: (side: Usage) => T | undefined, say: (value: T) => string): void => {
    const now = read(after);
    const old = before === undefined ? undefined : read(before);
    if (now === undefined && old === undefined) return;
    rows.push([name, old === undefined ? '–' : say(old), now === undefined ? '–' : say(now), '']);
  };
  add('latency, median', (side) => side.latency?.median, milliseconds);
  add('latency, 95 % below', (side) => side.latency?.p95, milliseconds);
  add(
    'tokens in / out',
    (side) => side.tokens,
    ({ prompt, completion }) => `${grouped(prompt)} / ${grouped(completion)}`,
  );
  add('cost', (side) => side.costUsd, dollars);
  if (after.cut > 0 || (before?.cut ?? 0) > 0) add('answers cut at the token limit', (side) => side.cut, grouped);
  return {
    type: 'table',
    columns: [
      { title: 'metric' },
      { title: baseline === undefined ? 'no baseline' : 'baseline', align: 'right' },
      { title: 'candidate', align: 'right' },
      { title: 'difference (95 % CI)', align: 'right' },
    ],
    rows,
  };
}

function intervalChart(compared: readonly Compared[], margin: number): Block {
  const rows = compared.flatMap(({ name, judgement }) =>
    judgement === undefined
      ? []
      : [
          {
            name,
            value: judgement.shown.difference * 100,
            low: judgement.shown.low * 100,
            high: judgement.shown.high * 100,
          },
        ],
  );
  const alt = rows.map(({ name, value }) => `${name} ${points(value / 100)} points`).join(', ');
  const chart = { type: 'intervals' as const, alt, unit: 'points', margin: -margin * 100, rows };
  return { type: 'chart', title: 'Difference by evaluator, 95 % CI', chart };
}

function flipDetails(words: string, flips: readonly CaseResult[], data: SectionData): readonly Block[] {
  if (flips.length === 0) return [];
  const blocks: Block[] = flips.slice(0, shownFlips).map((result) => ({
    type: 'change',
    title: titleOf(result, data),
    expected: excerpt(expected(result, data.scorers), shownText),
    before: shownOutput(result.before?.output),
    after: shownOutput(result.after?.output),
  }));
  if (flips.length > shownFlips)
    blocks.push({ type: 'text', text: `${count(flips.length - shownFlips, 'more case')} in cases.jsonl.` });
  return [{ type: 'details', summary: `${count(flips.length, 'case')} ${words}`, blocks }];
}

/** The case's name, and what the messages took from it. */
function titleOf({ case: { id, fields } }: CaseResult, { candidate }: SectionData): string {
  const names = new Set(candidate.templates.flatMap(({ template }) => template.names));
  const texts = [...names].map((name) => fieldText(fields, name) ?? '').filter((text) => text !== '' && text !== id);
  return texts.length === 0 ? id : `${id}: ${excerpt(texts.join(' · '), 160)}`;
}

/** `equals` alone is the expected text itself; else what was asked of the answer, in words. */
function expected({ case: { fields } }: CaseResult, scorers: readonly Scorer[]): string {
  const checks = scorers.flatMap((scorer) => scorer.checks);
  const text = expectedText(scorers, fields);
  return checks.length === 1 && checks[0]?.criterion === 'equals' ? text.slice('is "'.length, -1) : text;
}

function shownOutput(output: string | undefined): string {
  if (output === undefined) return '(no answer)';
  if (output === '') return '(an empty answer)';
  return output.length > shownText ? `${cut(output, shownText)} …` : output;
}

function sliceDetails(slices: readonly SliceDifference[]): Block {
  const marked = slices.filter((slice) => slice.marked);
  const summary =
    marked.length === 0
      ? `${count(slices.length, 'slice')}, none of which stands out`
      : `${count(marked.length, 'slice')} of ${slices.length} differ by more than chance`;
  return {
    type: 'details',
    summary,
    blocks: [
      {
        type: 'table',
        columns: [
          { title: 'slice' },
          { title: 'n', align: 'right' },
          { title: 'baseline', align: 'right' },
          { title: 'candidate', align: 'right' },
          { title: 'difference', align: 'right' },
          { title: 'adjusted p', align: 'right' },
        ],
        rows: slices
          .slice(0, shownSlices)
          .map(({ field, value, n, before, after, p, marked: stands }) => [
            stands
              ? [{ text: `${field}=${excerpt(value, 60)}`, style: 'strong' as const }]
              : `${field}=${excerpt(value, 60)}`,
            grouped(n),
            share(before),
            share(after),
            `${points(after - before)} pts`,
            p < 0.001 ? '< 0.001' : p.toFixed(3),
          ]),
        ...(slices.length > shownSlices && { more: slices.length - shownSlices }),
      },
      {
        type: 'text',
        text: 'Slices explain; they do not decide. Marked are those below a false discovery rate of 10 %.',
      },
    ],
  };
}
