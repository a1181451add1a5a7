// Gates by numbers of answers: which times and costs the policy holds to a margin, and what it gates by that no answer has.
import type { Decision, Evidence } from './decide.ts';
import { ratiosOf, type Ratio } from './margins.ts';
import type { PromptPolicy } from './policy.ts';
import type { CaseResult } from './results.ts';

/** Policy keys with what their ratios are called. */
const measuredGates = [
  ['latency', 'latency'],
  ['firstToken', 'first token'],
  ['betweenTokens', 'between tokens'],
  ['cost', 'cost'],
] as const;

export function ratiosAt(
  complete: readonly CaseResult[],
  policy: PromptPolicy,
  { rounds, apart }: { readonly rounds: number; readonly apart: boolean },
): readonly Ratio[] {
  return measuredGates.flatMap(([kind]) => {
    const margin = policy[kind];
    if (margin === undefined) return [];
    return ratiosOf(complete, kind, {
      margin,
      rounds,
      least: policy.minCases,
      settles: kind === 'cost' || !apart,
    });
  });
}

/** A gate without a number must not be a gate that is open. */
export function missingGates(
  { evaluators, baseline }: Evidence,
  { ratios = [], evaluators: compared }: Pick<Decision, 'ratios' | 'evaluators'>,
  policy: PromptPolicy,
): readonly string[] {
  const { gating = [], safety = [] } = policy;
  const has = (name: string): boolean => compared.some((each) => each.name === name);
  const named = [...gating, ...safety.map(({ score }) => score)].filter(
    (name) => !evaluators.includes(name) || !has(name),
  );
  const measured = (word: string): boolean => ratios.some(({ name }) => name.startsWith(word));
  return [
    ...new Set(named),
    ...measuredGates.flatMap(([kind, word]) =>
      baseline && policy[kind] !== undefined && !measured(word) ? [word] : [],
    ),
  ];
}
