// Sends the requests of both sides, each distinct one once, a few at a time.
import type { ModelFailure, ModelProvider, ModelReply } from '../ports/model-provider.ts';
import { renderMessages, type Side } from './plan.ts';
import type { Case } from './test-data.ts';

export type Answer = ModelReply | ModelFailure;

export interface AskOptions {
  readonly repeats: number;
  readonly concurrency: number;
  readonly maxCostUsd?: number;
  readonly progress: (message: string) => void;
}

export interface Asked {
  /** By side, case and repeat; sides that sent the same request hold the same answer object. */
  readonly answers: readonly (readonly (readonly Answer[])[])[];
  /** Distinct requests: what was really asked. */
  readonly distinct: readonly Answer[];
  readonly costUsd: number | undefined;
}

export const isFailure = (answer: Answer): answer is ModelFailure => 'failure' in answer;

interface Planned {
  readonly side: Side;
  readonly item: Case;
  readonly repeat: number;
}

/** Asks every case of every side `repeats` times. */
export async function askAll(
  provider: ModelProvider,
  sides: readonly Side[],
  cases: readonly Case[],
  options: AskOptions,
): Promise<Asked> {
  const { requests, places } = distinctRequests(sides, cases, options.repeats);
  const budget = new Budget(options.maxCostUsd);
  const distinct = await inParallel(requests, options, async ({ side, item, repeat }) => {
    const stop = budget.stop();
    if (stop !== undefined) return stop;
    // Rendered again instead of kept: memory stays flat however many cases there are.
    const answer = await provider.complete({ ...side.request, messages: renderMessages(side, item), repeat });
    budget.spend(answer);
    return answer;
  });
  const answers = places.map((side) => side.map((repeats) => repeats.map((place) => distinct[place] as Answer)));
  return { answers, distinct, costUsd: budget.spent };
}

/** Each distinct request once, and which of them each side, case and repeat waits for. The rendered texts are let go. */
function distinctRequests(
  sides: readonly Side[],
  cases: readonly Case[],
  repeats: number,
): { readonly requests: readonly Planned[]; readonly places: readonly (readonly (readonly number[])[])[] } {
  const placeOf = new Map<string, number>();
  const requests: Planned[] = [];
  const places = sides.map((side) =>
    cases.map((item) => {
      const content = side.settingsKey + JSON.stringify(renderMessages(side, item));
      // Repeats of one request lie behind each other, so that the first one's place tells all.
      let first = placeOf.get(content);
      if (first === undefined) {
        first = requests.length;
        placeOf.set(content, first);
        for (let repeat = 0; repeat < repeats; repeat++) requests.push({ side, item, repeat });
      }
      const start = first;
      return Array.from({ length: repeats }, (_, repeat) => start + repeat);
    }),
  );
  return { requests, places };
}

/** Stops asking in time. An endpoint that does not say what it costs is stopped after the first answer. */
class Budget {
  readonly #limit: number | undefined;
  #unpriced = false;
  spent: number | undefined;

  constructor(limit: number | undefined) {
    this.#limit = limit;
  }

  spend(answer: Answer): void {
    if (isFailure(answer) || answer.reused) return;
    if (answer.costUsd === undefined) this.#unpriced = true;
    else this.spent = (this.spent ?? 0) + answer.costUsd;
  }

  stop(): ModelFailure | undefined {
    if (this.#limit === undefined) return undefined;
    if (this.#unpriced)
      return {
        failure: 'max-cost-usd is set, but the endpoint does not say what an answer costs',
        hint: 'Give price-prompt and price-completion.',
      };
    if ((this.spent ?? 0) < this.#limit) return undefined;
    return { failure: `the budget of $${this.#limit} is spent`, hint: 'Raise max-cost-usd, or use fewer cases.' };
  }
}

async function inParallel<T>(
  items: readonly T[],
  { concurrency, progress }: AskOptions,
  work: (item: T) => Promise<Answer>,
): Promise<Answer[]> {
  const results = Array.from<Answer>({ length: items.length });
  const step = Math.max(1, Math.ceil(items.length / 10));
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index] as T);
      done += 1;
      if (done % step === 0) progress(`${done} of ${items.length} requests answered`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  return results;
}
