// What a program of the repository says of an answer, without the values it was given and nobody may be shown.
import type { Hide } from '../ports/hidden-values.ts';
import { isScoreFailure, type Score, type ScoreFailure } from './scorer.ts';

export function withoutHidden(given: Score | ScoreFailure, hide: Hide): Score | ScoreFailure {
  if (isScoreFailure(given)) return { ...given, failure: hide(given.failure) };
  const { reason, named } = given;
  return {
    ...given,
    reason: hide(reason),
    ...(named !== undefined && {
      named: Object.fromEntries(Object.entries(named).map(([name, value]) => [hide(name), value])),
    }),
  };
}
