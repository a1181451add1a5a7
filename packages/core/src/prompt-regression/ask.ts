// Sends requests, each distinct one once a repeat, until the budget is spent.
import type { ModelFailure, ModelProvider, ModelReply, ModelRequest } from '../ports/model-provider.ts';
import { Budget, type BudgetLimits } from './budget.ts';
import { FailureCounts } from './failure-counts.ts';

export type Answer = ModelReply | ModelFailure;

export const isFailure = (answer: Answer): answer is ModelFailure => 'failure' in answer;

/** What all sides together asked and got. */
export interface Calls {
  readonly asked: number;
  readonly failed: number;
  readonly reused: number;
  /** USD paid now; undefined when nobody says. */
  readonly costUsd: number | undefined;
  /** By what was said, in order of appearance. */
  readonly failures: ReadonlyMap<string, { readonly count: number; readonly hint: string }>;
  /** What judges and a second look at a cache cost counts too. */
  spend(costUsd: number): void;
}

export class Asker implements Calls {
  readonly #budget: Budget;
  readonly #failures = new FailureCounts();
  asked = 0;
  reused = 0;

  constructor(limits: BudgetLimits) {
    this.#budget = new Budget(limits);
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

  async ask(provider: ModelProvider, request: ModelRequest): Promise<Answer> {
    const stop = this.#budget.begin();
    // What is recorded costs nothing, whatever is left.
    const recorded = stop === undefined ? undefined : provider.recorded?.(request);
    const answer = recorded ?? stop ?? (await provider.complete(request));
    if (stop === undefined) this.#budget.end(answer);
    this.asked += 1;
    if (isFailure(answer)) this.#failures.add(answer);
    else if (answer.reused) this.reused += 1;
    return answer;
  }

  /** What judges cost counts too. */
  spend(costUsd: number): void {
    this.#budget.spend(costUsd);
  }
}

/** A few at a time, in order. */
export async function inParallel(
  count: number,
  concurrency: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, worker));
}
