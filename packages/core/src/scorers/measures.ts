// Scorers of what an answer took, and of what its provider says of it.
import type { Score, ScoreFailure, ScoreRequest, Scorer, ScorerTable } from './scorer.ts';
import { badValue, cannotTell, quoted, yesOrNo } from './verdicts.ts';

interface Measure {
  readonly name: string;
  readonly unit: string;
  readonly hint: string;
}

function atMost({ assertion }: ScoreRequest, measured: number | undefined, measure: Measure): Score | ScoreFailure {
  const { threshold, negated } = assertion;
  if (threshold === undefined)
    return cannotTell(`"${assertion.type}" has no threshold`, `Add "threshold", in ${measure.unit}.`);
  if (measured === undefined) return cannotTell(`the ${measure.name} of this answer is not known`, measure.hint);
  return yesOrNo(
    measured <= threshold,
    negated,
    (not) => `Expected ${not}at most ${threshold} ${measure.unit}; it took ${Number(measured.toPrecision(6))}.`,
  );
}

const latency: Scorer = (request) =>
  atMost(request, request.answer.latencyMs, {
    name: 'latency',
    unit: 'milliseconds',
    hint: 'Ask without cassettes, or with recordings that have it.',
  });

const cost: Scorer = (request) =>
  atMost(request, request.answer.costUsd, {
    name: 'cost',
    unit: 'dollars',
    hint: 'Give prices for the model, or use an endpoint that tells what a call costs.',
  });

const noLogProbs = cannotTell(
  'the provider gave no log probabilities',
  'Ask for them (logprobs: true), of a provider that has them.',
);

/** Mean of the tokens' natural logarithms. */
function meanLogProb(logProbs: readonly number[] | undefined): number | undefined {
  if (logProbs === undefined || logProbs.length === 0) return undefined;
  return logProbs.reduce((sum, value) => sum + value, 0) / logProbs.length;
}

/** Without a threshold it reports and always holds, with `not-` too. */
const perplexity: Scorer = ({ assertion: { threshold, negated }, answer }) => {
  const mean = meanLogProb(answer.logProbs);
  if (mean === undefined) return noLogProbs;
  const found = Math.exp(-mean);
  const pass = threshold === undefined || found <= threshold !== negated;
  return { pass, score: pass ? 1 : 0, reason: `Perplexity is ${found.toFixed(2)}${against(threshold)}.` };
};

const perplexityScore: Scorer = ({ assertion: { threshold, negated }, answer }) => {
  const mean = meanLogProb(answer.logProbs);
  if (mean === undefined) return noLogProbs;
  const found = 1 / (1 + Math.exp(-mean));
  const pass = threshold === undefined || found >= threshold !== negated;
  return {
    pass,
    score: negated ? 1 - found : found,
    reason: `Perplexity score is ${found.toFixed(4)}${against(threshold)}.`,
  };
};

const against = (threshold: number | undefined): string =>
  threshold === undefined ? '' : `; the threshold is ${threshold}`;

const finishReason: Scorer = ({ assertion: { value, negated }, answer: { finishReason: reason } }) => {
  if (typeof value !== 'string') return badValue('finish-reason', 'a text');
  if (reason === undefined || reason === '') {
    // Not known is not "another one": the opposite of an unknown is unknown too.
    if (negated) return cannotTell('the provider gave no reason for stopping', 'Use a provider that gives one.');
    return { pass: false, score: 0, reason: 'The provider gave no reason for stopping.' };
  }
  const found = value.toLowerCase() === reason.toLowerCase();
  return yesOrNo(found, negated, (not) => `Expected ${not}to stop with ${quoted(value)}; it was ${quoted(reason)}.`);
};

export const measureScorers: ScorerTable = new Map([
  ['latency', latency],
  ['cost', cost],
  ['perplexity', perplexity],
  ['perplexity-score', perplexityScore],
  ['finish-reason', finishReason],
]);
