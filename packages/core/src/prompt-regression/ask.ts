// Sends requests, each distinct one once a repeat, until the budget is spent.
import { after, type Awaitable } from '../formats/awaitable.ts';
import type { ModelFailure, ModelProvider, ModelReply, ModelRequest } from '../ports/model-provider.ts';
import { Budget, type BudgetLimits } from './budget.ts';
import { FailureCounts } from './failure-counts.ts';
import type { TimeLimit } from './time-limit.ts';

export type Answer = ModelReply | ModelFailure;

export const isFailure = (answer: Answer): answer is ModelFailure => 'failure' in answer;

/** What all sides together asked and got. */
export interface Calls {
  readonly asked: number;
  readonly failed: number;
  readonly reused: number;
  /** What a budget left unasked, or unanswered: questions to models under test and to judges. */
  readonly cutShort: number;
  /** USD paid now; undefined when nobody says. */
  readonly costUsd: number | undefined;
  /** The day of the list prices that some of it was reckoned by. */
  readonly listPrices: string | undefined;
  /** By what was said, in order of appearance. */
  readonly failures: ReadonlyMap<string, { readonly count: number; readonly hint: string }>;
  /** What judges and a second look at a cache cost counts too. */
  spend(costUsd: number): void;
  /** How an answer was priced: judges' too. */
  notePrice(answer: Answer): void;
}

export class Asker implements Calls {
  readonly #budget: Budget;
  readonly #failures = new FailureCounts();
  readonly #time: TimeLimit | undefined;
  #stopped = 0;
  asked = 0;
  reused = 0;
  listPrices: string | undefined;

  constructor(limits: BudgetLimits) {
    this.#budget = new Budget(limits);
    this.#time = limits.time;
  }

  get cutShort(): number {
    return this.#stopped + (this.#time?.cut ?? 0);
  }

  get costUsd(): number | undefined {
    return this.#budget.costUsd;
  }

  get failed(): number {
    return this.#failures.count;
  }

  get failures(): Calls['failures'] {
    return this.#failures.kinds;
  }

  ask(provider: ModelProvider, request: ModelRequest): Awaitable<Answer> {
    // What is recorded costs nothing, whatever is left, and waits for nobody.
    const recorded = this.#budget.isBlind ? provider.recorded?.(request) : undefined;
    return recorded === undefined && this.#budget.isBlind
      ? this.#askInTurn(provider, request)
      : this.#askNow(provider, request, recorded);
  }

  async #askInTurn(provider: ModelProvider, request: ModelRequest): Promise<Answer> {
    while (this.#budget.isBlind) await this.#budget.next();
    return this.#askNow(provider, request);
  }

  #askNow(provider: ModelProvider, request: ModelRequest, known?: ModelReply): Awaitable<Answer> {
    const stop = this.#budget.begin();
    const recorded = known ?? (stop === undefined ? undefined : provider.recorded?.(request));
    return after(recorded ?? stop ?? provider.complete(request), (answer: Answer) => {
      if (stop === undefined) this.#budget.end(answer);
      else if (answer === stop) this.#stopped += 1;
      this.asked += 1;
      if (isFailure(answer)) this.#failures.add(answer);
      else if (answer.reused) this.reused += 1;
      else this.notePrice(answer);
      return answer;
    });
  }

  /** What judges cost counts too. */
  spend(costUsd: number): void {
    this.#budget.spend(costUsd);
  }

  notePrice(answer: Answer): void {
    if (isFailure(answer) || answer.reused) return;
    if (answer.listPrices !== undefined) this.listPrices = answer.listPrices;
  }
}

/** A few at a time, in order. @param ended told of each when it is done */
export async function inParallel(
  count: number,
  concurrency: number,
  work: (index: number) => Promise<void>,
  ended: () => void,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      await work(index);
      ended();
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, worker));
}
