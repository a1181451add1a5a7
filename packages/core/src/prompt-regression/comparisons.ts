// Assertions that weigh the columns of one case against each other wait until all of them have answered.
import type { Assertion, EvalCase } from '../formats/eval-suite.ts';
import {
  isScoreFailure,
  type CompareRequest,
  type ComparerTable,
  type Score,
  type ScoreFailure,
} from '../scorers/scorer.ts';
import type { CaseScore, Scored } from './aggregate.ts';
import { isFailure } from './ask.ts';
import type { EvalRow } from './eval-row.ts';
import { errored, type Scoring } from './score-answer.ts';

export class Comparisons {
  readonly #comparers: ComparerTable;
  readonly #scoring: Scoring;
  readonly #columns: readonly ComparedColumn[];
  readonly #waiting = new Map<string, EvalRow[]>();

  constructor(comparers: ComparerTable, scoring: Scoring, columns: readonly ComparedColumn[]) {
    this.#comparers = comparers;
    this.#scoring = scoring;
    this.#columns = columns;
  }

  waitsFor({ item }: EvalRow): boolean {
    for (const each of item.assertions) if (each.kind === 'assertion' && this.#comparers.has(each.type)) return true;
    return false;
  }

  add(row: EvalRow): void {
    const key = `${row.itemIndex} ${row.repeat}`;
    const rows = this.#waiting.get(key);
    if (rows === undefined) this.#waiting.set(key, [row]);
    else rows.push(row);
  }

  /**
   * Judges what waits, each side by itself; each row comes back with its final score.
   * @param spend told what judges cost
   */
  async finish(done: (row: EvalRow) => void, spend: (costUsd: number) => void): Promise<void> {
    for (const rows of this.#waiting.values()) {
      rows.sort((a, b) => a.column - b.column);
      const sides = [...new Set(rows.map(({ column }) => this.#columns[column]?.side))];
      for (const side of sides) {
        const own = rows.filter(({ column }) => this.#columns[column]?.side === side);
        for (const row of await this.#compare(own, rows)) {
          const before = own.find(({ column }) => column === row.column)?.scored.score.costUsd ?? 0;
          if ((row.scored.score.costUsd ?? 0) > before) spend((row.scored.score.costUsd ?? 0) - before);
          done(row);
        }
      }
    }
    this.#waiting.clear();
  }

  #assertionsOf({ assertions }: EvalCase): readonly Assertion[] {
    return assertions.filter((each): each is Assertion => each.kind === 'assertion' && this.#comparers.has(each.type));
  }

  /** @param all with the answers of the other side */
  async #compare(rows: readonly EvalRow[], all: readonly EvalRow[]): Promise<readonly EvalRow[]> {
    let compared = rows;
    const [first] = rows;
    for (const assertion of first === undefined ? [] : this.#assertionsOf(first.item)) {
      const judged = compared.filter(({ scored }) => scored.score.error === undefined);
      const results = await this.#ask(assertion, judged, all);
      compared = compared.map((row) => {
        const place = judged.indexOf(row);
        const result = results[place];
        return place < 0 || result === undefined
          ? row
          : { ...row, scored: { ...row.scored, score: merge(row.scored.score, assertion, result) } };
      });
    }
    return compared;
  }

  async #ask(
    assertion: Assertion,
    rows: readonly EvalRow[],
    all: readonly EvalRow[],
  ): Promise<readonly (Score | ScoreFailure)[]> {
    const [first] = rows;
    if (first === undefined) return [];
    const filled = this.#scoring.values.fill(assertion, first.vars);
    if ('failure' in filled) return rows.map(() => ({ failure: filled.failure, hint: 'Correct the value.' }));
    const request: CompareRequest = {
      assertion: filled.value,
      candidates: rows.map(({ column, prompt, scored }) => ({
        column: this.#columns[column]?.label ?? '',
        answer: scored.answer,
        ...this.#before(column, all),
        prompt: prompt(),
        score: scored.score.score,
        parts: scored.score.parts.flatMap(partsOf),
      })),
      vars: first.vars,
      metadata: first.item.metadata,
    };
    const compare = this.#comparers.get(assertion.type);
    const results = (await compare?.(request, this.#scoring.world)) ?? [];
    return rows.map(
      (_, index) =>
        results[index] ?? { failure: `"${assertion.type}" did not judge every answer`, hint: 'Ask another judge.' },
    );
  }

  /** An answer that never came is none to compare with. */
  #before(column: number, all: readonly EvalRow[]): Pick<CompareRequest['candidates'][number], 'before'> {
    const place = this.#columns[column]?.before;
    const row = place === undefined ? undefined : all.find((each) => each.column === place);
    return row === undefined || isFailure(row.answer) ? {} : { before: row.scored.answer };
  }
}

/** A column, as comparisons see it. */
export interface ComparedColumn {
  readonly label: string;
  /** Comparisons of columns stay on one side. */
  readonly side: number;
  /** The column whose answers are the baseline's to it; of a baseline's column itself. */
  readonly before?: number;
}

const partsOf = (each: Scored): CompareRequest['candidates'][number]['parts'] =>
  ('set' in each ? each.parts : [each]).flatMap(({ assertion, result }) =>
    isScoreFailure(result) ? [] : [{ assertion, score: result }],
  );

/** A lost comparison fails the case and gives its score; a won one leaves both as they were. */
function merge(score: CaseScore, assertion: Assertion, result: Score | ScoreFailure): CaseScore {
  const parts = [...score.parts, { assertion, result }];
  const decides = assertion.advisory !== true;
  if (isScoreFailure(result)) return decides ? { ...errored(result), parts } : { ...score, parts };
  const lost = decides && !result.pass && assertion.weight !== 0;
  const uncertified = assertion.uncertified ?? (assertion.type === 'max-score' ? ofParts(score) : undefined);
  const named = new Map(score.named);
  // What does not decide is shown all the same, under some name.
  const metric = assertion.metric ?? (decides ? undefined : assertion.type);
  const { weight } = assertion;
  if (metric !== undefined) named.set(metric, { value: result.score ?? Number(result.pass), weight, uncertified });
  for (const [name, value] of Object.entries(result.named ?? {})) named.set(name, { value, weight, uncertified });
  return {
    ...score,
    parts,
    named,
    pass: score.pass && !lost,
    ...(decides && uncertified !== undefined && { uncertified }),
    ...(lost && { score: result.score ?? 0, reason: result.reason }),
    ...(result.costUsd !== undefined && { costUsd: (score.costUsd ?? 0) + result.costUsd }),
    ...(result.tokens !== undefined && { tokens: (score.tokens ?? 0) + result.tokens }),
  };
}

/** The winner of all scores is also that of the judges among them. */
const ofParts = ({ parts }: CaseScore): string | undefined =>
  parts.flatMap(partsOf).find(({ assertion }) => assertion.uncertified !== undefined)?.assertion.uncertified;
