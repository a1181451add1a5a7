// What a fairness rule says of its groups: surely within, surely outside, or not known. Pure.
import type { FairnessRule } from '../formats/gate-fairness.ts';
import { worstVerdict, type Verdict } from '../formats/verdict.ts';
import { judgeNonInferiority } from '../statistics/non-inferiority.ts';
import type { MetricJudgement } from './decide.ts';
import { gapInterval, gapOf, ratesOf, rowsOf, type Gap, type Group } from './fairness.ts';
import { allowedText, groupText, pairText, pointsText, smallText } from './fairness-words.ts';
import { orientedBy } from './oriented.ts';
import type { Difference, MetricTraits } from './task.ts';
import { differenceText, differenceWithInterval, numberText } from './words.ts';

/** What one demand of a rule says. */
export interface Finding {
  readonly verdict: Verdict;
  readonly reason?: string;
  /** The same for a headline: size, groups and what is asked. */
  readonly brief?: string;
}

/** True where a rule's shares of the group can be told apart from chance: enough rows, of more than one cluster. */
export const measurable = (group: Group, { metric, 'minimum-rows': needed }: FairnessRule): boolean =>
  ratesOf[metric].every(
    (rate) => rowsOf(group, rate) >= needed && (group.design === undefined || group.design.units(rate) > 1),
  );

/** @param rules how many fairness rules the policy has: that any of them fails by chance is held at α over all */
export function judgeGap(
  groups: readonly Group[],
  rule: FairnessRule,
  { alpha, rules }: { readonly alpha: number; readonly rules: number },
): Finding[] {
  const gap = gapOf(groups, rule.metric, 'candidate');
  if (gap === undefined) return [];
  const { metric, maximum, 'minimum-ratio': minimum } = rule;
  const asked = { metric, side: 'candidate' } as const;
  const interval = (of: 'difference' | 'ratio', share: number): readonly [number, number] =>
    gapInterval(groups, asked, { alpha: share, of, simultaneous: false });
  const findings: Finding[] = [];
  if (maximum !== undefined) {
    const outside = interval('difference', alpha / rules)[0] > maximum;
    const within = interval('difference', alpha)[1] <= maximum;
    const size = `${pointsText(gap.difference)} between ${pairText(gap.widest, rule)}`;
    const text = `the ${maximum} that the policy allows`;
    findings.push(
      threeStates({
        ...{ outside, within, surely: `surely above ${text}`, unsure: `not surely within ${text}` },
        brief: [`${size}, surely above`, `${size}, not surely within`, `the ${allowedText(maximum)} allowed`],
      }),
    );
  }
  if (minimum !== undefined) {
    if (gap.smallest === undefined) {
      const reason = 'every group has a share of 0, so there is no ratio';
      return [...findings, { verdict: 'inconclusive', reason, brief: reason }];
    }
    const outside = interval('ratio', alpha / rules)[1] < minimum;
    const within = interval('ratio', alpha)[0] >= minimum;
    const size = `ratio ${numberText(gap.ratio!)} between ${pairText(gap.smallest, rule)}`;
    const text = `the ${minimum} that the policy asks for`;
    findings.push(
      threeStates({
        ...{ outside, within, surely: `a ratio surely below ${text}`, unsure: `a ratio not surely above ${text}` },
        brief: [`${size}, surely below`, `${size}, not surely above`, `the ${minimum} asked for`],
      }),
    );
  }
  return findings;
}

/** Against the other model: surely not wider by more than the margin, surely wider, or not known. */
export function judgeChange(
  change: Difference | undefined,
  margin: number,
  { traits, alpha, gap, rule }: ChangeSetting,
): Finding {
  if (change === undefined) {
    const reason = 'too few rows to compare it with the other model';
    return { verdict: 'inconclusive', reason, brief: reason };
  }
  const [low, high] = orientedBy(traits, change).within(1 - 2 * alpha);
  const verdict = judgeNonInferiority({ difference: -change.difference, low, high }, margin);
  if (verdict === 'pass') return { verdict };
  const text = differenceWithInterval(traits, change);
  const size = `${pointsText(gap.difference)} between ${pairText(gap.widest, rule)}`;
  const by = differenceText(traits, change.difference);
  return verdict === 'fail'
    ? {
        verdict,
        reason: `surely wider than with the other model (${text})`,
        brief: `${size}, surely wider than before (${by}, margin ${allowedText(margin)})`,
      }
    : {
        verdict,
        reason: `not surely within the margin of the other model (${text})`,
        brief: `${size}, not surely within ${allowedText(margin)} of before (${by})`,
      };
}

interface ChangeSetting {
  readonly traits: MetricTraits;
  readonly alpha: number;
  readonly gap: Gap;
  readonly rule: FairnessRule;
}

/** A group that nobody measured is no group that is treated alike, so a rule that would pass without it stays open. */
export function judgeSmall(small: readonly Group[], rule: FairnessRule): Finding[] {
  if (small.length === 0) return [];
  const [first] = small;
  const more = small.length === 1 ? '' : ` and ${small.length - 1} more`;
  return [
    {
      verdict: 'inconclusive',
      reason: `too few rows to measure ${small
        .slice(0, 10)
        .map((group) => smallText(group, rule))
        .join(
          ', ',
        )}${small.length > 10 ? ` and ${small.length - 10} more` : ''}; ${rule['minimum-rows']} that count are needed`,
      brief: `too few rows to measure ${smallText(first!, rule)}${more}; ${rule['minimum-rows']} are needed`,
    },
  ];
}

/** All demands together: the worst of them, with its reasons. */
export function settled(findings: readonly Finding[], gap: Gap): Pick<MetricJudgement, 'verdict' | 'reason' | 'brief'> {
  // A margin alone has nothing to judge where there is no other model.
  if (findings.length === 0) return {};
  const verdict = worstVerdict(findings.map((finding) => finding.verdict));
  if (verdict === 'pass') return { verdict };
  const worst = findings.filter((finding) => finding.verdict === verdict);
  const { high, low, rate } = gap.widest;
  const shares = `${groupText(high, rate)} against ${groupText(low, rate)}`;
  return {
    verdict,
    reason: `${worst.flatMap(({ reason }) => reason ?? []).join(' and ')}: ${shares}`,
    ...(worst[0]?.brief !== undefined && { brief: worst[0].brief }),
  };
}

const threeStates = (found: {
  outside: boolean;
  within: boolean;
  surely: string;
  unsure: string;
  /** What is said where it is outside, where it is not known, and how both go on. */
  brief: readonly [string, string, string];
}): Finding => {
  const [outside, unsure, asked] = found.brief;
  if (found.outside) return { verdict: 'fail', reason: found.surely, brief: `${outside} ${asked}` };
  if (found.within) return { verdict: 'pass' };
  return { verdict: 'inconclusive', reason: found.unsure, brief: `${unsure} ${asked}` };
};
