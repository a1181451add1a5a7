// Plays the gate on answers that are made up or drawn anew: round after round, decided as real ones are, until it
// settles. The self-check of a suite and the published table of error rates both stand on it.
import type { EvalCase } from '../formats/eval-suite.ts';
import type { Verdict } from '../formats/verdict.ts';
import { decide } from './decide.ts';
import { lookRounds } from './looks.ts';
import type { PromptPolicy } from './policy.ts';
import type { CaseResult, SideResult } from './results.ts';

/** Whether an answer of a case is right, 1 or 0: by case and repeat. */
export type Answers = readonly (readonly number[])[];

export interface Rehearsal {
  readonly verdict: Verdict;
  /** Rounds of repeats that were asked. */
  readonly rounds: number;
}

export interface RehearsedSides {
  readonly before: Answers;
  readonly after: Answers;
  /** One per case; by default each is its own. */
  readonly clusters?: readonly string[];
}

/**
 * @param drawn the answers of the first `rounds` rounds, or more of them; asked round after round, so that nothing has
 * to be drawn that is not looked at
 * @param policy its looks go up to `maxRepeats`
 */
export function rehearse(drawn: (rounds: number) => RehearsedSides, policy: PromptPolicy): Rehearsal {
  const looks = lookRounds(policy.repeats, policy.maxRepeats ?? policy.repeats);
  let verdict: Verdict = 'inconclusive';
  let asked = 0;
  const items: EvalCase[] = [];
  for (const rounds of looks) {
    asked = rounds;
    const { before, after, clusters } = drawn(rounds);
    const results = after.map((answers, index): CaseResult => ({
      case: (items[index] ??= caseOf(index, clusters?.[index])),
      before: new RehearsedSide(before[index] ?? none, rounds),
      after: new RehearsedSide(answers, rounds),
      unchanged: false,
    }));
    const calls = { asked: 2 * rounds * after.length, failed: 0 };
    const sides = { results, baseline: true, calls, evaluators: none, slices: none };
    ({ verdict } = decide({ ...sides, looks, rounds, verdictOnly: true }, policy));
    if (verdict !== 'inconclusive') break;
  }
  return { verdict, rounds: asked };
}

const none: readonly never[] = [];
const nothing = {};

const caseOf = (index: number, cluster: string | undefined): EvalCase => ({
  id: String(index),
  vars: nothing,
  assertions: none,
  metadata: nothing,
  slices: nothing,
  ...(cluster !== undefined && { cluster }),
  place: { file: '' },
});

/** A class and no literal: made a hundred million times by simulations, of which few look at the repeats. */
class RehearsedSide implements SideResult {
  readonly pass: number;
  readonly #answers: readonly number[];
  readonly #rounds: number;

  constructor(answers: readonly number[], rounds: number) {
    let right = 0;
    for (let repeat = 0; repeat < rounds; repeat++) right += answers[repeat] ?? 0;
    this.pass = right / rounds;
    this.#answers = answers;
    this.#rounds = rounds;
  }

  get score(): number {
    return this.pass;
  }

  get scores(): readonly never[] {
    return none;
  }

  get output(): string {
    return '';
  }

  get repeats(): SideResult['repeats'] {
    const asked = this.#answers.slice(0, this.#rounds);
    return asked.map((score, repeat) => ({ repeat, pass: score === 1, score, named: none }));
  }
}
