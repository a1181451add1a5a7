// The plan before the spending: how many calls there are to make, what they will cost and take, and what this many
// cases could find out at all. Told before the first call, and held against the budgets.
import type { ModelReply } from '../ports/model-provider.ts';
import { detectableDifference } from '../statistics/index.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import { alphaOfLook } from './judge.ts';
import type { RoundsPlan } from './looks.ts';
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
  /** USD for all rounds; undefined when nobody says what an answer costs. */
  readonly costUsd: number | undefined;
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
  /** Requests of one repeat that hang on earlier answers. */
  readonly chained: number;
}

export async function planSpend(
  requests: PlannedRequests,
  { inputs, rounds, concurrency, chained }: SpendOptions,
): Promise<SpendPlan> {
  const { plan, columns, cases } = requests;
  const [least, most] = [rounds.looks[0] ?? 1, rounds.looks.at(-1) ?? 1];
  const sample = new Sample();
  const step = Math.max(1, Math.floor(plan.count / sampleSize));
  const looksUp = requests.providers.some(({ recorded }) => recorded !== undefined);
  const calls = [0, 0];
  let recorded = 0;
  for (let place = 0; place < plan.count; place++) {
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
        if (repeat < least) calls[0]! += 1;
      }
    }
  }
  const [fewest = 0, all = 0] = calls;
  const each = sample.tokens();
  const completion = each.completion === undefined ? undefined : Math.round(each.completion * all);
  const tokens = { prompt: Math.round(each.prompt * all), completion, basis: each.basis };
  const latency = sample.latencyMs();
  return {
    cases: cases.length,
    columns: columns.length,
    rounds: [least, most],
    calls: [fewest, all],
    recorded,
    tokens,
    costUsd: all === 0 ? 0 : costOf(sample, tokens, all, inputs),
    minutes: all === 0 ? 0 : latency === undefined ? undefined : (all * latency) / concurrency / 60_000,
    detectable: detectableDifference(cases.length, assumedDiffering, {
      alpha: alphaOfLook(rounds.looks.length),
      power: 0.8,
    }),
    chained: chained * most,
  };
}

function costOf(
  sample: Sample,
  tokens: SpendPlan['tokens'],
  calls: number,
  inputs: PromptRegressionInputs,
): number | undefined {
  const [prompt, completion] = [inputs['price-prompt'], inputs['price-completion']];
  if (prompt !== undefined && completion !== undefined && tokens.completion !== undefined)
    return (tokens.prompt * prompt + tokens.completion * completion) / 1e6;
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
