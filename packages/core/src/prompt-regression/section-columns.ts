// The report's part on a suite of several columns: one line for each, and what changed sides in each.
import type { Block, Cell } from '../formats/report.ts';
import type { Verdict } from '../formats/verdict.ts';
import { comparison, explanation, headline, type Told } from './headline.ts';
import { comparedOf, sectionBlocks, type SectionData } from './section.ts';
import { count, dollars, excerpt, intervalWords, milliseconds, points, share } from './words.ts';

export interface ToldColumn {
  readonly label: string;
  readonly told: Told;
  readonly section: SectionData;
}

const labelLimit = 60;

/** "2 of 6 columns fail; gpt-4o · short: 31 cases newly wrong, 7 newly right: accuracy 0.87 → 0.81". */
export function columnsHeadline(columns: readonly ToldColumn[], verdict: Verdict): string {
  const alike = columns.filter(({ told }) => told.decision.verdict === verdict);
  const [worst] = [...alike].sort((a, b) => changeOf(a) - changeOf(b));
  if (worst === undefined) return 'no prompt is asked through any provider';
  const words: Readonly<Record<Verdict, readonly [string, string]>> = {
    pass: ['passes', 'pass'],
    fail: ['fails', 'fail'],
    inconclusive: ['is inconclusive', 'are inconclusive'],
    error: ['could not be judged', 'could not be judged'],
  };
  const [one, many] = words[verdict];
  const how = alike.length === 1 ? one : many;
  const who =
    alike.length === columns.length
      ? `${columns.length === 2 ? 'both' : `all ${columns.length}`} columns ${many}`
      : `${alike.length} of ${columns.length} columns ${how}`;
  return `${who}; ${excerpt(worst.label, labelLimit)}: ${headline(worst.told)}`;
}

export function columnsComparison(columns: readonly ToldColumn[]): string {
  const [worst] = [...columns].sort((a, b) => changeOf(a) - changeOf(b));
  return worst === undefined
    ? 'not judged'
    : `${excerpt(worst.label, labelLimit)}: ${comparison(worst.told.decision.accuracy)}`;
}

/** The loss where there is a baseline, else how far the accuracy is from 1. */
function changeOf({ told: { decision } }: ToldColumn): number {
  const { accuracy } = decision;
  if (accuracy === undefined) return -Infinity;
  return accuracy.before === undefined ? accuracy.after - 2 : accuracy.after - accuracy.before;
}

export function columnBlocks(columns: readonly ToldColumn[]): readonly Block[] {
  return [columnsTable(columns), ...scoresTable(columns), ...columns.flatMap(columnDetails)];
}

function columnsTable(columns: readonly ToldColumn[]): Block {
  return {
    type: 'table',
    columns: [
      { title: 'column' },
      { title: 'verdict' },
      { title: 'baseline', align: 'right' },
      { title: 'accuracy', align: 'right' },
      { title: 'difference (95 % CI)', align: 'right' },
      { title: 'latency, median', align: 'right' },
      { title: 'cost', align: 'right' },
    ],
    rows: columns.map(({ label, told: { decision }, section: { usage } }): Cell[] => {
      const { accuracy, verdict } = decision;
      const difference = accuracy?.judgement?.shown;
      const { latency, costUsd } = usage.after;
      return [
        excerpt(label, labelLimit),
        verdict === 'fail' || verdict === 'error' ? [{ text: verdict, style: 'strong' }] : verdict,
        accuracy?.before === undefined ? '–' : share(accuracy.before),
        accuracy === undefined ? '–' : share(accuracy.after),
        difference === undefined ? '–' : `${points(difference.difference)} pts (${intervalWords(difference)})`,
        latency === undefined ? '–' : milliseconds(latency.median),
        costUsd === undefined ? '–' : dollars(costUsd),
      ];
    }),
  };
}

/** Named scores by column, where there are any. */
function scoresTable(columns: readonly ToldColumn[]): readonly Block[] {
  const scores = columns.map(
    ({ told }) =>
      new Map(
        comparedOf(told.decision)
          .slice(1)
          .map((each) => [each.name, each]),
      ),
  );
  const names = [...new Set(scores.flatMap((each) => [...each.keys()]))];
  if (names.length === 0) return [];
  return [
    {
      type: 'table',
      columns: [
        { title: 'score' },
        ...columns.map(({ label }) => ({ title: excerpt(label, 40), align: 'right' as const })),
      ],
      rows: names.map((name): Cell[] => [
        name,
        ...scores.map((each): Cell => {
          const score = each.get(name);
          if (score === undefined) return '–';
          return score.before === undefined ? share(score.after) : `${share(score.before)} → ${share(score.after)}`;
        }),
      ]),
    },
  ];
}

function columnDetails({ label, told, section }: ToldColumn): readonly Block[] {
  const { newlyWrong, newlyRight, wrong = [], verdict } = told.decision;
  const nothing = newlyWrong.length === 0 && newlyRight.length === 0 && wrong.length === 0;
  if (verdict === 'pass' && nothing && section.routes === undefined) return [];
  // Its reason is part of its own blocks, but where nothing was judged there are none.
  const blocks = sectionBlocks(section);
  const flips = newlyWrong.length + newlyRight.length;
  const summary = `${excerpt(label, labelLimit)}: ${verdict}${flips === 0 ? '' : `, ${count(flips, 'case')} changed`}`;
  return [
    { type: 'details', summary, blocks: blocks.length > 0 ? [...blocks] : [{ type: 'text', text: explanation(told) }] },
  ];
}
