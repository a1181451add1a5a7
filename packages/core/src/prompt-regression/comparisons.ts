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
import type { EvalRow } from './eval-row.ts';
import { errored, type Scoring } from './score-answer.ts';

export class Comparisons {
  readonly #comparers: ComparerTable;
  readonly #scoring: Scoring;
  readonly #labels: readonly string[];
  readonly #sides: readonly number[];
  readonly #waiting = new Map<string, EvalRow[]>();

  /** @param labels and @param sides of the columns, in order */
  constructor(comparers: ComparerTable, scoring: Scoring, labels: readonly string[], sides: readonly number[]) {
    this.#comparers = comparers;
    this.#scoring = scoring;
    this.#labels = labels;
    this.#sides = sides;
  }

  waitsFor({ item }: EvalRow): boolean {
    return this.#comparers.size > 0 && this.#assertionsOf(item).length > 0;
  }

  add(row: EvalRow): void {
    const key = `${this.#sides[row.column]} ${row.itemIndex} ${row.repeat}`;
    const rows = this.#waiting.get(key);
    if (rows === undefined) this.#waiting.set(key, [row]);
    else rows.push(row);
  }

  /** Judges what waits; each row comes back with its final score. */
  async finish(done: (row: EvalRow) => void): Promise<void> {
    for (const rows of this.#waiting.values()) {
      rows.sort((a, b) => a.column - b.column);
      for (const row of await this.#compare(rows)) done(row);
    }
    this.#waiting.clear();
  }

  #assertionsOf({ assertions }: EvalCase): readonly Assertion[] {
    return assertions.filter((each): each is Assertion => each.kind === 'assertion' && this.#comparers.has(each.type));
  }

  async #compare(rows: readonly EvalRow[]): Promise<readonly EvalRow[]> {
    let compared = rows;
    const [first] = rows;
    for (const assertion of first === undefined ? [] : this.#assertionsOf(first.item)) {
      const judged = compared.filter(({ scored }) => scored.score.error === undefined);
      const results = await this.#ask(assertion, judged);
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

  async #ask(assertion: Assertion, rows: readonly EvalRow[]): Promise<readonly (Score | ScoreFailure)[]> {
    const [first] = rows;
    if (first === undefined) return [];
    const filled = this.#scoring.values.fill(assertion, first.vars);
    if ('failure' in filled) return rows.map(() => ({ failure: filled.failure, hint: 'Correct the value.' }));
    const request: CompareRequest = {
      assertion: filled.value,
      candidates: rows.map(({ column, prompt, scored }) => ({
        column: this.#labels[column] ?? '',
        answer: scored.answer,
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
  const named = new Map(score.named);
  if (assertion.metric !== undefined)
    named.set(assertion.metric, { value: result.score ?? Number(result.pass), weight: assertion.weight });
  for (const [name, value] of Object.entries(result.named ?? {})) named.set(name, { value, weight: assertion.weight });
  return {
    ...score,
    parts,
    named,
    pass: score.pass && !lost,
    ...(lost && { score: result.score ?? 0, reason: result.reason }),
  };
}
