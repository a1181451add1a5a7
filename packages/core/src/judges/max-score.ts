// The column whose other assertions gave most wins, without a judge.
import type { CompareRequest, Comparer, ComparerTable, Score } from '../scorers/scorer.ts';
import { cannotTell, isRecord } from '../scorers/verdicts.ts';
import { numberOf } from './answers.ts';

const compared: ReadonlySet<string> = new Set(['max-score', 'select-best', 'pairwise']);

const maxScore: Comparer = ({ assertion, candidates }) => {
  if (candidates.length < 2)
    return candidates.map(() =>
      cannotTell('"max-score" compares two answers at least', 'Give the suite another prompt or provider.'),
    );
  const options = isRecord(assertion.value) ? assertion.value : {};
  const totals = candidates.map((candidate) => totalOf(candidate, options));
  if (totals.some((total) => total === undefined))
    return candidates.map(() =>
      cannotTell('"max-score" needs another assertion to take scores from', 'Add one to the case.'),
    );
  const sums = totals.map((total) => total ?? 0);
  const highest = Math.max(...sums);
  const threshold = numberOf(options['threshold']);
  // Of equals the first, as promptfoo has it.
  const winner = threshold === undefined || highest >= threshold ? sums.indexOf(highest) : -1;
  return sums.map((sum, at): Score => {
    const won = (at === winner) !== assertion.negated;
    return {
      pass: won,
      score: won ? 1 : 0,
      reason: `Its score is ${sum.toFixed(3)}, the highest is ${highest.toFixed(3)}${threshold === undefined ? '' : `; at least ${threshold} is asked`}.`,
      named: { maxScore: sum },
    };
  });
};

function totalOf(
  { parts }: CompareRequest['candidates'][number],
  options: Readonly<Record<string, unknown>>,
): number | undefined {
  const own = parts.filter(({ assertion }) => !compared.has(assertion.type));
  if (own.length === 0) return undefined;
  const weights = isRecord(options['weights']) ? options['weights'] : {};
  let sum = 0;
  let weight = 0;
  for (const { assertion, score } of own) {
    const name = assertion.negated ? `not-${assertion.type}` : assertion.type;
    const factor = numberOf(weights[name]) ?? 1;
    sum += (score.score ?? 0) * factor;
    weight += factor;
  }
  if (options['method'] === 'sum') return sum;
  return weight > 0 ? sum / weight : 0;
}

export const maxScoreComparers: ComparerTable = new Map([['max-score', maxScore]]);
