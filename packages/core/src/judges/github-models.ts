// The judges of `.prompt.yml`: `llm`, with choices and their scores, and the five that GitHub Models had built in.
// `gh models eval` took the first choice whose letters stand anywhere in the answer, so "10" and "not 1" were a 1; here a
// choice is the answer, or a word of its last line. `config.compat: gh-models` reads as it did.
import type { Assertion, EvalProvider } from '../formats/eval-suite.ts';
import type { Message } from '../ports/model-provider.ts';
import type { Score, ScoreFailure, ScoreRequest, Scorer, ScorerTable, ScorerWorld } from '../scorers/scorer.ts';
import { badValue, cannotTell, isRecord } from '../scorers/verdicts.ts';
import { isFailure, openJudge } from './ask.ts';
import { numberOf, readChoice, type Choice } from './answers.ts';
import { fence } from './fence.ts';

interface Evaluator {
  readonly systemPrompt: string;
  readonly prompt: string;
  readonly choices: readonly Choice[];
  readonly modelId?: string;
}

const llm: Scorer = (request, world) => {
  const evaluator = writtenEvaluator(request.assertion.value);
  return evaluator === undefined
    ? badValue('llm', 'a "prompt" and "choices" with scores from 0 to 1')
    : evaluated(evaluator, request, world);
};

/**
 * What an evaluator of `.prompt.yml` asks a judge by, as far as it can be told without an answer: the variables that a
 * case must have, and whether any choice fails. Undefined where it is no evaluator that could be asked.
 */
export function judgeOutline({
  type,
  value,
  config,
}: Pick<Assertion, 'type' | 'value' | 'config'>):
  | { readonly names: readonly string[]; readonly failing: boolean }
  | undefined {
  const isBuiltIn = type.startsWith('github/');
  const evaluator = isBuiltIn ? builtIn(type.slice('github/'.length)) : writtenEvaluator(value);
  if (evaluator === undefined) return undefined;
  const given = new Set(['completion', ...(isBuiltIn ? ['input'] : [])]);
  const names = [...evaluator.prompt.matchAll(judgeVariable)].map(([, name = '']) => name);
  return {
    // What has no value was left as it stands by `gh models eval`.
    names: config?.['compat'] === 'gh-models' ? [] : [...new Set(names)].filter((name) => !given.has(name)),
    failing: evaluator.choices.some(({ score }) => score === 0),
  };
}

const judgeVariable = /\{\{[ \t]*([\w.-]+)[ \t]*\}\}/g;

function writtenEvaluator(value: unknown): Evaluator | undefined {
  if (!isRecord(value) || typeof value['prompt'] !== 'string' || !Array.isArray(value['choices'])) return undefined;
  const choices: Choice[] = [];
  for (const each of value['choices'] as readonly unknown[]) {
    const score = isRecord(each) ? numberOf(each['score']) : undefined;
    if (!isRecord(each) || score === undefined || score < 0 || score > 1) return undefined;
    choices.push({ choice: String(each['choice']), score });
  }
  if (choices.length === 0 || choices.some(({ choice }) => choice.trim() === '')) return undefined;
  const { prompt, systemPrompt, modelId } = value;
  return {
    prompt,
    systemPrompt: typeof systemPrompt === 'string' ? systemPrompt : '',
    choices,
    ...(typeof modelId === 'string' && modelId !== '' && { modelId }),
  };
}

async function evaluated(
  evaluator: Evaluator,
  request: ScoreRequest,
  world: ScorerWorld,
): Promise<Score | ScoreFailure> {
  const { assertion } = request;
  const { choices } = evaluator;
  const told = messagesOf(evaluator, request);
  if (isFailure(told)) return told;
  const named = assertion.provider ?? providerOf(evaluator, request);
  const judge = await openJudge(world, named === undefined ? assertion : { ...assertion, provider: named });
  if (isFailure(judge)) return judge;
  const given = await judge.ask<Choice>({
    messages: told.messages,
    wants: `Answer with one of these and nothing else: ${choices.map(({ choice }) => choice).join(', ')}.`,
    read: isCompatible(assertion) ? (text) => firstContained(text, choices) : (text) => readChoice(text, choices),
  });
  if (isFailure(given)) return given;
  const { threshold, negated } = assertion;
  const pass = threshold === undefined ? given.score > 0 : given.score >= threshold;
  return {
    pass: pass !== negated,
    score: negated ? 1 - given.score : given.score,
    reason: `The judge chose "${given.choice}".`,
    ...judge.spent(),
  };
}

/** As `gh models eval` had it; what matched nothing had the score 0. */
function firstContained(text: string, choices: readonly Choice[]): Choice {
  const said = text.trim().toLowerCase();
  return choices.find(({ choice }) => said.includes(choice.toLowerCase())) ?? { choice: 'none of them', score: 0 };
}

function providerOf({ modelId }: Evaluator, { assertion }: ScoreRequest): EvalProvider | undefined {
  if (modelId === undefined) return undefined;
  return { id: modelId, label: modelId, kind: 'openai', model: modelId, config: {}, place: assertion.place };
}

function messagesOf(
  { prompt, systemPrompt }: Evaluator,
  { answer, vars, assertion }: ScoreRequest,
): { readonly messages: readonly Message[] } | ScoreFailure {
  const { blocks, notice } = fence({ completion: answer.text });
  const plain = isCompatible(assertion) || !prompt.includes('completion');
  const missing: string[] = [];
  const filled = prompt.replaceAll(judgeVariable, (whole, name: string) => {
    if (name === 'completion') return plain ? answer.text : blocks.completion;
    const value = Object.hasOwn(vars, name) ? vars[name] : undefined;
    if (value === undefined || value === null) {
      if (!isCompatible(assertion)) missing.push(name);
      return whole;
    }
    return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  });
  const [first] = missing;
  if (first !== undefined)
    return cannotTell(
      `the variable "${first}" of the judge's prompt has no value`,
      `Add the field "${first}" to the case.`,
    );
  const system = [systemPrompt, plain ? '' : notice].filter((text) => text !== '').join('\n\n');
  const user: Message = { role: 'user', content: filled };
  return { messages: system === '' ? [user] : [{ role: 'system', content: system }, user] };
}

/** They rate an answer to a question; of a case without an `input` that is all the model was told. */
const withInput = (request: ScoreRequest): ScoreRequest => {
  const given = Object.hasOwn(request.vars, 'input') ? request.vars['input'] : undefined;
  return given === undefined || given === null
    ? { ...request, prompt: request.prompt, vars: { ...request.vars, input: request.prompt } }
    : request;
};

const isCompatible = ({ config }: Assertion): boolean => config?.['compat'] === 'gh-models';

const scale = [1, 2, 3, 4, 5].map((stars) => ({ choice: String(stars), score: (stars - 1) / 4 }));

const traits: Readonly<
  Record<string, { readonly asks: string; readonly levels: readonly string[]; readonly data: string }>
> = {
  similarity: {
    asks: 'How far does the answer say the same as the correct answer?',
    levels: [
      'nothing of the correct answer is in it',
      'most of the correct answer is missing or changed',
      'it agrees with about half of the correct answer',
      'it agrees but for details',
      'it says the same, in whatever words',
    ],
    data: 'Question:\n{{input}}\n\nCorrect answer:\n{{expected}}\n\nAnswer:\n{{completion}}',
  },
  coherence: {
    asks: 'How well do the ideas of the answer follow from one another and from the question?',
    levels: [
      'words without connection',
      'fragments with little connection',
      'understandable, with gaps in its order',
      'ordered and easy to follow',
      'ordered throughout, each thought leading to the next',
    ],
    data: 'Question:\n{{input}}\n\nAnswer:\n{{completion}}',
  },
  fluency: {
    asks: 'How well is the answer written: grammar, choice of words, flow?',
    levels: [
      'hardly any sentence can be understood',
      'short or broken sentences with many mistakes',
      'clear, with some mistakes and little variety',
      'well written, with few slips',
      'flawless and varied',
    ],
    data: 'Answer:\n{{completion}}',
  },
  relevance: {
    asks: 'How well does the answer address the question?',
    levels: [
      'it is about something else',
      'it touches the subject and misses the question',
      'it answers in part',
      'it answers the question, without some of what matters',
      'it answers the question in full and to the point',
    ],
    data: 'Question:\n{{input}}\n\nAnswer:\n{{completion}}',
  },
  groundedness: {
    asks: 'How far is what the answer claims supported by the given text?',
    levels: [
      'its claims contradict the text or have nothing to do with it',
      'most of its claims are not in the text',
      'some of its claims are not in the text',
      'nearly all of its claims are in the text',
      'all of its claims are in the text',
    ],
    data: 'Text:\n{{input}}\n\nAnswer:\n{{completion}}',
  },
};

const builtIn = (name: string): Evaluator => {
  const { asks = '', levels = [], data = '' } = traits[name] ?? {};
  const listed = levels.map((level, at) => `${at + 1}: ${level}`).join('\n');
  return {
    systemPrompt: 'You rate one property of a text on a scale from 1 to 5 and answer with that number alone.',
    prompt: `${asks}\n\n${listed}\n\n${data}\n\nAnswer with 1, 2, 3, 4 or 5 and nothing else.`,
    choices: scale,
  };
};

export const gitHubScorers: ScorerTable = new Map([
  ['llm', llm],
  ...Object.keys(traits).map((name): readonly [string, Scorer] => {
    const evaluator = builtIn(name);
    return [`github/${name}`, (request, world) => evaluated(evaluator, withInput(request), world)];
  }),
]);
