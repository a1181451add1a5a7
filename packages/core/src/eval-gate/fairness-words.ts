// Fairness as a reader sees it: each group's share, with its interval.
import type { FairnessMetric, FairnessRule } from '../formats/gate-fairness.ts';
import type { Block, Cell } from '../formats/report.ts';
import { wilsonInterval } from '../statistics/two-proportions.ts';
import {
  gapInterval,
  gapOf,
  rateOf,
  ratesOf,
  rowsOf,
  trustedCount,
  type Group,
  type Pair,
  type Rate,
} from './fairness.ts';
import type { Against, Side } from './task.ts';
import { clipped, countText, numberText } from './words.ts';

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
export const pointsText = (difference: number): string => `${numberText(difference * 100, 1)} pts`;

/** `10 pts`, as a policy says it. */
export const allowedText = (difference: number): string => pointsText(difference).replace('.0 pts', ' pts');

/** `sex = f 0.612 (n = 200)` */
export function groupText(group: Group, rate: Rate): string {
  const { events, of } = rateOf(group.kinds, rate, 'candidate');
  return `${group.name} ${numberText(events / of)} (n = ${countText(rowsOf(group, rate))})`;
}

/** `m and f`: which column it is the rule's title says. */
export const pairText = ({ high, low }: Pair, rule: FairnessRule): string =>
  [high, low].map(({ name }) => shortName(name, rule)).join(' and ');

function shortName(name: string, { column }: FairnessRule): string {
  const value = name.startsWith(`${column} = `) ? name.slice(column.length + 3) : name;
  return clipped(value, 24);
}

/** `sex = x (n = 12)` */
export function smallText(group: Group, { metric }: FairnessRule): string {
  const rows = Math.min(...ratesOf[metric].map((rate) => rowsOf(group, rate)));
  const one = group.design !== undefined && ratesOf[metric].some((rate) => group.design!.units(rate) === 1);
  return `${clipped(group.name, 40)} (n = ${countText(rows)}${one && rows > 1 ? ', one cluster' : ''})`;
}

export interface ToldGroups {
  readonly measured: readonly Group[];
  /** With too few rows to be measured. */
  readonly small: readonly Group[];
  /** That the policy does not compare. */
  readonly except: readonly Group[];
}

/** Groups that nobody measured, for everyone to see; the shares of all others under both models, folded. */
export function fairnessBlocks(rule: FairnessRule, groups: ToldGroups, against: Against | undefined): Block[] {
  const title = `${metricTitles[rule.metric]} by ${rule.column}`;
  const left = [
    ...leftOut(`not measured, with fewer than ${rule['minimum-rows']} rows that count or of one cluster`, groups.small),
    ...leftOut('not compared, as the policy says', groups.except),
  ];
  return [
    ...left,
    {
      type: 'details',
      summary: `Groups: ${title}`,
      comment: false,
      blocks: [
        ...ratesOf[rule.metric].map((rate) => rateTable(groups, rate, against)),
        ...summary(rule, groups.measured).map((text): Block => ({ type: 'text', text })),
      ],
    },
  ];

  function leftOut(why: string, list: readonly Group[]): Block[] {
    if (list.length === 0) return [];
    const names = list.slice(0, 10).map((group) => smallText(group, rule));
    const more = list.length > 10 ? ` and ${list.length - 10} more` : '';
    const text = `${title.charAt(0).toUpperCase()}${title.slice(1)}: ${why}: ${names.join(', ')}${more}.`;
    return [{ type: 'text', text }];
  }
}

function rateTable({ measured, small }: ToldGroups, rate: Rate, against: Against | undefined): Block {
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
    rows: [
      ...measured.map((group): Cell[] => [
        group.name,
        countText(rowsOf(group, rate)),
        ...sides.map((side) => {
          const { events, of } = rateOf(group.kinds, rate, side);
          const [low, high] = wilsonInterval(trustedCount(group, rate, side, 0.025), 0.025);
          return `${numberText(events / of)} (${numberText(low)} … ${numberText(high)})`;
        }),
      ]),
      ...small.map((group): Cell[] => [group.name, countText(rowsOf(group, rate)), ...sides.map(() => '–')]),
    ],
  };
}

function summary({ metric }: FairnessRule, groups: readonly Group[]): string[] {
  const gap = groups.length < 2 ? undefined : gapOf(groups, metric, 'candidate');
  if (gap === undefined) return [];
  const within = (of: 'difference' | 'ratio'): readonly [number, number] =>
    gapInterval(groups, { metric, side: 'candidate' }, { alpha: 0.025, of, simultaneous: true });
  const { high, low, rate } = gap.widest;
  const [least, most] = within('difference');
  const apart = `Furthest apart in ${rate}: ${groupText(high, rate)} and ${groupText(low, rate)}. Widest difference ${pointsText(gap.difference)} (${numberText(least * 100, 1)} … ${numberText(most * 100, 1)})`;
  const ratio =
    gap.ratio === null
      ? ''
      : `, smallest ratio ${numberText(gap.ratio)} (${within('ratio')
          .map((value) => numberText(value))
          .join(' … ')})`;
  const sampled = groups.some(({ design }) => design !== undefined)
    ? ' of as many rows as the weights and clusters leave'
    : '';
  return [`${apart}${ratio}; 95 %, Newcombe and log intervals${sampled} with Bonferroni over all pairs of groups.`];
}
