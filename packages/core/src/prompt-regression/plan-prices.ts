// What the calls of a plan cost for each token: by the inputs, by the suite, else by what sellers list.
import type { Column } from './columns.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import type { PlannedRequests } from './planned-requests.ts';

export interface Prices {
  readonly prompt: number;
  readonly completion: number;
  /** The day of the list that some of it is from. */
  readonly listed?: string;
}

/** USD for a million tokens, of the inputs; else what the providers of all calls are written or listed to cost, in the mean. */
export function pricesOf(
  { columns, providers }: PlannedRequests,
  inputs: PromptRegressionInputs,
  { asked, promptTokens }: { readonly asked: ReadonlyMap<Column, number>; readonly promptTokens: number },
): Prices | undefined {
  const [prompt, completion] = [inputs['price-prompt'], inputs['price-completion']];
  if (prompt !== undefined && completion !== undefined) return { prompt, completion };
  const sum = { prompt: 0, completion: 0, calls: 0 };
  let listed: string | undefined;
  for (const [column, calls] of asked) {
    const written = writtenPrices(column.provider);
    const list = written === undefined ? providers[columns.indexOf(column)]?.listPrice?.(column.request) : undefined;
    const each = written ?? list;
    if (each === undefined || promptTokens > (list?.upTo ?? Infinity)) return undefined;
    listed ??= list?.taken;
    sum.prompt += each.prompt * calls;
    sum.completion += each.completion * calls;
    sum.calls += calls;
  }
  if (sum.calls === 0) return undefined;
  const mean = { prompt: sum.prompt / sum.calls, completion: sum.completion / sum.calls };
  return { ...mean, ...(listed !== undefined && { listed }) };
}

/** As providers are opened: `prices` of a million tokens, or promptfoo's of one. */
function writtenPrices({ config }: Column['provider']): Prices | undefined {
  const { prices, cost, inputCost = cost, outputCost = cost } = config;
  if (isPrices(prices)) return prices;
  return typeof inputCost === 'number' && typeof outputCost === 'number'
    ? { prompt: inputCost * 1e6, completion: outputCost * 1e6 }
    : undefined;
}

const isPrices = (value: unknown): value is Prices =>
  typeof value === 'object' &&
  value !== null &&
  'prompt' in value &&
  typeof value.prompt === 'number' &&
  'completion' in value &&
  typeof value.completion === 'number';
