// Judges of retrieval: what was retrieved, and what the answer made of it (Es et al. 2023, RAGAS, arXiv:2309.15217).
import type { Score, ScoreFailure, ScoreRequest, Scorer, ScorerTable, ScorerWorld } from '../scorers/scorer.ts';
import { cosine } from '../scorers/similarity.ts';
import { badValue, cannotTell } from '../scorers/verdicts.ts';
import { isFailure, openJudge, type Judge } from './ask.ts';
import { judgeMessages } from './judge-prompt.ts';
import {
  finalVerdict,
  nothingRelevant,
  readAttributions,
  readRelevant,
  readStatements,
  readVerdicts,
  type Share,
} from './rag-answers.ts';

const system = 'You check texts against each other, sentence by sentence, and add no knowledge of your own.';

const contextRecall: Scorer = async (request, world) => {
  const { assertion, vars, prompt } = request;
  const { value } = assertion;
  if (typeof value !== 'string' || value === '') return badValue('context-recall', 'the expected answer');
  const context = contextOf(vars, prompt);
  if (isFailure(context)) return context;
  const wants = 'End each numbered line with [Attributed] or [Not Attributed].';
  const told = messagesFor(request, {
    rubricPrompt: assertion.rubricPrompt,
    material: { context: context.text, groundTruth: value },
    task: (blocks) =>
      `Take the answer sentence by sentence, one numbered line each, and say whether the context supports it.\n\n` +
      `Context:\n${blocks['context']}\n\nAnswer:\n${blocks['groundTruth']}\n\n${wants}`,
  });
  const asked = await begun(told, request, world);
  if (isFailure(asked)) return asked;
  const share = await asked.judge.ask({ messages: asked.messages, wants, read: readAttributions });
  return isFailure(share) ? share : graded('Recall', share, request, asked.judge);
};

const contextRelevance: Scorer = async (request, world) => {
  const { assertion, vars } = request;
  const query = queryOf(request);
  if (isFailure(query)) return query;
  const context = contextOf(vars);
  if (isFailure(context)) return context;
  const wants = `Copy the sentences without any change, one a line, or answer "${nothingRelevant}".`;
  const told = messagesFor(request, {
    rubricPrompt: assertion.rubricPrompt,
    material: { context: context.text, query: query.text },
    task: (blocks) =>
      `Which sentences of the context are needed to answer the question?\n\nQuestion:\n${blocks['query']}\n\n` +
      `Context:\n${blocks['context']}\n\n${wants}`,
  });
  const asked = await begun(told, request, world);
  if (isFailure(asked)) return asked;
  const share = await asked.judge.ask({
    messages: asked.messages,
    wants,
    read: (text) => readRelevant(text, context.written),
  });
  return isFailure(share) ? share : graded('Context relevance', share, request, asked.judge);
};

const contextFaithfulness: Scorer = async (request, world) => {
  const { assertion, answer, vars } = request;
  const query = queryOf(request);
  if (isFailure(query)) return query;
  const context = contextOf(vars);
  if (isFailure(context)) return context;
  const own = assertion.rubricPrompt;
  if (own !== undefined && !Array.isArray(own))
    return badValue('context-faithfulness', 'a list of two prompts as "rubricPrompt", else none,');
  const [first, second] = (own ?? []).map(textOfPrompt);
  const wantsStatements = 'Write one statement a line and nothing else.';
  const longform = messagesFor(request, {
    rubricPrompt: first,
    material: { question: query.text, answer: answer.text },
    task: (blocks) =>
      `Take the answer apart into statements that can each be understood and checked alone.\n\n` +
      `Question:\n${blocks['question']}\n\nAnswer:\n${blocks['answer']}\n\n${wantsStatements}`,
  });
  const asked = await begun(longform, request, world);
  if (isFailure(asked)) return asked;
  const given = await asked.judge.ask({ messages: asked.messages, wants: wantsStatements, read: readStatements });
  if (isFailure(given)) return given;
  const { statements } = given;
  const wants = `End with one line: "${finalVerdict} Yes. No." and so on, one word for each of the ${statements.length} statements.`;
  const inference = messagesFor(request, {
    rubricPrompt: second,
    material: { context: context.text, statements: statements.join('\n') },
    task: (blocks) =>
      `Does each statement follow from the context? Give a reason for each, then your verdicts.\n\n` +
      `Context:\n${blocks['context']}\n\nStatements:\n${blocks['statements']}\n\n${wants}`,
  });
  if (isFailure(inference)) return inference;
  const read = (text: string) => readVerdicts(text, statements.length);
  const share = await asked.judge.ask({ messages: inference.messages, wants, read });
  return isFailure(share) ? share : graded('Faithfulness', share, request, asked.judge);
};

const questions = 3;

/** Questions are made of the answer; the nearer they are to what was asked, the more the answer is one. */
const answerRelevance: Scorer = async (request, world) => {
  const { assertion, answer, vars, prompt } = request;
  // Its own provider is the judge; which model compares, the suite says.
  const embedder = await world.embedder?.(undefined);
  if (embedder === undefined)
    return cannotTell('"answer-relevance" needs an embedding model and none is set', 'Set one for the suite.');
  const wants = 'Write the question and nothing else.';
  const told = messagesFor(request, {
    rubricPrompt: assertion.rubricPrompt,
    material: { answer: answer.text },
    task: (blocks) =>
      `Which question does this text answer? If it evades every question, write the question it evades.\n\nText:\n${blocks['answer']}\n\n${wants}`,
  });
  const asked = await begun(told, request, world);
  if (isFailure(asked)) return asked;
  const made: string[] = [];
  for (let sample = 0; sample < questions; sample += 1) {
    const given = await asked.judge.ask({ messages: asked.messages, wants, sample, read: (text) => ({ text }) });
    if (isFailure(given)) return given;
    made.push(given.text);
  }
  const input = typeof vars['query'] === 'string' ? vars['query'] : prompt;
  const embedded = await embedder.embed([input, ...made]);
  if (isFailure(embedded)) return embedded;
  const [first, ...others] = embedded.vectors;
  if (first === undefined || others.length !== questions || others.some(({ length }) => length !== first.length))
    return cannotTell(`the embedding model ${embedder.id} gave vectors that cannot be compared`, 'Check the model.');
  const mean = others.reduce((sum, vector) => sum + cosine(first, vector), 0) / questions;
  // Opposite meaning is no less than no relevance.
  const score = Math.max(0, mean);
  const result = graded('Relevance', { score, found: questions, of: questions }, request, asked.judge);
  const costUsd = (result.costUsd ?? 0) + (embedded.costUsd ?? 0);
  return costUsd > 0 ? { ...result, costUsd } : result;
};

interface Told {
  readonly rubricPrompt: unknown;
  readonly material: Readonly<Record<string, string>>;
  readonly task: (blocks: Readonly<Record<string, string>>) => string;
}

const messagesFor = ({ assertion, vars }: ScoreRequest, told: Told): ReturnType<typeof judgeMessages> =>
  judgeMessages({ ...told, place: assertion.place, vars, system });

async function begun(
  told: ReturnType<typeof judgeMessages>,
  { assertion }: ScoreRequest,
  world: ScorerWorld,
): Promise<(Exclude<typeof told, ScoreFailure> & { readonly judge: Judge }) | ScoreFailure> {
  if (isFailure(told)) return told;
  const judge = await openJudge(world, assertion);
  return isFailure(judge) ? judge : { ...told, judge };
}

function graded(name: string, { score, found, of }: Share, { assertion }: ScoreRequest, judge: Judge): Score {
  const { threshold = 0.5, negated } = assertion;
  const reached = score >= threshold - Number.EPSILON;
  return {
    pass: reached !== negated,
    score: negated ? 1 - score : score,
    reason: `${name} is ${score.toFixed(2)} (${found} of ${of}), ${reached ? 'at or above' : 'below'} the threshold ${threshold}.`,
    ...judge.spent(),
  };
}

interface Context {
  readonly written: string | readonly string[];
  readonly text: string;
}

function contextOf(vars: ScoreRequest['vars'], otherwise?: string): Context | ScoreFailure {
  const { context = otherwise } = vars;
  if (typeof context === 'string' && context !== '') return { written: context, text: context };
  if (
    Array.isArray(context) &&
    context.length > 0 &&
    context.every((chunk): chunk is string => typeof chunk === 'string' && chunk !== '')
  )
    return { written: context, text: context.join('\n\n') };
  return cannotTell(
    'there is no context: a text, or a list of texts',
    'Give the case the variable "context", or the assertion a "contextTransform".',
  );
}

function queryOf({ vars, assertion }: ScoreRequest): { readonly text: string } | ScoreFailure {
  const { query } = vars;
  if (typeof query === 'string' && query !== '') return { text: query };
  return cannotTell(`"${assertion.type}" needs the question as the variable "query"`, 'Give the case that variable.');
}

const textOfPrompt = (each: unknown): unknown =>
  typeof each === 'object' && each !== null && 'content' in each ? each.content : each;

export const ragScorers: ScorerTable = new Map([
  ['context-recall', contextRecall],
  ['context-relevance', contextRelevance],
  ['context-faithfulness', contextFaithfulness],
  ['answer-relevance', answerRelevance],
]);
