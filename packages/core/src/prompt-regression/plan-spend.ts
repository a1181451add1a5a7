// The plan before the spending: how many calls there are to make, what they will cost and take, and what this many
// cases could find out at all. Told before the first call, and held against the budgets.
import type { ModelReply } from '../ports/model-provider.ts';
import { judgedTypes } from '../judges/index.ts';
import { detectableDifference } from '../statistics/index.ts';
import { runsIn, type Column } from './columns.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import { alphaOfLook } from './judge.ts';
import type { RoundsPlan } from './looks.ts';
import { pricesOf, type Prices } from './plan-prices.ts';
import { callsNobody, plannedRequest, recordedReply, type PlannedRequests } from './planned-requests.ts';

/** Texts are measured on so many requests, evenly spread. */
const sampleSize = 200;
/** English has about four characters a token; other languages and code have fewer. */
const charactersPerToken = 4;
/** Share of cases that change sides when a prompt is reworded; what can be detected hangs on it. */
export const assumedDiffering = 0.2;

export interface SpendPlan {
  readonly cases: number;
  readonly columns: number;
  /** Whether there is a baseline: without one no loss can be found. */
  readonly compared: boolean;
  /** Rounds of repeats, at the least and at the most. */
  readonly rounds: readonly [least: number, most: number];
  /** Calls still to be made, at the least and at the most. */
  readonly calls: readonly [least: number, most: number];
  /** Answers that are recorded, of all rounds. */
  readonly recorded: number;
  /** Of all rounds; undefined when nothing tells how long answers are. */
  readonly tokens: {
    readonly prompt: number;
    readonly completion: number | undefined;
    readonly basis: 'recorded' | 'characters';
  };
  /** Answers of all rounds that judges are asked about, at the least and at the most; not in `calls`. */
  readonly judged: readonly [least: number, most: number];
  /** USD for all rounds; undefined when nobody says what an answer costs. */
  readonly costUsd: number | undefined;
  /** USD of what is sent alone, where prices are known and the length of answers is not. */
  readonly atLeastUsd: number | undefined;
  /** The day of the list prices that it was reckoned by. */
  readonly listPrices: string | undefined;
  /** Undefined when no recorded answer says how long one takes. */
  readonly minutes: number | undefined;
  /** Smallest true loss that is found four times in five with one repeat; undefined when there is none. */
  readonly detectable: number | undefined;
  /** Requests that are known only when earlier ones are answered are not in the numbers. */
  readonly chained: number;
}

export interface SpendOptions {
  readonly inputs: PromptRegressionInputs;
  readonly rounds: RoundsPlan;
  readonly concurrency: number;
  readonly compared: boolean;
  /** Requests of one repeat that hang on earlier answers. */
  readonly chained: number;
}

export async function planSpend(
  requests: PlannedRequests,
  { inputs, rounds, concurrency, compared, chained }: SpendOptions,
): Promise<SpendPlan> {
  const { plan, columns, cases } = requests;
  const [least, most] = [rounds.looks[0] ?? 1, rounds.looks.at(-1) ?? 1];
  const sample = new Sample();
  const step = Math.max(1, Math.floor(plan.count / sampleSize));
  const looksUp = requests.providers.some(({ recorded }) => recorded !== undefined);
  const calls = [0, 0];
  const asked = new Map<Column, number>();
  let recorded = 0;
  const requestCount = columns.every(callsNobody) ? 0 : plan.count;
  for (let place = 0; place < requestCount; place++) {
    const first = plan.first(place);
    const column = columns[first.column];
    if (column === undefined || callsNobody(column)) continue;
    const wanted = Math.max(
      ...plan.waiting(place).map(({ item }) => Math.min(most, rounds.repeatsOf(cases[item] as (typeof cases)[number]))),
    );
    const sampled = place % step === 0;
    const request = looksUp || sampled ? await plannedRequest(requests, place, 0) : undefined;
    if (request !== undefined && sampled)
      sample.addRequest(charactersOf(request.request), limitOf(request.request.parameters));
    for (let repeat = 0; repeat < wanted; repeat++) {
      const reply = request && recordedReply({ ...request, request: { ...request.request, repeat } });
      if (reply !== undefined) {
        recorded += 1;
        sample.addReply(reply);
      } else {
        calls[1]! += 1;
        asked.set(column, (asked.get(column) ?? 0) + 1);
        if (repeat < least) calls[0]! += 1;
      }
    }
  }
  const [fewest = 0, all = 0] = calls;
  const each = sample.tokens();
  const completion = each.completion === undefined ? undefined : Math.round(each.completion * all);
  const tokens = { prompt: Math.round(each.prompt * all), completion, basis: each.basis };
  const latency = sample.latencyMs();
  const prices = all === 0 ? undefined : pricesOf(requests, inputs, { asked, promptTokens: each.prompt });
  const costUsd = all === 0 ? 0 : costOf(sample, tokens, all, prices);
  return {
    cases: cases.length,
    columns: columns.length,
    compared,
    rounds: [least, most],
    calls: [fewest, all],
    recorded,
    tokens,
    judged: [judgedAnswers(requests, rounds, least), judgedAnswers(requests, rounds, most)],
    costUsd,
    atLeastUsd: costUsd === undefined ? (tokens.prompt * (prices?.prompt ?? 0)) / 1e6 || undefined : undefined,
    // What recorded answers cost is no matter of lists.
    listPrices: tokens.completion === undefined && costUsd !== undefined ? undefined : prices?.listed,
    minutes: all === 0 ? 0 : latency === undefined ? undefined : (all * latency) / concurrency / 60_000,
    detectable: detectableDifference(cases.length, assumedDiffering, {
      alpha: alphaOfLook(rounds.looks.length),
      power: 0.8,
    }),
    chained: chained * most,
  };
}

/** One for each judge of a case, column and repeat; some ask several questions of one answer. */
function judgedAnswers({ columns, cases }: PlannedRequests, { repeatsOf }: RoundsPlan, upTo: number): number {
  let sum = 0;
  for (const item of cases) {
    const judges = item.assertions
      .flatMap((each) => (each.kind === 'set' ? each.assertions : [each]))
      .filter(({ type }) => judgedTypes.has(type)).length;
    if (judges === 0) continue;
    sum += judges * columns.filter((column) => runsIn(item, column)).length * Math.min(upTo, repeatsOf(item));
  }
  return sum;
}

function costOf(
  sample: Sample,
  tokens: SpendPlan['tokens'],
  calls: number,
  prices: Prices | undefined,
): number | undefined {
  if (prices !== undefined && tokens.completion !== undefined)
    return (tokens.prompt * prices.prompt + tokens.completion * prices.completion) / 1e6;
  const recorded = sample.costUsd();
  return recorded === undefined ? undefined : recorded * calls;
}

const charactersOf = ({
  messages,
  text,
}: {
  readonly messages: readonly { readonly content: unknown }[];
  readonly text?: string;
}): number =>
  text?.length ??
  messages.reduce(
    (sum, { content }) => sum + (typeof content === 'string' ? content : JSON.stringify(content)).length,
    0,
  );

/** What an answer may take at the most, as endpoints call it. */
function limitOf(parameters: Readonly<Record<string, unknown>>): number | undefined {
  const names = ['maxTokens', 'maxCompletionTokens', 'max_tokens', 'max_completion_tokens'];
  return names.map((name) => parameters[name]).find((value) => typeof value === 'number') as number | undefined;
}

/** Sums of what the sampled requests and the recorded answers say. */
class Sample {
  #requests = 0;
  #characters = 0;
  #limits = 0;
  #limited = 0;
  readonly #mean = { prompt: new Mean(), completion: new Mean(), cost: new Mean(), latency: new Mean() };

  addRequest(characters: number, limit: number | undefined): void {
    this.#requests += 1;
    this.#characters += characters;
    if (limit === undefined) return;
    this.#limits += limit;
    this.#limited += 1;
  }

  addReply({ usage, costUsd, latencyMs }: ModelReply): void {
    this.#mean.prompt.add(usage?.promptTokens);
    this.#mean.completion.add(usage?.completionTokens);
    this.#mean.cost.add(costUsd);
    this.#mean.latency.add(latencyMs);
  }

  /** Of one call. */
  tokens(): {
    readonly prompt: number;
    readonly completion: number | undefined;
    readonly basis: 'recorded' | 'characters';
  } {
    const prompt = this.#mean.prompt.value();
    const guessed = this.#characters / Math.max(1, this.#requests) / charactersPerToken;
    const limit = this.#limited > 0 && this.#limited === this.#requests ? this.#limits / this.#limited : undefined;
    return {
      prompt: prompt ?? guessed,
      completion: this.#mean.completion.value() ?? limit,
      basis: prompt === undefined ? 'characters' : 'recorded',
    };
  }

  costUsd = (): number | undefined => this.#mean.cost.value();
  latencyMs = (): number | undefined => this.#mean.latency.value();
}

class Mean {
  #sum = 0;
  #count = 0;

  add(value: number | undefined): void {
    if (value === undefined) return;
    this.#sum += value;
    this.#count += 1;
  }

  value = (): number | undefined => (this.#count === 0 ? undefined : this.#sum / this.#count);
}
