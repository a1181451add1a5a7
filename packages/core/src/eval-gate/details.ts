// The part of the report that tells of slices.
import type { Block } from '../formats/report.ts';
import { headlineMetric } from './asked.ts';
import { leftOutText } from './slice-values.ts';
import type { SliceJudgement } from './slices.ts';
import type { GateStory } from './story.ts';
import { countText, differenceText, differenceWithInterval, intervalText, valueText } from './words.ts';

const shownSlices = 10;

export function sliceBlocks(story: GateStory): Block[] {
  const beyond = story.leftOut.filter((one) => one.beyond > 0);
  return [
    ...lookedAt(story),
    // Rare values are small print; those that had rows enough to be looked at are told to everyone.
    ...beyond.map((one): Block => ({ type: 'text', text: leftOutText(one) })),
  ];
}

/** What the small print says of values that are too rare. */
export const rareValues = ({ leftOut }: GateStory): string[] =>
  leftOut.filter(({ beyond }) => beyond === 0).map(leftOutText);

function lookedAt({ policy, slices, evidence, against }: GateStory): Block[] {
  if (slices.length === 0) return [];
  const traits = evidence.traits(headlineMetric(policy));
  const worse = slices.filter((slice) => slice.worse);
  const table = (shown: readonly SliceJudgement[]): Block => ({
    type: 'table',
    columns: [
      { title: 'slice' },
      { title: 'rows', align: 'right' },
      { title: against, align: 'right' },
      { title: 'candidate', align: 'right' },
      { title: 'difference (95 % CI)', align: 'right' },
    ],
    rows: shown
      .slice(0, shownSlices)
      .map((slice) => [
        slice.title,
        countText(slice.rows),
        valueText(slice.baseline),
        valueText(slice.candidate),
        `${differenceText(traits, slice.difference.difference)} (${intervalText(traits, slice.difference.shown)})`,
      ]),
    ...(shown.length > shownSlices && { more: shown.length - shownSlices }),
  });
  const { title } = traits;
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
  const lead = `${worse.length} of ${slices.length} slices ${worse.length === 1 ? 'is' : 'are'} worse in ${title}; the surest is ${first!.title} (${differenceWithInterval(traits, first!.difference)}; n = ${countText(first!.rows)}).`;
  return [
    { type: 'text', text: lead },
    { type: 'details', summary: 'Worse slices', blocks: [table(worse)] },
  ];
}
