// The parts of the report that are folded away: slices, and the rows whose answer changed.
import type { Block } from '../formats/report.ts';
import type { Judged } from './charts.ts';
import type { Flip } from './flips.ts';
import { metricTraits } from './metrics.ts';
import type { SliceJudgement } from './slices.ts';
import { headlineMetric, type GateStory } from './story.ts';
import { countText, differenceText, differenceWithInterval, intervalText, numberText, valueText } from './words.ts';

const shownFlips = 20;
const shownSlices = 10;

export function sliceBlocks({ policy, slices, judged }: GateStory): Block[] {
  if (slices.length === 0) return [];
  const metric = headlineMetric(policy);
  const worse = slices.filter((slice) => slice.worse);
  const table = (shown: readonly SliceJudgement[]): Block => ({
    type: 'table',
    columns: [
      { title: 'slice' },
      { title: 'rows', align: 'right' },
      { title: judged.against, align: 'right' },
      { title: 'candidate', align: 'right' },
      { title: 'difference (95 % CI)', align: 'right' },
    ],
    rows: shown
      .slice(0, shownSlices)
      .map((slice) => [
        `${slice.column} = ${slice.value}`,
        countText(slice.rows),
        valueText(slice.baseline),
        valueText(slice.candidate),
        `${differenceText(metric, slice.difference.difference)} (${intervalText(metric, slice.difference.shown)})`,
      ]),
    ...(shown.length > shownSlices && { more: shown.length - shownSlices }),
  });
  const title = metricTraits[metric].title;
  if (worse.length === 0) {
    return [
      {
        type: 'details',
        summary: `No slice is worse: ${title} by slice, ${slices.length} looked at`,
        comment: false,
        blocks: [table(slices)],
      },
    ];
  }
  const [first] = worse;
  const lead = `${worse.length} of ${slices.length} slices ${worse.length === 1 ? 'is' : 'are'} worse in ${title}; the surest is ${first!.column} = ${first!.value} (${differenceWithInterval(metric, first!.difference)}; n = ${countText(first!.rows)}).`;
  return [
    { type: 'text', text: lead },
    { type: 'details', summary: 'Worse slices', blocks: [table(worse)] },
  ];
}

export function flipBlocks({ flips, judged }: GateStory): Block[] {
  if (flips === undefined || flips.newlyWrong.length + flips.newlyRight.length === 0) return [];
  const { newlyWrong, newlyRight } = flips;
  return [
    {
      type: 'details',
      summary: `${countText(newlyWrong.length)} rows newly wrong, ${countText(newlyRight.length)} newly right`,
      blocks: [...flipTable('Newly wrong', newlyWrong, judged), ...flipTable('Newly right', newlyRight, judged)],
    },
  ];
}

function flipTable(title: string, flips: readonly Flip[], { sample, against }: Judged): Block[] {
  if (flips.length === 0) return [];
  const slices = Object.entries(sample.slices);
  return [
    { type: 'heading', text: title },
    {
      type: 'table',
      columns: [
        { title: 'row' },
        ...slices.map(([column]) => ({ title: column })),
        { title: 'truth' },
        { title: against },
        { title: 'candidate' },
        { title: 'its probability', align: 'right' },
      ],
      rows: flips
        .slice(0, shownFlips)
        .map(({ row, id, truth, before, after, chance }) => [
          id,
          ...slices.map(([, values]) => values[row] ?? '–'),
          truth,
          before,
          after,
          chance === undefined ? '–' : numberText(chance),
        ]),
      ...(flips.length > shownFlips && { more: flips.length - shownFlips }),
    },
  ];
}
