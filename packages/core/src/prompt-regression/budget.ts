// What an evaluation may cost in dollars, tokens and minutes. Asking stops in time: what is under way is expected to cost
// what the answers before it did, so that a budget is not overrun by everything that was sent meanwhile.
import type { ModelFailure, ModelReply } from '../ports/model-provider.ts';
import type { TimeLimit } from './time-limit.ts';
import { count, verb } from './words.ts';

export interface BudgetLimits {
  readonly maxCostUsd?: number;
  readonly maxTokens?: number;
  readonly maxMinutes?: number;
  /** Milliseconds; without a clock no minutes are counted. */
  readonly now?: () => number;
  /** Ends what is under way when the minutes are over. */
  readonly time?: TimeLimit;
}

/** So many questions find out what an answer takes; three that fail in a row tell of an endpoint that is down. */
const scouts = 4;

export class Budget {
  readonly #limits: BudgetLimits;
  readonly #startedAt: number;
  /** Questions that wait for their answer. */
  #asking = 0;
  #answered = 0;
  #tokens = 0;
  #paid = 0;
  #unpriced = false;
  #uncounted = false;
  #waiting: (() => void)[] = [];
  /** USD paid now; undefined when nobody says. */
  costUsd: number | undefined;

  constructor(limits: BudgetLimits) {
    this.#limits = limits;
    this.#startedAt = limits.now?.() ?? 0;
  }

  /** Whether nobody knows yet what those under way will take: a limit would be overrun by all that are sent meanwhile. */
  get isBlind(): boolean {
    const { maxCostUsd, maxTokens } = this.#limits;
    const limited = maxCostUsd !== undefined || maxTokens !== undefined;
    return limited && this.#answered === 0 && this.#asking >= scouts;
  }

  /** Until the next of those under way has ended. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Before each question. @returns why it must not be asked; undefined when it may, and then `end` is called after it */
  begin(): ModelFailure | undefined {
    const stop = this.#overCost() ?? this.#overTokens() ?? this.#overTime();
    if (stop === undefined) this.#asking += 1;
    return stop;
  }

  end(answer: ModelReply | ModelFailure): void {
    this.#asking -= 1;
    for (const resolve of this.#waiting.splice(0)) resolve();
    if ('failure' in answer || answer.reused) return;
    this.#answered += 1;
    if (answer.usage === undefined) this.#uncounted = true;
    else this.#tokens += answer.usage.promptTokens + answer.usage.completionTokens;
    if (answer.costUsd === undefined) this.#unpriced = true;
    else this.spend(answer.costUsd);
    this.#paid += answer.costUsd ?? 0;
  }

  /** What judges cost counts too. */
  spend(costUsd: number): void {
    this.costUsd = (this.costUsd ?? 0) + costUsd;
  }

  /** What the questions under way will come to, by those answered before. */
  #pending(total: number): number {
    return this.#answered === 0 ? 0 : (total / this.#answered) * this.#asking;
  }

  /** An endpoint that does not say what it costs is stopped after the first answer. */
  #overCost(): ModelFailure | undefined {
    const limit = this.#limits.maxCostUsd;
    if (limit === undefined) return undefined;
    if (this.#unpriced)
      return {
        failure: 'max-cost-usd is set, but the endpoint does not say what an answer costs',
        hint: 'Give price-prompt and price-completion.',
      };
    if ((this.costUsd ?? 0) + this.#pending(this.#paid) < limit) return undefined;
    return { failure: `the budget of $${limit} is spent`, hint: 'Raise max-cost-usd, or use fewer cases.' };
  }

  #overTokens(): ModelFailure | undefined {
    const limit = this.#limits.maxTokens;
    if (limit === undefined) return undefined;
    if (this.#uncounted)
      return {
        failure: 'max-tokens is set, but the endpoint does not count tokens',
        hint: 'Leave max-tokens out, or ask an endpoint that tells its usage.',
      };
    if (this.#tokens + this.#pending(this.#tokens) < limit) return undefined;
    return {
      failure: `the budget of ${count(limit, 'token')} is spent`,
      hint: 'Raise max-tokens, or use fewer cases.',
    };
  }

  #overTime(): ModelFailure | undefined {
    const { maxMinutes, now } = this.#limits;
    if (maxMinutes === undefined || now === undefined) return undefined;
    if (now() - this.#startedAt < maxMinutes * 60_000) return undefined;
    return timeOver(maxMinutes);
  }
}

export const timeOver = (minutes: number): ModelFailure => ({
  failure: `the time of ${minutes} ${verb(minutes, 'minute', 'minutes')} is over`,
  hint: 'Raise max-minutes or concurrency, or use fewer cases; answers that came are recorded.',
});
