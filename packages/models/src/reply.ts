// From what an endpoint said to the reply that is judged: cost, latency, and what a gateway tells of its route.
import type { ListPrice, ModelReply } from '@pawl/core';
import type { HttpHeaders } from '@pawl/wire';
import type { Called } from './call-endpoint.ts';
import type { Completion } from './openai-completion.ts';
import { routeOf } from './route.ts';
import { thousandths } from './stream-timing.ts';

/** USD for a million tokens. */
export interface Prices {
  readonly prompt: number;
  readonly completion: number;
}

interface PricedModel {
  readonly model: string;
  readonly prices: Prices | undefined;
  /** What it is listed to cost, where nobody says. */
  readonly listed?: ListPrice | undefined;
}

export function replyOf(
  { value, headers, milliseconds }: Called<Completion>,
  { model: asked, prices, listed }: PricedModel,
): ModelReply {
  const { model, fingerprint, costUsd: said, cache: _, tier: __, reasoningTokens: ___, ...answer } = value;
  const route = routeOf(headers, model);
  // Gateways name the price of an answer that their cache gave; nobody was paid for it.
  const cached = route?.cache === 'hit' || route?.cache === 'semantic-hit';
  const known = cached ? 0 : (costOf(headers, said) ?? priced(answer.usage, prices));
  const byList = known === undefined && prices === undefined ? pricedByList(value, listed) : undefined;
  const costUsd = known ?? byList;
  const gateway = {
    ...toldBy(headers),
    ...(fingerprint !== undefined && fingerprint !== '' && { system_fingerprint: fingerprint }),
    // An alias, a fallback or a router answers with another model than was asked for.
    ...(model !== undefined && model !== asked && { model }),
  };
  return {
    ...answer,
    latencyMs: thousandths(milliseconds),
    reused: false,
    ...(costUsd !== undefined && { costUsd }),
    ...(byList !== undefined && listed !== undefined && { listPrices: listed.taken }),
    ...(Object.keys(gateway).length > 0 && { gateway }),
    ...(route !== undefined && { route }),
  };
}

export function priced(usage: Completion['usage'], prices: Prices | undefined): number | undefined {
  return prices === undefined || usage === undefined
    ? undefined
    : (usage.promptTokens * prices.prompt + usage.completionTokens * prices.completion) / 1_000_000;
}

/** Undefined where the list does not tell: beyond its tier, and for what was written into a cache. */
function pricedByList({ usage, cache }: Completion, listed: ListPrice | undefined): number | undefined {
  if (listed === undefined || usage === undefined || (cache?.written ?? 0) > 0) return undefined;
  if (usage.promptTokens > (listed.upTo ?? Infinity)) return undefined;
  const { prompt, completion, cached = prompt } = listed;
  const known = Math.min(cache?.read ?? 0, usage.promptTokens);
  const dearest = (usage.promptTokens - known) * prompt + usage.completionTokens * completion;
  return (dearest + known * cached) / 1_000_000;
}

function costOf(headers: HttpHeaders, said: number | undefined): number | undefined {
  const told = headers.get('x-litellm-response-cost');
  const cost = told === null || told.trim() === '' ? Number.NaN : Number(told);
  return Number.isFinite(cost) ? cost : said;
}

/** Where a gateway tells route, fallbacks and cache hits; what it says of keys and their budgets is nobody's business. */
const told = /^(?:x-litellm-|x-portkey-|x-cache$|cf-aig-cache-status$)/;
const untold = /(?:^|-)key-|budget|spend|call-id|trace-id|request-id|timeout|rate-?limit|duration|overhead/;
const longestValue = 300;

function toldBy(headers: HttpHeaders): Record<string, string> {
  const route: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (!told.test(name) || untold.test(name) || value === '') continue;
    route[name] = value.slice(0, longestValue);
  }
  return route;
}
