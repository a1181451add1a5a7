// What a scorer is asked: one assertion, one answer, and its case.
import type { Assertion } from '../formats/eval-suite.ts';
import type { Fields } from '../eval-suite/index.ts';
import type { ScoredAnswer, ScoreRequest } from '../scorers/scorer.ts';
import type { Answered } from './score-answer.ts';

export function scoreRequest(assertion: Assertion, answer: ScoredAnswer, answered: Answered): ScoreRequest {
  const request = new AnswerToScore(assertion, answer, answered);
  const { tools } = answered.column.request;
  const { conversation } = answered;
  return tools === undefined && conversation === undefined
    ? request
    : Object.assign(request, {
        ...(tools !== undefined && { tools }),
        ...(conversation !== undefined && { conversation }),
      });
}

/** A class, since a getter of an object's own costs more than all else of it. A copy by spreading has no `prompt`. */
class AnswerToScore implements ScoreRequest {
  readonly assertion: Assertion;
  readonly answer: ScoredAnswer;
  readonly vars: Fields;
  readonly metadata: ScoreRequest['metadata'];
  readonly #prompt: () => string;

  constructor(assertion: Assertion, answer: ScoredAnswer, { item, vars, prompt }: Answered) {
    this.assertion = assertion;
    this.answer = answer;
    this.vars = vars;
    this.metadata = item.metadata;
    this.#prompt = prompt;
  }

  /** Rendered again when a scorer reads it: most do not. */
  get prompt(): string {
    return this.#prompt();
  }
}
