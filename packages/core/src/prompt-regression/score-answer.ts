// One answer through the transforms and the scorers of its case.
import { after, isPromise, type Awaitable } from '../formats/awaitable.ts';
import type { Assertion, AssertionSet, EvalCase } from '../formats/eval-suite.ts';
import type { Fields } from '../eval-suite/index.ts';
import type { ModelReply } from '../ports/model-provider.ts';
import {
  isScoreFailure,
  type Score,
  type ScoredAnswer,
  type ScoreFailure,
  type ScoreRequest,
  type ScorerTable,
  type ScorerWorld,
} from '../scorers/scorer.ts';
import { withoutHidden } from '../scorers/hidden-score.ts';
import { aggregate, type CaseScore, type Part, type Scored } from './aggregate.ts';
import { isScriptFile, type AssertionValues } from './assertion-values.ts';
import type { Column } from './columns.ts';
import { isPythonFile, runAnswerTransform, runScript, runTransform } from './run-script.ts';
import { scoreRequest } from './score-request.ts';

export interface Scoring {
  readonly table: ScorerTable;
  readonly world: ScorerWorld;
  readonly values: AssertionValues;
  /** Assertions that wait for the other columns: they are scored when all answers are there. */
  readonly waits: (type: string) => boolean;
}

export interface Answered {
  readonly item: EvalCase;
  readonly column: Column;
  readonly reply: ModelReply;
  /** The rendered prompt as text, made when something asks for it. */
  readonly prompt: () => string;
  readonly vars: Fields;
  /** What was given instead of asked for. */
  readonly output?: unknown;
  readonly conversation?: readonly { readonly input: string; readonly output: string }[] | undefined;
}

export interface ScoredCase {
  readonly answer: ScoredAnswer;
  readonly score: CaseScore;
}

/** Never throws for what a model, a script or a judge did: that is an error of the case's score. */
export function scoreAnswer(answered: Answered, scoring: Scoring): Awaitable<ScoredCase> {
  const { item, column } = answered;
  const answer = answerOf(answered);
  return column.provider.transform === undefined && item.transform === undefined
    ? scoreOutput(answer, answered, scoring)
    : scoreTransformed(answer, answered, scoring);
}

async function scoreTransformed(given: ScoredAnswer, answered: Answered, scoring: Scoring): Promise<ScoredCase> {
  const { item, column } = answered;
  let answer = given;
  for (const { transform: script, place } of [column.provider, item]) {
    if (script === undefined) continue;
    const names = { output: answer.output, context: contextOf(answered) };
    const changed = await runAnswerTransform(scoring.world.scripts, script, names, place);
    if ('failure' in changed) return { answer, score: errored(changed) };
    answer = withOutput(answer, changed.value);
  }
  return scoreOutput(answer, answered, scoring);
}

function scoreOutput(answer: ScoredAnswer, answered: Answered, scoring: Scoring): Awaitable<ScoredCase> {
  const { item } = answered;
  const given = item.assertions.map((each) => scoreEntry(each, answer, answered, scoring));
  const scored = given.some(isPromise) ? Promise.all(given) : (given as readonly (Scored | undefined)[]);
  return after(scored, (all) => {
    const score = aggregate(
      item,
      all.filter((each) => each !== undefined),
    );
    return item.scoring === undefined || score.error !== undefined
      ? { answer, score }
      : scoredByScript(score, answered, scoring).then((own) => ({ answer, score: own }));
  });
}

export const errored = (error: ScoreFailure): CaseScore => ({
  pass: false,
  score: 0,
  named: new Map(),
  reason: error.failure,
  error,
  parts: [],
});

type Entry = Assertion | AssertionSet;

/** Without a promise where nothing has to be waited for: most scorers are functions of two texts. */
function scoreEntry(
  each: Entry,
  answer: ScoredAnswer,
  answered: Answered,
  scoring: Scoring,
): Scored | undefined | Promise<Scored | undefined> {
  const named = (metric: string | undefined, place: Assertion | undefined) =>
    metric === undefined || place === undefined ? {} : { metric: scoring.values.metric(metric, place, answered.vars) };
  if (each.kind === 'assertion') {
    if (scoring.waits(each.type)) return undefined;
    return scorePart(each, answer, answered, scoring);
  }
  const given = each.assertions.map((assertion) => scorePart(assertion, answer, answered, scoring));
  const setOf = (parts: readonly Part[]): Scored => ({ set: each, parts, ...named(each.metric, each.assertions[0]) });
  return given.some(isPromise) ? Promise.all(given).then((parts) => setOf(parts)) : setOf(given as readonly Part[]);
}

function scorePart(
  assertion: Assertion,
  answer: ScoredAnswer,
  answered: Answered,
  scoring: Scoring,
): Part | Promise<Part> {
  const { vars } = answered;
  const filled = scoring.values.fill(assertion, vars);
  const metric =
    assertion.metric === undefined ? {} : { metric: scoring.values.metric(assertion.metric, assertion, vars) };
  if ('failure' in filled)
    return {
      assertion,
      result: { failure: filled.failure, hint: 'Correct the value, or the data of the case.' },
      ...metric,
    };
  const needsScript =
    assertion.transform !== undefined ||
    assertion.contextTransform !== undefined ||
    (isScriptFile(assertion.value) && !ownScripts.has(assertion.type));
  if (needsScript)
    return scoreWithScripts(filled.value, answer, answered, scoring).then((result) => ({
      assertion: filled.value,
      result,
      ...metric,
    }));
  const result = applyScorer(scoreRequest(filled.value, answer, answered), scoring);
  return isPromise(result)
    ? result.then((value) => ({ assertion: filled.value, result: value, ...metric }))
    : { assertion: filled.value, result, ...metric };
}

/** These call the file themselves, and read pass and score from what it gives. */
const ownScripts: ReadonlySet<string> = new Set(['javascript', 'python', 'ruby']);

async function scoreWithScripts(
  assertion: Assertion,
  answer: ScoredAnswer,
  answered: Answered,
  scoring: Scoring,
): Promise<Score | ScoreFailure> {
  const { scripts } = scoring.world;
  const { place } = assertion;
  const context = { ...contextOf(answered), ...(assertion.config !== undefined && { config: assertion.config }) };
  let seen = answer;
  if (assertion.transform !== undefined) {
    const names = { output: answer.output, context };
    const changed = await runAnswerTransform(scripts, assertion.transform, names, place);
    if ('failure' in changed) return changed;
    seen = withOutput(answer, changed.value);
  }
  let asked = assertion;
  if (isScriptFile(assertion.value) && !ownScripts.has(assertion.type)) {
    const value = await runTransform(scripts, assertion.value, { output: seen.output, context }, place);
    if ('failure' in value) return value;
    asked = { ...assertion, value: value.value };
  }
  let request = scoreRequest(asked, seen, answered);
  if (assertion.contextTransform !== undefined) {
    const names = { output: answer.output, context };
    const text = await runAnswerTransform(scripts, assertion.contextTransform, names, place);
    if ('failure' in text) return text;
    request = { ...request, prompt: request.prompt, vars: { ...request.vars, context: text.value } };
  }
  const score = await applyScorer(request, scoring);
  // What an answer is compared with is compared as it is; what is said of it is shown.
  return scripts?.hide !== undefined && isPythonFile(assertion.value) ? withoutHidden(score, scripts.hide) : score;
}

function applyScorer(
  request: ScoreRequest,
  { table, world }: Scoring,
): ReturnType<NonNullable<ReturnType<ScorerTable['get']>>> {
  const scorer = table.get(request.assertion.type);
  // The suite was checked before: a type that nobody knows never comes as far.
  if (scorer === undefined)
    return { failure: `there is no assertion "${request.assertion.type}"`, hint: 'Correct its type.' };
  return scorer(request, world);
}

const contextOf = ({ item, column, vars, prompt }: Answered): Readonly<Record<string, unknown>> => ({
  vars,
  prompt: { label: column.compiled.prompt.label, raw: prompt() },
  metadata: item.metadata,
});

function answerOf({ reply, output }: Answered): ScoredAnswer {
  const calls = reply.toolCalls?.map(({ id, name, arguments: written }) => ({
    ...(id !== undefined && { id }),
    name,
    arguments: parsedOr(written),
  }));
  // An answer that only calls tools is that list, as OpenAI writes it.
  const given =
    output ??
    (reply.text === '' && reply.toolCalls !== undefined && reply.toolCalls.length > 0
      ? reply.toolCalls.map(({ id, name, arguments: written }) => ({
          ...(id !== undefined && { id }),
          type: 'function',
          function: { name, arguments: written },
        }))
      : reply.json === true
        ? parsedOr(reply.text)
        : reply.text);
  return {
    output: given,
    text: textOf(given),
    ...(reply.costUsd !== undefined && { costUsd: reply.costUsd }),
    ...(reply.latencyMs !== undefined && { latencyMs: reply.latencyMs }),
    ...(reply.finishReason !== undefined && { finishReason: reply.finishReason }),
    ...(calls !== undefined && { toolCalls: calls }),
    ...(reply.logProbs !== undefined && { logProbs: reply.logProbs }),
    ...(reply.refused !== undefined && { refused: reply.refused }),
  };
}

const withOutput = (answer: ScoredAnswer, output: unknown): ScoredAnswer => ({
  ...answer,
  output,
  text: textOf(output),
});

const textOf = (output: unknown): string => (typeof output === 'string' ? output : (JSON.stringify(output) ?? ''));

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** `assertScoringFunction`: the user's own rule from named scores to pass and score. */
async function scoredByScript(score: CaseScore, { item }: Answered, { world }: Scoring): Promise<CaseScore> {
  if (item.scoring === undefined) return score;
  const components = score.parts
    .flatMap((each) => ('set' in each ? each.parts : [each]))
    .flatMap(({ result }) => (isScoreFailure(result) ? [] : [result]));
  const names = {
    namedScores: Object.fromEntries([...score.named].map(([name, { value }]) => [name, value])),
    context: { threshold: item.threshold, componentResults: components },
  };
  const given = await runScript(world.scripts, item.scoring, names, item.place);
  if ('failure' in given) return { ...errored(given), parts: score.parts };
  const { pass, score: value, reason: said } = (given.value ?? {}) as Readonly<Record<string, unknown>>;
  const hide = isPythonFile(item.scoring) ? world.scripts?.hide : undefined;
  const reason = hide !== undefined && typeof said === 'string' ? hide(said) : said;
  if (typeof pass !== 'boolean' || typeof value !== 'number' || !Number.isFinite(value)) {
    const failure = 'the scoring function gave no {pass, score, reason}';
    return { ...errored({ failure, hint: 'Return a boolean and a number.' }), parts: score.parts };
  }
  // Whatever the rule makes of them, it is told all named scores.
  const uncertified = score.uncertified ?? [...score.named.values()].find((each) => each.uncertified)?.uncertified;
  return {
    ...score,
    pass,
    score: value,
    reason: typeof reason === 'string' ? reason : score.reason,
    ...(uncertified !== undefined && { uncertified }),
  };
}
