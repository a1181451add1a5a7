// One answer of one case in one column, with everything about it: handed on as it comes, never kept.
import type { EvalCase } from '../formats/eval-suite.ts';
import type { Fields } from '../eval-suite/index.ts';
import type { Answer } from './ask.ts';
import type { ScoredCase } from './score-answer.ts';

export interface EvalRow {
  readonly item: EvalCase;
  readonly itemIndex: number;
  /** Place among the columns of all sides. */
  readonly column: number;
  readonly repeat: number;
  readonly vars: Fields;
  /** The rendered prompt as text, made when somebody asks. */
  readonly prompt: () => string;
  readonly answer: Answer;
  readonly scored: ScoredCase;
}

export type Unscored = Omit<EvalRow, 'scored'>;

/** Member by member, as ten thousand answers are told. */
export const rowOf = (
  { item, itemIndex, column, repeat, vars, prompt, answer }: Unscored,
  scored: ScoredCase,
): EvalRow => ({ item, itemIndex, column, repeat, vars, prompt, answer, scored });
