// Which way a gateway took, from its headers: LiteLLM's and Portkey's words for the same things.
import type { ModelRoute } from '@pawl/core';
import { parsedJson, textAt } from './json-member.ts';

const longest = 200;

/** @param model as the answer itself says; undefined when no gateway told anything */
export function routeOf(headers: Headers, model: string | undefined): ModelRoute | undefined {
  const names = [...headers.keys()];
  if (names.some((name) => name.startsWith('x-litellm-model-'))) return litellmRoute(headers, model);
  return names.some((name) => name.startsWith('x-portkey-')) ? portkeyRoute(headers, model) : undefined;
}

/**
 * LiteLLM's answer repeats the name that was asked for; who answered stands in `x-litellm-model-name`. The key of the
 * cache is told of answers that came from there, and of no others; model, entry and price that come with it are those
 * of a deployment that was chosen and never asked.
 */
function litellmRoute(headers: Headers, model: string | undefined): ModelRoute {
  const [fallbacks, retries] = [
    numberOf(headers, 'x-litellm-attempted-fallbacks'),
    numberOf(headers, 'x-litellm-attempted-retries'),
  ];
  const attempts = { ...(fallbacks !== undefined && { fallbacks }), ...(retries !== undefined && { retries }) };
  if (
    textOf(headers, 'x-litellm-semantic-similarity') !== undefined &&
    textOf(headers, 'x-litellm-cache-key') !== undefined
  )
    return { ...attempts, cache: 'semantic-hit' };
  if (textOf(headers, 'x-litellm-cache-key') !== undefined) return { ...attempts, cache: 'hit' };
  const name = textOf(headers, 'x-litellm-model-name') ?? model ?? textOf(headers, 'x-litellm-model-group');
  const deployment = textOf(headers, 'x-litellm-model-id');
  return { ...(name !== undefined && { model: name }), ...(deployment !== undefined && { deployment }), ...attempts };
}

/** Portkey numbers its targets: `config.targets[1]` is the second. */
function portkeyRoute(headers: Headers, model: string | undefined): ModelRoute {
  const status = textOf(headers, 'x-portkey-cache-status')?.toUpperCase();
  const retries = numberOf(headers, 'x-portkey-retry-attempt-count');
  const attempts = retries !== undefined && retries > 0 ? { retries } : {};
  if (status === 'HIT') return { ...attempts, cache: 'hit' };
  if (status === 'SEMANTIC HIT') return { ...attempts, cache: 'semantic-hit' };
  const provider = textOf(headers, 'x-portkey-provider');
  const deployment = textOf(headers, 'x-portkey-last-used-option-index');
  const name = provider === undefined ? model : model === undefined ? provider : `${provider}/${model}`;
  return {
    ...(name !== undefined && { model: name }),
    ...(deployment !== undefined && { deployment }),
    ...attempts,
    ...((status === 'MISS' || status === 'SEMANTIC MISS') && { cache: 'miss' as const }),
  };
}

/**
 * Portkey counts no fallbacks. Where its configuration says that targets are asked one after the other, the place of
 * the one that answered is their number.
 */
export function countsFallbacks(config: string): (route: ModelRoute) => ModelRoute {
  const mode = textAt(parsedJson(config), 'strategy', 'mode');
  if (mode !== 'fallback') return (route) => route;
  return (route) => {
    const place = /^config\.targets\[(\d+)\]/.exec(route.deployment ?? '')?.[1];
    return place === undefined ? route : { ...route, fallbacks: Number(place) };
  };
}

function textOf(headers: Headers, name: string): string | undefined {
  const value = headers.get(name)?.trim();
  return value === undefined || value === '' || value === 'None' ? undefined : value.slice(0, longest);
}

function numberOf(headers: Headers, name: string): number | undefined {
  const value = Number(textOf(headers, name) ?? 'none');
  return Number.isInteger(value) && value >= 0 ? value : undefined;
}
