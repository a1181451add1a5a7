// A judgement from a server of the user's: POST {output, context}, and back comes {pass, score?, reason?}.
import { askService, strangeAnswer } from './service.ts';
import type { Scorer, ScorerTable } from './scorer.ts';
import { badValue, isRecord } from './verdicts.ts';

const webhook: Scorer = async ({ assertion: { value, negated }, answer, prompt, vars }, world) => {
  if (typeof value !== 'string' || value === '') return badValue('webhook', 'an address');
  const answered = await askService(world, 'the webhook', value, { output: answer.output, context: { prompt, vars } });
  if ('failure' in answered) return answered;
  const { body } = answered;
  if (!isRecord(body) || typeof body.pass !== 'boolean') return strangeAnswer('the webhook', 'a boolean "pass"');
  const given = body.score ?? undefined;
  if (given !== undefined && typeof given !== 'number') return strangeAnswer('the webhook', 'a number as its "score"');
  const pass = body.pass !== negated;
  const score = given === undefined ? (pass ? 1 : 0) : negated ? 1 - given : given;
  const reason = typeof body.reason === 'string' && body.reason !== '' ? body.reason : `The webhook gave ${body.pass}.`;
  return { pass, score, reason };
};

export const webhookScorers: ScorerTable = new Map([['webhook', webhook]]);
