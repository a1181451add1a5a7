// Two or more answers weighed against each other. Judges favour a place in the list, so every order is asked, and a
// choice that changes with the order is none: a tie.
import type { Assertion } from '../formats/eval-suite.ts';
import type { Comparer, ComparerTable, Score, ScoredAnswer, ScoreFailure, ScorerWorld } from '../scorers/scorer.ts';
import { badValue, cannotTell } from '../scorers/verdicts.ts';
import { isFailure, openJudge, type Judge, type Unreadable } from './ask.ts';
import { judgeMessages } from './judge-prompt.ts';

const system =
  'You compare answers by a criterion. Their order, their length and how they are called say nothing about them.';

interface Weighed {
  readonly criteria: string;
  readonly texts: readonly string[];
  readonly assertion: Assertion;
  readonly vars: Readonly<Record<string, unknown>>;
  /** Names the answers to users' templates. */
  readonly prompt?: string;
}

/** The answers chosen as best, one for each order; places are those of `texts`. */
async function choices(weighed: Weighed, judge: Judge): Promise<{ readonly chosen: readonly number[] } | ScoreFailure> {
  const { texts } = weighed;
  const chosen: number[] = [];
  for (let shift = 0; shift < texts.length; shift += 1) {
    const order = texts.map((_, at) => (at + shift) % texts.length);
    const given = await askOrder(weighed, order, judge);
    if (isFailure(given)) return given;
    chosen.push(order[given.index] ?? 0);
  }
  return { chosen };
}

function askOrder(
  { criteria, texts, assertion, vars, prompt }: Weighed,
  order: readonly number[],
  judge: Judge,
): Promise<{ readonly index: number } | ScoreFailure> | ScoreFailure {
  const wants = `Answer with the number of the best answer, 0 to ${texts.length - 1}, and nothing else.`;
  const listed = order.map((at) => texts[at] ?? '');
  const material: Record<string, string> = Object.fromEntries(listed.map((text, at) => [`answer ${at}`, text]));
  const told = judgeMessages({
    rubricPrompt: assertion.rubricPrompt,
    place: assertion.place,
    material: prompt === undefined ? material : { ...material, prompt },
    vars: { ...vars, criteria, outputs: listed },
    system,
    task: (blocks) =>
      [
        `Which answer meets the criterion best?\n\nCriterion:\n${criteria}`,
        ...(prompt === undefined ? [] : [`Prompt:\n${blocks['prompt']}`]),
        ...listed.map((_, at) => `Answer ${at}:\n${blocks[`answer ${at}`]}`),
        wants,
      ].join('\n\n'),
  });
  if (isFailure(told)) return told;
  return judge.ask({ messages: told.messages, wants, read: (text) => readIndex(text, texts.length) });
}

/** The answer is a number, or its last line holds one number alone. */
function readIndex(text: string, count: number): { readonly index: number } | Unreadable {
  const last = text.trim().split('\n').at(-1) ?? '';
  const numbers = [...last.matchAll(/(?<![\p{L}\p{N}.,-])\d+(?![\p{L}\p{N}]|[.,]\d)/gu)].map(([digits]) =>
    Number(digits),
  );
  const [index, another] = [...new Set(numbers)];
  if (index === undefined) return { unreadable: 'its last line has no number' };
  if (another !== undefined) return { unreadable: 'its last line has several numbers' };
  return index < count ? { index } : { unreadable: `there is no answer ${index}` };
}

const selectBest: Comparer = async ({ assertion, candidates, vars }, world) => {
  const same = (failure: ScoreFailure): readonly ScoreFailure[] => candidates.map(() => failure);
  const { value, negated } = assertion;
  if (typeof value !== 'string' || value === '') return same(badValue('select-best', 'a criterion in words'));
  if (candidates.length < 2)
    return same(
      cannotTell('"select-best" compares two answers at least', 'Give the suite another prompt or provider.'),
    );
  const judge = await openJudge(world, assertion);
  if (isFailure(judge)) return same(judge);
  const texts = candidates.map(({ answer }) => answer.text);
  const found = await choices({ criteria: value, texts, assertion, vars }, judge);
  if (isFailure(found)) return same(found);
  const best = new Set(found.chosen);
  // One bill for one comparison: the first result carries it.
  return candidates.map((_, at): Score => {
    const won = best.size === 1 && best.has(at);
    const score = best.has(at) ? 1 / best.size : 0;
    return {
      pass: won !== negated,
      score: negated ? 1 - score : score,
      reason: reasonOf(won, best, at),
      ...(at === 0 && judge.spent()),
    };
  });
};

function reasonOf(won: boolean, best: ReadonlySet<number>, at: number): string {
  if (won) return 'The judge chose it in every order.';
  if (!best.has(at)) return 'The judge did not choose it.';
  return `The judge's choice changes with the order: a tie of ${best.size}.`;
}

export interface Pair {
  readonly assertion: Assertion;
  readonly after: ScoredAnswer;
  readonly before: ScoredAnswer;
  readonly prompt: string;
  readonly vars: Readonly<Record<string, unknown>>;
}

/**
 * One answer against the baseline's: 1 better, 0 worse, 0.5 a tie, which is what a judge says whose choice changes with
 * the order. It passes unless it is worse, or from `threshold` on. Equal answers are a tie that nobody is asked about.
 */
export async function comparePair(
  { assertion, after, before, prompt, vars }: Pair,
  world: ScorerWorld,
): Promise<Score | ScoreFailure> {
  const { value, threshold = 0.5, negated } = assertion;
  if (typeof value !== 'string' || value === '') return badValue('pairwise', 'a criterion in words');
  const scored = (score: number, reason: string): Score => ({
    pass: score >= threshold !== negated,
    score: negated ? 1 - score : score,
    reason,
  });
  if (after.text === before.text) return scored(0.5, 'It is the same answer as the baseline gave.');
  const judge = await openJudge(world, assertion);
  if (isFailure(judge)) return judge;
  const found = await choices({ criteria: value, texts: [after.text, before.text], assertion, vars, prompt }, judge);
  if (isFailure(found)) return found;
  const [first, second] = found.chosen;
  const flips = first !== second;
  const score = flips ? 0.5 : first === 0 ? 1 : 0;
  const reason = flips
    ? "The judge's choice changes with the order: a tie."
    : `The judge prefers ${score === 1 ? 'it to' : ''}${score === 1 ? ' ' : ''}the baseline's answer in both orders.`;
  return { ...scored(score, reason), ...judge.spent(), metadata: { orderFlip: flips } };
}

const pairwise: Comparer = async ({ assertion, candidates, vars }, world) => {
  const results: (Score | ScoreFailure)[] = [];
  for (const { answer, before, prompt } of candidates)
    results.push(
      before === undefined
        ? cannotTell('"pairwise" has no answer of a baseline to compare with', 'Compare with a baseline.')
        : await comparePair({ assertion, after: answer, before, prompt, vars }, world),
    );
  return results;
};

export const pairwiseComparers: ComparerTable = new Map([
  ['select-best', selectBest],
  ['pairwise', pairwise],
]);
