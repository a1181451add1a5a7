// From what an endpoint said to the reply that is judged: cost, latency, and what a gateway tells of its route.
import type { ModelReply } from '@pawl/core';
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

export function replyOf(
  { value, headers, milliseconds }: Called<Completion>,
  { model: asked, prices }: { readonly model: string; readonly prices: Prices | undefined },
): ModelReply {
  const { model, fingerprint, costUsd: said, ...answer } = value;
  const route = routeOf(headers, model);
  // Gateways name the price of an answer that their cache gave; nobody was paid for it.
  const cached = route?.cache === 'hit' || route?.cache === 'semantic-hit';
  const costUsd = cached ? 0 : (costOf(headers, said) ?? priced(answer.usage, prices));
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
    ...(Object.keys(gateway).length > 0 && { gateway }),
    ...(route !== undefined && { route }),
  };
}

export function priced(usage: Completion['usage'], prices: Prices | undefined): number | undefined {
  return prices === undefined || usage === undefined
    ? undefined
    : (usage.promptTokens * prices.prompt + usage.completionTokens * prices.completion) / 1_000_000;
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
