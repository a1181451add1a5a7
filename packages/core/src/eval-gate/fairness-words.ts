// Fairness as a reader sees it: each group's share, with its interval.
import type { FairnessMetric, FairnessRule } from '../formats/gate-fairness.ts';
import type { Block, Cell } from '../formats/report.ts';
import { wilsonInterval } from '../statistics/two-proportions.ts';
import { gapInterval, gapOf, rateOf, ratesOf, type Group, type Rate } from './fairness.ts';
import type { Against, Side } from './task.ts';
import { countText, numberText } from './words.ts';

export const metricTitles: Readonly<Record<FairnessMetric, string>> = {
  'demographic-parity': 'demographic parity',
  'equal-opportunity': 'equal opportunity',
  'equalised-odds': 'equalised odds',
};

/** Of these shares: what a group's rows that count are called. */
const counted: Readonly<Record<Rate, string>> = {
  'selection rate': 'rows',
  'true positive rate': 'positive rows',
  'false positive rate': 'negative rows',
};

/** `12.4 pts` */
export const widestText = ({ difference }: { readonly difference: number }): string =>
  `${numberText(difference * 100, 1)} pts`;

/** `sex = f 0.612 (n = 200)` */
export function groupText({ name, kinds }: Group, rate: Rate): string {
  const { events, of } = rateOf(kinds, rate, 'candidate');
  return `${name} ${numberText(events / of)} (n = ${countText(of)})`;
}

/** The shares of all groups under both models, folded. */
export function fairnessBlock(
  rule: FairnessRule,
  groups: readonly Group[],
  { small, against }: { readonly small: readonly string[]; readonly against: Against | undefined },
): Block {
  const title = `${metricTitles[rule.metric]} by ${rule.column}`;
  const left =
    small.length === 0
      ? []
      : [
          `Left out, with fewer than ${rule['minimum-rows']} rows that count: ${small.slice(0, 10).join(', ')}${small.length > 10 ? ` and ${small.length - 10} more` : ''}.`,
        ];
  return {
    type: 'details',
    summary: `Groups: ${title}`,
    comment: false,
    blocks: [
      ...ratesOf[rule.metric].map((rate) => rateTable(groups, rate, against)),
      ...[...summary(rule, groups), ...left].map((text): Block => ({ type: 'text', text })),
    ],
  };
}

function rateTable(groups: readonly Group[], rate: Rate, against: Against | undefined): Block {
  const sides: Side[] = against === undefined ? ['candidate'] : ['baseline', 'candidate'];
  return {
    type: 'table',
    columns: [
      { title: 'group' },
      { title: counted[rate], align: 'right' },
      ...sides.map((side) => ({
        title: `${rate}, ${side === 'baseline' ? against : side} (95 % CI)`,
        align: 'right' as const,
      })),
    ],
    rows: groups.map(({ name, kinds }): Cell[] => [
      name,
      countText(rateOf(kinds, rate, 'candidate').of),
      ...sides.map((side) => {
        const count = rateOf(kinds, rate, side);
        const [low, high] = wilsonInterval(count, 0.025);
        return `${numberText(count.events / count.of)} (${numberText(low)} … ${numberText(high)})`;
      }),
    ]),
  };
}

function summary({ metric }: FairnessRule, groups: readonly Group[]): string[] {
  const gap = groups.length < 2 ? undefined : gapOf(groups, metric, 'candidate');
  if (gap === undefined) return [];
  const within = (of: 'difference' | 'ratio'): readonly [number, number] =>
    gapInterval(groups, { metric, side: 'candidate' }, { alpha: 0.025, of, simultaneous: true });
  const { high, low, rate } = gap.widest;
  const [least, most] = within('difference');
  const apart = `Furthest apart in ${rate}: ${groupText(high, rate)} and ${groupText(low, rate)}. Widest difference ${widestText(gap)} (${numberText(least * 100, 1)} … ${numberText(most * 100, 1)})`;
  const ratio =
    gap.ratio === null
      ? ''
      : `, smallest ratio ${numberText(gap.ratio)} (${within('ratio')
          .map((value) => numberText(value))
          .join(' … ')})`;
  return [`${apart}${ratio}; 95 %, Newcombe and log intervals with Bonferroni over all pairs of groups.`];
}
