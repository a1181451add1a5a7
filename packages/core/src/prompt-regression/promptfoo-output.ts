// The shape of promptfoo's own output files, version 3, for scripts that people already have.
import type { Sha256 } from '../formats/canonical.ts';
import type { EvalSuite } from '../formats/eval-suite.ts';
import type { EvalWatcher } from './check-prompts.ts';
import type { Column } from './columns.ts';
import { derivedOf } from './derived-metrics.ts';
import type { EvalRow } from './eval-row.ts';
import { componentsOf, rowOf, tokenUsage, total, type Json, type Row } from './promptfoo-rows.ts';
import type { NamedSum } from './tally.ts';

export interface PromptfooAbout {
  readonly runId: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  readonly sha256: Sha256;
}

/** Gathers the candidate's answers as they come, in no order, and puts them in promptfoo's. */
export class PromptfooOutput implements EvalWatcher {
  readonly #rows: { readonly order: readonly [item: number, repeat: number, column: number]; readonly row: Row }[] = [];
  readonly #columns = new Map<number, ColumnSum>();

  #suite: EvalSuite | undefined;

  suite(suite: EvalSuite): void {
    this.#suite = suite;
  }

  row(row: EvalRow, column: Column, side: 'candidate' | 'baseline'): void {
    if (side === 'baseline') return;
    let sum = this.#columns.get(row.column);
    if (sum === undefined) {
      sum = new ColumnSum(column);
      this.#columns.set(row.column, sum);
    }
    const made = rowOf(row, column);
    sum.add(made);
    this.#rows.push({ order: [row.itemIndex, row.repeat, row.column], row: made });
  }

  /** Nothing asked is no success. */
  get failed(): boolean {
    return this.#rows.length === 0 || this.#rows.some(({ row }) => !row.json['success']);
  }

  json({ runId, startedAt, endedAt, durationMs, sha256 }: PromptfooAbout): Json {
    const { description, derivedMetrics = [] } = this.#suite ?? {};
    const rows = this.#rows.toSorted((a, b) => compare(a.order, b.order));
    const tests = new Map<string, number>();
    const columns = [...this.#columns].toSorted(([a], [b]) => a - b);
    const places = new Map(columns.map(([column], place) => [column, place]));
    const ids = new Map(columns.map(([column, sum]) => [column, sum.promptId(sha256)]));
    const sums = columns.map(([, sum]) => sum);
    return {
      evalId: `eval-${runId}`,
      results: {
        version: 3,
        timestamp: startedAt,
        prompts: sums.map((sum) => sum.json(sha256, derivedMetrics)),
        results: rows.map(({ order: [item, repeat, column], row }, index) => {
          const test = `${item} ${repeat}`;
          if (!tests.has(test)) tests.set(test, tests.size);
          return {
            ...row.json,
            id: `${runId}-${index}`,
            promptId: ids.get(column),
            promptIdx: places.get(column),
            testIdx: tests.get(test),
            // Not promptfoo's own: without it nobody can tell the repeats of one test.
            repeatIndex: repeat,
          };
        }),
        stats: {
          successes: total(sums, (sum) => sum.passed),
          failures: total(sums, (sum) => sum.lost),
          errors: total(sums, (sum) => sum.errors),
          tokenUsage: tokenUsage(sums.map((sum) => sum.tokens)),
          durationMs,
          evaluationDurationMs: durationMs,
        },
      },
      config: { ...(description !== undefined && { description }) },
      shareableUrl: null,
      metadata: { exportedAt: endedAt, evaluationCreatedAt: startedAt },
      vars: [...new Set(rows.flatMap(({ row }) => Object.keys(row.json['vars'] as Json)))],
    };
  }
}

/** What one column comes to. */
class ColumnSum {
  readonly #column: Column;
  readonly #named = new Map<string, NamedSum>();
  readonly tokens = { prompt: 0, completion: 0, cached: 0, requests: 0 };
  #score = 0;
  #latencyMs = 0;
  #costUsd = 0;
  #held = 0;
  #broken = 0;
  passed = 0;
  lost = 0;
  errors = 0;

  constructor(column: Column) {
    this.#column = column;
  }

  add({ score, latencyMs, costUsd, tokens }: Row): void {
    if (score.error !== undefined) this.errors += 1;
    else if (score.pass) this.passed += 1;
    else this.lost += 1;
    this.#score += score.score;
    this.#latencyMs += latencyMs;
    this.#costUsd += costUsd;
    for (const name of ['prompt', 'completion', 'cached', 'requests'] as const) this.tokens[name] += tokens[name];
    for (const component of score.parts.flatMap(componentsOf)) {
      if (component['pass'] === true) this.#held += 1;
      else this.#broken += 1;
    }
    for (const [name, { value, weight }] of score.named) {
      const sum = this.#named.get(name) ?? { sum: 0, weight: 0, count: 0 };
      this.#named.set(name, { sum: sum.sum + value * weight, weight: sum.weight + weight, count: sum.count + 1 });
    }
  }

  promptId(sha256: Sha256): string {
    return sha256(this.#raw()).replace(/^sha256:/, '');
  }

  json(sha256: Sha256, derivedMetrics: EvalSuite['derivedMetrics']): Json {
    const { compiled, provider } = this.#column;
    const named = (read: (sum: NamedSum) => number) =>
      Object.fromEntries([...this.#named].map(([name, sum]) => [name, read(sum)]));
    const rows = this.passed + this.lost + this.errors;
    const derived = derivedOf(derivedMetrics, { sums: this.#named, rows });
    return {
      id: this.promptId(sha256),
      raw: this.#raw(),
      label: compiled.prompt.label,
      provider: provider.label,
      metrics: {
        score: this.#score,
        testPassCount: this.passed,
        testFailCount: this.lost,
        testErrorCount: this.errors,
        assertPassCount: this.#held,
        assertFailCount: this.#broken,
        totalLatencyMs: this.#latencyMs,
        tokenUsage: tokenUsage([this.tokens]),
        namedScores: { ...named(({ sum }) => sum), ...derived },
        namedScoresCount: named(({ count }) => count),
        namedScoreWeights: named(({ weight }) => weight),
        cost: this.#costUsd,
      },
    };
  }

  #raw(): string {
    const { body } = this.#column.compiled.prompt;
    return body.kind === 'text' ? body.text : JSON.stringify(body.messages);
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) if (value !== b[index]) return value - (b[index] ?? 0);
  return 0;
}
