// Judges that read one answer against one statement: a rubric, a criterion, a reference answer, an agent's goal.
import type { Score, ScoreFailure, ScoreRequest, Scorer, ScorerTable, ScorerWorld } from '../scorers/scorer.ts';
import { stepsOf } from '../scorers/steps.ts';
import { badValue, cannotTell, isRecord } from '../scorers/verdicts.ts';
import { isFailure, openJudge, type Unreadable } from './ask.ts';
import {
  numberOf,
  objectWith,
  readRubric,
  readYesNo,
  shown,
  textOf,
  wantsRubric,
  type RubricAnswer,
} from './answers.ts';
import { isWritten, judgeMessages } from './judge-prompt.ts';

const examiner =
  'You examine what a language model or an agent produced. Judge by the statement you are given and by nothing else: not by style, length or how sure the material sounds.';

interface Asked {
  readonly material: Readonly<Record<string, string>>;
  readonly task: (blocks: Readonly<Record<string, string>>) => string;
  /** What users' templates may name besides. */
  readonly vars: Readonly<Record<string, unknown>>;
}

async function judged(
  request: ScoreRequest,
  world: ScorerWorld,
  { material, task, vars }: Asked,
): Promise<Score | ScoreFailure> {
  const { assertion } = request;
  const prompt = judgeMessages({
    rubricPrompt: assertion.rubricPrompt,
    place: assertion.place,
    material,
    vars,
    system: examiner,
    task,
  });
  if (isFailure(prompt)) return prompt;
  const judge = await openJudge(world, assertion);
  if (isFailure(judge)) return judge;
  const answer = await judge.ask<RubricAnswer>({ messages: prompt.messages, wants: wantsRubric, read: readRubric });
  if (isFailure(answer)) return answer;
  const { threshold, negated } = assertion;
  const pass = answer.pass && (threshold === undefined || answer.score >= threshold);
  return {
    pass: pass !== negated,
    score: negated ? 1 - answer.score : answer.score,
    reason: answer.reason === '' ? `The judge says ${pass ? 'it holds' : 'it does not hold'}.` : answer.reason,
    ...judge.spent(),
  };
}

const llmRubric: Scorer = (request, world) => {
  const { assertion, answer, vars } = request;
  const { value } = assertion;
  const known = typeof value === 'string' || (typeof value === 'object' && value !== null);
  if ((!known || value === '') && !isWritten(assertion.rubricPrompt))
    return badValue('llm-rubric', 'a rubric in words');
  const rubric = typeof value === 'string' ? value : known ? JSON.stringify(value) : '';
  return judged(request, world, {
    material: { output: answer.text },
    vars: { ...vars, rubric },
    task: ({ output }) =>
      `Does the output satisfy the rubric?\n\nRubric:\n${rubric}\n\nOutput:\n${output}\n\n` +
      `"pass" tells whether the rubric is satisfied, "score" how far, from 0 (not at all) to 1 (fully). ${wantsRubric}`,
  });
};

const goalSuccess: Scorer = (request, world) => {
  const { value } = request.assertion;
  const goal = isRecord(value) ? value['goal'] : value;
  if (typeof goal !== 'string' || goal === '') return badValue('trajectory:goal-success', 'a goal in words');
  const steps = stepsOf(request)?.steps;
  if (steps === undefined)
    return cannotTell(
      '"trajectory:goal-success" needs a trace and the answer has none',
      'Let the provider give one as "metadata.trace.spans".',
    );
  const trajectory = steps
    .map(({ type, name, args }, at) => `${at + 1}. ${type} ${name} ${argumentsOf(args)}`)
    .join('\n');
  return judged(request, world, {
    material: { trajectory, output: request.answer.text },
    vars: { ...request.vars, goal },
    task: (blocks) =>
      `Did the agent reach its goal? Judge by what it did and by its final answer.\n\nGoal:\n${goal}\n\n` +
      `Steps:\n${blocks['trajectory']}\n\nFinal answer:\n${blocks['output']}\n\n` +
      `"pass" tells whether the goal is reached, "score" how far, from 0 to 1. ${wantsRubric}`,
  });
};

const argumentsOf = (args: unknown): string => (args === undefined ? '' : (JSON.stringify(args) ?? '').slice(0, 500));

const wantsLetter = 'Reason first, in a few sentences; then write the letter Y (yes) or N (no) alone on the last line.';

const closedQa: Scorer = async ({ assertion, answer, prompt, vars }, world) => {
  const { value, negated } = assertion;
  if (typeof value !== 'string' || value === '') return badValue('model-graded-closedqa', 'a criterion in words');
  const told = judgeMessages({
    rubricPrompt: assertion.rubricPrompt,
    place: assertion.place,
    material: { input: prompt, completion: answer.text },
    vars: { ...vars, criteria: value },
    system: examiner,
    task: ({ input, completion }) =>
      `Does the submission meet the criterion?\n\nTask:\n${input}\n\nSubmission:\n${completion}\n\nCriterion:\n${value}\n\n${wantsLetter}`,
  });
  if (isFailure(told)) return told;
  const judge = await openJudge(world, assertion);
  if (isFailure(judge)) return judge;
  const given = await judge.ask({ messages: told.messages, wants: wantsLetter, read: readYesNo });
  if (isFailure(given)) return given;
  const pass = given.yes !== negated;
  return {
    pass,
    score: pass ? 1 : 0,
    reason: `The judge says the criterion is ${given.yes ? '' : 'not '}met.`,
    ...judge.spent(),
  };
};

const relations = {
  A: { key: 'subset', words: 'The submission is part of the reference and agrees with it' },
  B: { key: 'superset', words: 'The submission says more than the reference and agrees with it' },
  C: { key: 'agree', words: 'The submission has all the details of the reference' },
  D: { key: 'disagree', words: 'The submission and the reference contradict each other' },
  E: { key: 'differButFactual', words: 'They differ in ways that do not matter for the facts' },
} as const;

type Relation = keyof typeof relations;

const wantsCategory = `Answer with one JSON object and nothing else: {"category": "A", "B", "C", "D" or "E", "reason": "why, in a sentence"}.`;

const factuality: Scorer = async ({ assertion, answer, prompt, vars }, world) => {
  const { value, negated, config } = assertion;
  if (typeof value !== 'string' || value === '') return badValue(assertion.type, 'a reference answer');
  const listed = Object.entries(relations).map(([letter, { words }]) => `${letter}: ${words}.`);
  const told = judgeMessages({
    rubricPrompt: assertion.rubricPrompt,
    place: assertion.place,
    material: { input: prompt, completion: answer.text },
    vars: { ...vars, ideal: value },
    system: examiner,
    task: ({ input, completion }) =>
      `Compare the facts of the submission with those of the reference. Choose one category.\n\n${listed.join('\n')}\n\n` +
      `Question:\n${input}\n\nReference:\n${value}\n\nSubmission:\n${completion}\n\n${wantsCategory}`,
  });
  if (isFailure(told)) return told;
  const judge = await openJudge(world, assertion);
  if (isFailure(judge)) return judge;
  const given = await judge.ask({ messages: told.messages, wants: wantsCategory, read: readCategory });
  if (isFailure(given)) return given;
  const { key, words } = relations[given.category];
  const own = isRecord(config?.['factuality']) ? numberOf(config['factuality'][key]) : undefined;
  const score = own ?? (given.category === 'D' ? 0 : 1);
  return {
    pass: score > 0 !== negated,
    score: negated ? 1 - score : score,
    reason: `${words} (${given.category}). ${given.reason}`.trim(),
    ...judge.spent(),
  };
};

/** JSON, or an answer that begins with the letter in brackets or is the letter. */
function readCategory(text: string): { readonly category: Relation; readonly reason: string } | Unreadable {
  const found = objectWith(text, ['category']);
  if ('value' in found) {
    const category = textOf(found.value['category']).toUpperCase();
    if (isRelation(category)) return { category, reason: textOf(found.value['reason']) };
    return { unreadable: `"category" is ${shown(found.value['category'])}` };
  }
  const [, letter = '', reason = ''] = /^\s*\(?([A-Ea-e])(?:\)|\s*$)\s*(.*)/s.exec(text) ?? [];
  const category = letter.toUpperCase();
  return isRelation(category) ? { category, reason: reason.trim().slice(0, 500) } : found;
}

const isRelation = (letter: string): letter is Relation => Object.hasOwn(relations, letter);

export const rubricScorers: ScorerTable = new Map([
  ['llm-rubric', llmRubric],
  ['trajectory:goal-success', goalSuccess],
  ['model-graded-closedqa', closedQa],
  ['factuality', factuality],
  ['model-graded-factuality', factuality],
]);
