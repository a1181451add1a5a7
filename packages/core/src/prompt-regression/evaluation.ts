// Runs a suite: asks, scores and tallies every case in every column, one round of repeats after another, so that
// somebody may look at the evidence in between and stop.
import { after, isPromise, type Awaitable } from '../formats/awaitable.ts';
import type { EvalCase } from '../formats/eval-suite.ts';
import type { Fields } from '../eval-suite/index.ts';
import type { ModelProvider } from '../ports/model-provider.ts';
import type { ComparerTable } from '../scorers/scorer.ts';
import type { BudgetLimits } from './budget.ts';
import { Asker, inParallel, isFailure, type Answer, type Calls } from './ask.ts';
import { CaseVars, isVarsFailure } from './case-vars.ts';
import { chainingOf, runChain, type Chain, type Chaining } from './chains.ts';
import type { Column } from './columns.ts';
import { Comparisons, type ComparedColumn } from './comparisons.ts';
import { rowOf, type EvalRow, type Unscored } from './eval-row.ts';
import { FailureCounts } from './failure-counts.ts';
import type { RenderedPrompt } from './render-prompt.ts';
import { keyOfRequest, notPlanned, notRendered, planRequests, requestOf, type RequestPlan } from './requests.ts';
import { errored, scoreAnswer, type Answered, type ScoredCase, type Scoring } from './score-answer.ts';
import { ColumnTally, MetricNames } from './tally.ts';
import { UsageTally } from './usage.ts';
import { verb } from './words.ts';

export interface EvaluationOptions {
  /** Of all sides. */
  readonly columns: readonly Column[];
  /** One for each column. */
  readonly providers: readonly ModelProvider[];
  readonly cases: readonly EvalCase[];
  readonly scoring: Scoring;
  readonly comparers: ComparerTable;
  /** The side of each column, and what its answers are compared with. */
  readonly compared: readonly ComparedColumn[];
  /** Values of a case may name other values of it. */
  readonly references: boolean;
  readonly concurrency: number;
  /** Asking stops there. */
  readonly limits?: BudgetLimits;
  readonly progress: (message: string) => void;
  readonly onRow?: (row: EvalRow) => void;
}

export class Evaluation {
  readonly metrics = new MetricNames();
  /** By column. */
  readonly tallies: readonly ColumnTally[];
  readonly usage: readonly UsageTally[];
  /** Answers that came and could not be judged. */
  readonly unjudged = new FailureCounts();
  /** Judges that do not decide, and said nothing. */
  readonly unheard = new FailureCounts();
  readonly #options: EvaluationOptions;
  readonly #asker: Asker;
  readonly #vars: CaseVars;
  readonly #chaining: Chaining;
  readonly #sent = new Map<string, { readonly id: number; readonly answers: Map<number, Awaitable<Answer>> }>();
  #plan: Promise<RequestPlan> | undefined;

  constructor(options: EvaluationOptions) {
    this.#options = options;
    this.#asker = new Asker(options.limits ?? {});
    this.#vars = new CaseVars(options.references, options.scoring.world.scripts);
    this.#chaining = chainingOf(options.columns, options.cases);
    this.tallies = options.columns.map(() => new ColumnTally(options.cases.length, this.metrics));
    this.usage = options.columns.map(() => new UsageTally());
  }

  get calls(): Calls {
    return this.#asker;
  }

  /** The requests of one repeat, known before one is sent. */
  plan(): Promise<RequestPlan> {
    const { columns, cases } = this.#options;
    this.#plan ??= planRequests({
      columns,
      cases,
      isChained: this.#chaining.isChained,
      vars: this.#vars,
    });
    return this.#plan;
  }

  /** Asks the given repeats of every case that has them. May be called again with later ones. */
  async round(repeats: readonly number[], repeatsOf: (item: EvalCase) => number): Promise<void> {
    const plan = await this.plan();
    const { concurrency, progress, comparers, scoring, compared } = this.#options;
    const { chains } = this.#chaining;
    const comparisons = new Comparisons(comparers, scoring, compared);
    const planned = plan.count * repeats.length;
    const total = planned + chains.length * repeats.length;
    const step = Math.max(1, Math.ceil(total / 10));
    let done = 0;
    await this.#unplanned(plan, repeats, repeatsOf, comparisons);
    // Providers that pace themselves may be asked for more than they send: what waits to be tried again stalls no other.
    const workers = this.#options.providers.every(({ paced }) => paced === true) ? concurrency * 4 : concurrency;
    const how = { repeatsOf, comparisons };
    const work = (index: number): Promise<void> => {
      const repeat = repeats[index % repeats.length] as number;
      const place = Math.floor(index / repeats.length);
      return index < planned
        ? this.#askPlanned(plan, place, repeat, how)
        : this.#runChain(chains[place - plan.count] as Chain, repeat, how);
    };
    await inParallel(total, workers, work, () => {
      done += 1;
      if (done % step === 0) progress(`${done} of ${total} ${verb(total, 'request', 'requests')} answered`);
    });
    await comparisons.finish(
      (row) => this.#tally(row),
      (costUsd) => this.#asker.spend(costUsd),
    );
  }

  async #askPlanned(plan: RequestPlan, place: number, repeat: number, how: How): Promise<void> {
    const { cases, columns } = this.#options;
    const all = plan.waiting(place);
    const isWanted = ({ item }: { readonly item: number }): boolean => repeat < how.repeatsOf(cases[item] as EvalCase);
    const waiting = all.every(isWanted) ? all : all.filter(isWanted);
    if (waiting.length === 0) return;
    const first = plan.first(place);
    const column = columns[first.column] as Column;
    const made = this.#render(column, cases[first.item] as EvalCase);
    const rendered = isPromise(made) ? await made : made;
    // It was rendered when the plan was made.
    if ('failure' in rendered) return;
    const answer = await this.#send(first.column, rendered.value, repeat);
    let before: { readonly item: number; readonly column: number; readonly scored: ScoredCase } | undefined;
    for (const { column: columnIndex, item: itemIndex } of waiting) {
      const item = cases[itemIndex] as EvalCase;
      const known = this.#known(item);
      const vars = isPromise(known) ? await known : known;
      const row = this.#row({ item, itemIndex, column: columnIndex, repeat, vars, answer });
      // Both sides asked the same: one score for both, unless a transform of the provider comes between.
      const transform = columns[columnIndex]?.provider.transform;
      const same = before?.item === itemIndex && columns[before.column]?.provider.transform === transform;
      const given = same && before !== undefined ? before.scored : this.#score(row);
      const scored = isPromise(given) ? await given : given;
      before = { item: itemIndex, column: columnIndex, scored };
      this.#finish(rowOf(row, scored), place, how.comparisons);
    }
  }

  /** Outputs that the suite itself gives, and cases whose texts cannot be made. */
  async #unplanned(
    plan: RequestPlan,
    repeats: readonly number[],
    repeatsOf: How['repeatsOf'],
    comparisons: Comparisons,
  ): Promise<void> {
    const { cases, columns } = this.#options;
    for (const [columnIndex, places] of plan.places.entries()) {
      const column = columns[columnIndex] as Column;
      for (const [itemIndex, item] of cases.entries()) {
        const place = places[itemIndex];
        if (place === notRendered) {
          const rendered = await this.#render(column, item);
          const failure = 'failure' in rendered ? rendered.failure : '';
          for (const repeat of repeats.filter((each) => each < repeatsOf(item)))
            this.#fail(columnIndex, itemIndex, repeat, {
              failure,
              hint: 'Correct the data of the case, or the template.',
            });
        }
        if (place !== notPlanned || item.output === undefined || this.#chaining.isChained(item, column)) continue;
        for (const repeat of repeats.filter((each) => each < repeatsOf(item))) {
          const answer: Answer = { text: textOf(item.output), reused: true };
          const row = this.#row({
            item,
            itemIndex,
            column: columnIndex,
            repeat,
            vars: await this.#known(item),
            answer,
          });
          this.#finish(rowOf(row, await this.#score(row)), notPlanned, comparisons);
        }
      }
    }
  }

  #runChain(chain: Chain, repeat: number, { repeatsOf, comparisons }: How): Promise<void> {
    const { cases, columns } = this.#options;
    const column = columns[chain.column] as Column;
    return runChain(chain, {
      cases,
      column,
      wanted: (item) => repeat < repeatsOf(item),
      varsOf: (item) => this.#vars.of(item),
      fail: (itemIndex, failure) => this.#fail(chain.column, itemIndex, repeat, failure),
      ask: async (itemIndex, rendered, vars, conversation) => {
        const item = cases[itemIndex] as EvalCase;
        const { answer, id } =
          item.output === undefined
            ? await this.#sendOnce(chain.column, rendered, repeat)
            : { answer: { text: textOf(item.output), reused: true } as const, id: notPlanned };
        const row = { item, itemIndex, column: chain.column, repeat, vars, answer, prompt: () => rendered.text() };
        const scored = await this.#score(row, conversation);
        this.#finish(rowOf(row, scored), id, comparisons);
        return isFailure(answer) ? undefined : scored.answer;
      },
    });
  }

  /** A request of a chain is known only when its turn comes; what the other side asked already is not asked again. */
  async #sendOnce(column: number, rendered: RenderedPrompt, repeat: number): Promise<{ answer: Answer; id: number }> {
    const key = keyOfRequest(this.#options.columns[column] as Column, rendered);
    let sent = this.#sent.get(key);
    if (sent === undefined) {
      // Negative, so that none is taken for a planned one.
      sent = { id: -10 - this.#sent.size, answers: new Map() };
      this.#sent.set(key, sent);
    }
    const answer = sent.answers.get(repeat) ?? this.#send(column, rendered, repeat);
    sent.answers.set(repeat, answer);
    return { answer: await answer, id: sent.id };
  }

  #send(columnIndex: number, rendered: RenderedPrompt, repeat: number): Awaitable<Answer> {
    const { columns, providers } = this.#options;
    const request = requestOf(columns[columnIndex] as Column, rendered, repeat);
    return this.#asker.ask(providers[columnIndex] as ModelProvider, request);
  }

  #row({ item, itemIndex, column, repeat, vars, answer }: Omit<Unscored, 'prompt'>): Unscored {
    const { compiled } = this.#options.columns[column] as Column;
    const prompt = (): string => {
      const rendered = compiled.render(vars, item);
      return 'value' in rendered ? rendered.value.text() : '';
    };
    return { item, itemIndex, column, repeat, vars, answer, prompt };
  }

  #score(row: Unscored, conversation?: Answered['conversation']): Awaitable<ScoredCase> {
    const { answer, item, vars, prompt } = row;
    if (isFailure(answer)) return { answer: { output: '', text: '' }, score: errored(answer) };
    const column = this.#options.columns[row.column] as Column;
    const answered = { item, column, reply: answer, prompt, vars, output: item.output, conversation };
    return after(scoreAnswer(answered, this.#options.scoring), (scored) => {
      if (scored.score.costUsd !== undefined) this.#asker.spend(scored.score.costUsd);
      return scored;
    });
  }

  #finish(row: EvalRow, request: number, comparisons: Comparisons): void {
    this.tallies[row.column]?.sent(row.itemIndex, row.repeat, request);
    this.usage[row.column]?.add(row.answer);
    if (comparisons.waitsFor(row)) comparisons.add(row);
    else this.#tally(row);
  }

  #tally(row: EvalRow): void {
    const { answer, scored, repeat } = row;
    this.tallies[row.column]?.add(row.itemIndex, repeat, {
      score: scored.score,
      text: scored.answer.text,
      measured: isFailure(answer) ? {} : answer,
    });
    if (!isFailure(answer)) {
      if (scored.score.error !== undefined) this.unjudged.add(scored.score.error);
      if (scored.score.unheard !== undefined) this.unheard.add(scored.score.unheard);
    }
    this.#options.onRow?.(row);
  }

  #fail(column: number, itemIndex: number, repeat: number, error: { failure: string; hint: string }): void {
    this.tallies[column]?.fail(itemIndex, repeat, error.failure);
    this.unjudged.add(error);
    // Told as every other: who reads rows alone must not take its absence for a pass.
    const item = this.#options.cases[itemIndex] as EvalCase;
    const row = this.#row({ item, itemIndex, column, repeat, vars: item.vars, answer: error });
    this.#options.onRow?.(rowOf(row, { answer: { output: '', text: '' }, score: errored(error) }));
  }

  #render(
    column: Column,
    item: EvalCase,
  ): Awaitable<{ readonly value: RenderedPrompt } | { readonly failure: string }> {
    return after(this.#vars.of(item), (vars) => (isVarsFailure(vars) ? vars : column.compiled.render(vars, item)));
  }

  #known(item: EvalCase): Awaitable<Fields> {
    return after(this.#vars.of(item), (vars) => (isVarsFailure(vars) ? item.vars : vars));
  }
}

interface How {
  readonly repeatsOf: (item: EvalCase) => number;
  readonly comparisons: Comparisons;
}

const textOf = (output: unknown): string => (typeof output === 'string' ? output : (JSON.stringify(output) ?? ''));
