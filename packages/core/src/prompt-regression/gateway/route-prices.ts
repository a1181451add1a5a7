// What answers of a route cost, where the gateway does not say: prices that a user writes, by who answered.
import type { Problem, Read } from '../../formats/problem.ts';

/** USD for a million tokens, by the route's model: `openai/gpt-4o-mini`. */
export type RoutePrices = Readonly<Record<string, { readonly prompt: number; readonly completion: number }>>;

/** @param written each `openai/gpt-4o-mini=0.15/0.60`, prompt and completion */
export function readRoutePrices(written: readonly string[] | undefined): Read<RoutePrices | undefined> {
  if (written === undefined) return { problems: [] };
  const prices: Record<string, { prompt: number; completion: number }> = {};
  const problems: Problem[] = [];
  for (const each of written) {
    const [, route = '', prompt, completion] = /^(.+?)\s*=\s*(\d*\.?\d+)\s*\/\s*(\d*\.?\d+)$/.exec(each) ?? [];
    if (prompt === undefined || completion === undefined) problems.push(noPrice(each));
    else prices[route] = { prompt: Number(prompt), completion: Number(completion) };
  }
  return problems.length > 0 ? { problems } : { value: prices, problems };
}

const noPrice = (each: string): Problem => ({
  code: 'INPUT_INVALID',
  severity: 'error',
  message: `The input "route-prices" has "${each}", which is no price.`,
  hint: 'Write USD for a million prompt and completion tokens: openai/gpt-4o-mini=0.15/0.60.',
});
