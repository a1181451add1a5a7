// A judge's difference, corrected by what people say of some of the answers; or why it is not.
import { correctedDifference, type CorrectedDifference, type LabelledPair } from '../judges/index.ts';
import type { AnswerLabels } from './answer-labels.ts';
import type { Decision } from './decide.ts';
import type { CaseResult, SideResult } from './results.ts';
import { count, intervalWords, points } from './words.ts';

export interface Correction {
  /** The judge's score. */
  readonly name: string;
  readonly corrected?: CorrectedDifference;
  /** Of several repeats the first: labels say something of single answers. */
  readonly first?: boolean;
  /** Why not. */
  readonly why?: string;
}

/** On fewer the interval would be a promise. */
export const fewestLabels = 30;

/** @param metrics names of scores, in the order of a result's `scores` @returns undefined without labels or baseline */
export function correctionOf(
  results: readonly CaseResult[],
  labels: AnswerLabels | undefined,
  metrics: readonly string[],
): Correction | undefined {
  if (labels === undefined) return undefined;
  const own = labels.names.find((name) => metrics.includes(name));
  const place = own === undefined ? -1 : metrics.indexOf(own);
  // Of the answer that is labelled, and of no other repeat.
  const read = ({ repeats: [first] }: SideResult): number | undefined =>
    place < 0 ? first && Number(first.pass) : first?.named[place];
  const name = own ?? 'accuracy';
  if (labels.refused !== undefined) return { name: 'the judge', why: labels.refused };
  if (own === undefined && !labels.alone)
    return { name: 'the judge', why: 'its assertion has no metric to be known by' };
  const compared = results.flatMap(({ case: item, after, before }): readonly LabelledPair[] => {
    const [now, old] = [after && read(after), before && read(before)];
    if (after === undefined || before === undefined || now === undefined || old === undefined) return [];
    const [human, was] = [labels.humanOf(item, after.output), labels.humanOf(item, before.output)];
    return [
      {
        after: { judge: now, ...(human !== undefined && { human }) },
        before: { judge: old, ...(was !== undefined && { human: was }) },
        same: after.output === before.output,
      },
    ];
  });
  if (compared.length === 0) return undefined;
  if (results.some(({ case: { cluster } }) => cluster !== undefined))
    return { name, why: 'cases come from sources, which the correction does not know' };
  const differing = compared.filter(({ same }) => same !== true);
  if (differing.length === 0) return { name, why: 'all answers are the same on both sides' };
  const corrected = correctedDifference(compared, { least: fewestLabels });
  if (corrected === undefined) {
    const both = differing.filter(
      ({ after, before }) => after.human !== undefined && before.human !== undefined,
    ).length;
    return {
      name,
      why: `it takes ${fewestLabels} cases whose answers differ and are both labelled by people, and there ${both === 1 ? 'is' : 'are'} ${both} of ${differing.length}`,
    };
  }
  const { low, high } = corrected.difference;
  if (low === high) return { name, why: 'people and judge say the same of every labelled answer' };
  const several = results.some(({ after, before }) => [after, before].some((side) => (side?.repeats.length ?? 0) > 1));
  return { name, corrected, ...(several && { first: true }) };
}

/** "kind, corrected with 60 labels: −4.0 pts (…)". */
export function correctionWords({ name, corrected, first, why }: Correction, { verdict, accuracy }: Decision): string {
  if (corrected === undefined) return `${name}, as judged, is not corrected by labels: ${why ?? ''}.`;
  const { difference } = corrected;
  const interval = `${points(difference.mean)} pts (95 % CI ${intervalWords({ difference: difference.mean, low: difference.low, high: difference.high })})`;
  const judged = `${name}, corrected with ${count(difference.labelled, 'label')}${first === true ? ', first repeats alone' : ''}: ${interval}; the judge alone says ${points(difference.judge)} pts.`;
  const contradicted = verdict === 'inconclusive' && accuracy?.judgement?.verdict === 'pass' && difference.high < 0;
  return contradicted ? `${judged} What people say contradicts a pass.` : judged;
}

/** A pass that people's labels contradict is none; what does not decide contradicts nothing. */
export function withCorrection(decision: Decision, correction: Correction | undefined, decides: boolean): Decision {
  const worse = (correction?.corrected?.difference.high ?? 0) < 0;
  return worse && decides && decision.verdict === 'pass' ? { ...decision, verdict: 'inconclusive' } : decision;
}
