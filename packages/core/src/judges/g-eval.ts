// G-Eval (Liu et al. 2023, arXiv:2303.16634): a judge first writes the steps of its evaluation, then grades by them.
import type { Score, ScoreFailure, ScoreRequest, Scorer, ScorerTable, ScorerWorld } from '../scorers/scorer.ts';
import { badValue, isRecord } from '../scorers/verdicts.ts';
import { isFailure, openJudge, type Judge, type Unreadable } from './ask.ts';
import { numberOf, objectWith, shown, textOf } from './answers.ts';
import { judgeMessages } from './judge-prompt.ts';

const highest = 10;
const wantsSteps = 'Answer with one JSON object and nothing else: {"steps": ["first step", "second step", …]}.';
const wantsGrade = `Answer with one JSON object and nothing else: {"score": a number from 0 to ${highest}, "reason": "why, in a sentence or two"}.`;
const system = 'You evaluate the replies of language models by a criterion that you are given.';

const gEval: Scorer = async (request, world) => {
  const { value, threshold = 0.7, negated } = request.assertion;
  const criteria = [value].flat();
  if (criteria.length === 0 || !criteria.every((each): each is string => typeof each === 'string' && each !== ''))
    return badValue('g-eval', 'a criterion in words, or a list of them,');
  const judge = await openJudge(world, request.assertion);
  if (isFailure(judge)) return judge;
  const grades: Grade[] = [];
  for (const criterion of criteria) {
    const grade = await gradeBy(criterion, request, { judge, world });
    if (isFailure(grade)) return grade;
    grades.push(grade);
  }
  const score = grades.reduce((sum, grade) => sum + grade.score, 0) / grades.length;
  return {
    pass: score >= threshold !== negated,
    score: negated ? 1 - score : score,
    reason: grades.map(({ reason }) => reason).join('\n\n'),
    ...judge.spent(),
  } satisfies Score;
};

interface Grade {
  /** 0 to 1. */
  readonly score: number;
  readonly reason: string;
}

async function gradeBy(
  criteria: string,
  request: ScoreRequest,
  asked: { readonly judge: Judge; readonly world: ScorerWorld },
): Promise<Grade | ScoreFailure> {
  const { assertion, answer, prompt } = request;
  const own = isRecord(assertion.rubricPrompt) ? assertion.rubricPrompt : {};
  const steps = await stepsFor(criteria, request, asked);
  if (isFailure(steps)) return steps;
  const listed = steps.steps.join('\n- ');
  const told = judgeMessages({
    rubricPrompt: own['evaluate'],
    place: assertion.place,
    material: { input: prompt, output: answer.text },
    vars: { criteria, steps: listed, maxScore: String(highest) },
    system,
    task: ({ input, output }) =>
      `Grade the reply by the criterion, following the steps. ${highest} means that the criterion is met fully, 0 that nothing of it is.\n\n` +
      `Criterion:\n${criteria}\n\nSteps:\n- ${listed}\n\nPrompt:\n${input}\n\nReply:\n${output}\n\n${wantsGrade}`,
  });
  if (isFailure(told)) return told;
  return asked.judge.ask({ messages: told.messages, wants: wantsGrade, read: readGrade });
}

interface Steps {
  readonly steps: readonly string[];
}

/** The steps depend on the criterion alone: asked once for all cases of a run. */
const stepsOfRun = new WeakMap<ScorerWorld, Map<string, Promise<Steps | ScoreFailure>>>();

async function stepsFor(
  criteria: string,
  { assertion }: ScoreRequest,
  { judge, world }: { readonly judge: Judge; readonly world: ScorerWorld },
): Promise<Steps | ScoreFailure> {
  const own = isRecord(assertion.rubricPrompt) ? assertion.rubricPrompt['steps'] : undefined;
  const told = judgeMessages({
    rubricPrompt: own,
    place: assertion.place,
    material: {},
    vars: { criteria },
    system,
    task: () =>
      `Write three to five short steps by which somebody can evaluate how far a reply to a prompt meets this criterion.\n\nCriterion:\n${criteria}\n\n${wantsSteps}`,
  });
  if (isFailure(told)) return told;
  const known = stepsOfRun.get(world) ?? new Map<string, Promise<Steps | ScoreFailure>>();
  stepsOfRun.set(world, known);
  const key = JSON.stringify([judge.model, assertion.provider, told.messages]);
  const before = known.get(key);
  const steps = before ?? judge.ask({ messages: told.messages, wants: wantsSteps, read: readSteps });
  known.set(key, steps);
  const given = await steps;
  if (isFailure(given)) known.delete(key);
  return given;
}

function readSteps(text: string): Steps | Unreadable {
  const found = objectWith(text, ['steps']);
  if ('unreadable' in found) return found;
  const { steps } = found.value;
  const usable =
    Array.isArray(steps) && steps.length > 0 && steps.every((step) => typeof step === 'string' && step.trim() !== '');
  return usable ? { steps: steps as readonly string[] } : { unreadable: '"steps" is no list of texts' };
}

function readGrade(text: string): Grade | Unreadable {
  const found = objectWith(text, ['score']);
  if ('unreadable' in found) return found;
  const score = numberOf(found.value['score']);
  if (score === undefined || score < 0 || score > highest)
    return { unreadable: `"score" is ${shown(found.value['score'])}, and no number from 0 to ${highest}` };
  const reason = textOf(found.value['reason']);
  return reason === '' ? { unreadable: '"reason" is missing' } : { score: score / highest, reason };
}

export const gEvalScorers: ScorerTable = new Map([['g-eval', gEval]]);
