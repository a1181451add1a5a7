// The report's part on a prompt: what changed, the numbers, and the cases that changed sides.
import type { Block, Cell } from '../formats/report.ts';
import { changedParts } from './changes.ts';
import type { Compared, Decision, SliceDifference } from './decide.ts';
import type { Column } from './columns.ts';
import { routeBlocks, type GatewayRoutes } from './gateway/index.ts';
import { explanation, type Told } from './headline.ts';
import { isAccuracyAlone, judgementBlocks } from './judgement-words.ts';
import { correctionWords, type Correction } from './label-correction.ts';
import type { CaseResult } from './results.ts';
import { flipDetails, titleOf } from './section-flips.ts';
import { timedApart, type Usage } from './usage.ts';
import { byList, count, dollars, excerpt, grouped, intervalWords, milliseconds, points, share, verb } from './words.ts';
import { wrongCases } from './wrong-cases.ts';

export interface SectionData {
  readonly told: Told;
  readonly candidate: Column;
  readonly baseline?: Column;
  /** What an answer to the case was expected to be. */
  readonly expected: (item: CaseResult['case']) => string;
  readonly usage: { readonly after: Usage; readonly before?: Usage };
  /** Of the gateway under test. */
  readonly routes?: GatewayRoutes;
  /** What changed in its configuration. */
  readonly changed?: readonly Block[];
  /** By people's labels. */
  readonly correction?: Correction;
  /** The run's id, when it is kept: its record has every case. */
  readonly kept?: string;
}

const shownSlices = 20;

export function sectionBlocks(data: SectionData): readonly Block[] {
  const { told, candidate, baseline } = data;
  const { decision } = told;
  const blocks: Block[] = [];
  const why = explanation(told);
  if (why !== '') blocks.push({ type: 'text', text: why });
  if (decision.accuracy === undefined) return blocks;
  if (baseline !== undefined) {
    const parts = changedParts(baseline, candidate);
    if (parts.length > 0) blocks.push({ type: 'text', text: `Changed: ${parts.join(', ')}.` });
    else if (!decision.reasons.includes('unchanged'))
      blocks.push({ type: 'text', text: 'Model, messages and parameters are unchanged.' });
  }
  blocks.push(...(data.changed ?? []), metricsTable(data), ...replayBlocks(data));
  if (data.correction !== undefined) blocks.push({ type: 'text', text: correctionWords(data.correction, decision) });
  if (data.routes !== undefined) blocks.push(...routeBlocks(data.routes));
  const compared = comparedOf(decision).filter(({ judgement }) => judgement !== undefined);
  if (compared.length > 1) blocks.push(intervalChart(compared, told.policy.margin));
  blocks.push(...flipDetails('newly-wrong', decision.newlyWrong, data));
  blocks.push(...flipDetails('newly-right', decision.newlyRight, data));
  const { kept } = data;
  const titled = (result: CaseResult): string => titleOf(result, data);
  blocks.push(...wrongCases(decision.wrong ?? [], { titleOf: titled, ...(kept !== undefined && { kept }) }));
  blocks.push(...judgementBlocks(decision));
  if (decision.slices.length > 0) blocks.push(sliceDetails(decision.slices));
  return blocks;
}

export function comparedOf(decision: Decision): readonly Compared[] {
  const { accuracy, evaluators } = decision;
  if (accuracy === undefined) return [];
  return [accuracy, ...(isAccuracyAlone(decision) ? [] : evaluators)];
}

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
  const times = [
    ['latency', 'latency'],
    ['first token', 'firstToken'],
    ['between tokens', 'betweenTokens'],
  ] as const;
  for (const [name, key] of times) {
    add(`${name}, median`, (side) => side[key]?.median, milliseconds);
    add(`${name}, 95 % below`, (side) => side[key]?.p95, milliseconds);
  }
  add(
    'tokens in / out',
    (side) => side.tokens,
    ({ prompt, completion }) => `${grouped(prompt)} / ${grouped(completion)}`,
  );
  // Recordings may be of another day, and what an endpoint itself said is of no list.
  const alike = before === undefined || before.costUsd === undefined || before.listPrices === after.listPrices;
  const paid = ({ costUsd, listPrices }: Usage): string | undefined =>
    costUsd === undefined ? undefined : `${dollars(costUsd)}${alike ? '' : byList(listPrices)}`;
  add(`cost${alike ? byList(after.listPrices) : ''}`, paid, String);
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

/** Times of two days compare machines and hours, and not prompts. */
function replayBlocks({ told: { decision }, usage: { after, before } }: SectionData): readonly Block[] {
  if (before === undefined || before.timed.answers === 0 || after.timed.answers === 0) return [];
  const apart = timedApart(before, after);
  const gates = (decision.ratios ?? []).some(({ name }) => !name.startsWith('cost'));
  if (!(apart || (gates && after.timed.replayed > 0))) return [];
  const of = ({ timed: { replayed, answers } }: Usage): string =>
    replayed === 0
      ? 'none'
      : replayed < answers
        ? `${grouped(replayed)} of ${grouped(answers)}`
        : `all ${grouped(answers)}`;
  const hint = !gates
    ? ''
    : apart
      ? ' They settle nothing: record both sides together (record: all).'
      : ' Record both sides together (record: all) where machines or hours differ.';
  const text = `Recorded earlier, and timed then: ${of(before)} of the baseline's answers, ${of(after)} of the candidate's.${hint}`;
  return [{ type: 'text', text }];
}

/** Points, as exact as the table beside says them. */
const tenths = (share: number): number => Math.round(share * 1000) / 10;

function intervalChart(compared: readonly Compared[], margin: number): Block {
  const rows = compared.flatMap(({ name, judgement }) =>
    judgement === undefined
      ? []
      : [
          {
            name,
            value: tenths(judgement.shown.difference),
            low: tenths(judgement.shown.low),
            high: tenths(judgement.shown.high),
          },
        ],
  );
  const alt = rows.map(({ name, value }) => `${name} ${points(value / 100)} points`).join(', ');
  const chart = { type: 'intervals' as const, alt, unit: 'points', margin: -margin * 100, rows };
  return { type: 'chart', title: 'Difference by evaluator, 95 % CI', chart, comment: false };
}

function sliceDetails(slices: readonly SliceDifference[]): Block {
  const marked = slices.filter((slice) => slice.marked);
  const summary =
    marked.length === 0
      ? `${count(slices.length, 'slice')}, ${verb(slices.length, 'which does not stand out', 'none of which stands out')}`
      : `${grouped(marked.length)} of ${count(slices.length, 'slice')} ${verb(marked.length, 'differs', 'differ')} by more than chance`;
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
          .map(({ field, value, score, n, before, after, p, marked: stands }) => [
            stands
              ? [{ text: sliceName(field, value, score), style: 'strong' as const }]
              : sliceName(field, value, score),
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
        text: `Slices explain; they do not decide.${marked.length === 0 ? '' : ' Marked are those below a false discovery rate of 10 %.'}`,
      },
    ],
  };
}

const sliceName = (field: string, value: string, score: string | undefined): string =>
  `${score === undefined ? '' : `${excerpt(score, 40)}, `}${field}=${excerpt(value, 60)}`;
