// Which way a gateway took, from its headers: LiteLLM's and Portkey's words for the same things.
import type { ModelRoute } from '@pawl/core';
import type { HttpHeaders } from '@pawl/wire';
import { member, parsedJson, textAt } from './json-member.ts';

const longest = 200;

/** @param model as the answer itself says; undefined when no gateway told anything */
export function routeOf(headers: HttpHeaders, model: string | undefined): ModelRoute | undefined {
  const names = [...headers.keys()];
  if (names.some((name) => name.startsWith('x-litellm-model-'))) return litellmRoute(headers, model);
  return names.some((name) => name.startsWith('x-portkey-')) ? portkeyRoute(headers, model) : undefined;
}

/**
 * LiteLLM's answer repeats the name that was asked for; who answered stands in `x-litellm-model-name`. The key of the
 * cache is told of answers that came from there, and of no others; model, entry and price that come with it are those
 * of a deployment that was chosen and never asked.
 */
function litellmRoute(headers: HttpHeaders, model: string | undefined): ModelRoute {
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
function portkeyRoute(headers: HttpHeaders, model: string | undefined): ModelRoute {
  const status = textOf(headers, 'x-portkey-cache-status')?.toUpperCase();
  const retries = numberOf(headers, 'x-portkey-retry-attempt-count');
  const attempts = retries !== undefined && retries > 0 ? { retries } : {};
  if (status === 'HIT') return { ...attempts, cache: 'hit' };
  if (status === 'SEMANTIC HIT') return { ...attempts, cache: 'semantic-hit' };
  const cache = status === 'DISABLED' ? 'off' : status === 'MISS' || status === 'SEMANTIC MISS' ? 'miss' : undefined;
  const provider = textOf(headers, 'x-portkey-provider');
  const deployment = textOf(headers, 'x-portkey-last-used-option-index');
  const name = provider === undefined ? model : model === undefined ? provider : `${provider}/${model}`;
  return {
    ...(name !== undefined && { model: name }),
    ...(deployment !== undefined && { deployment }),
    ...attempts,
    ...(cache !== undefined && { cache }),
  };
}

/**
 * What Portkey's configuration says of the target that answered, `config.targets[1].targets[0]`: its name, and how many
 * were asked in vain before. Portkey counts no fallbacks; where targets are asked one after the other, places tell.
 */
export function readsTargets(config: string): (route: ModelRoute) => ModelRoute {
  const whole = parsedJson(config);
  return (route) => {
    const path = route.deployment ?? '';
    if (!/^config(?:\.targets\[\d+\])+$/.test(path)) return route;
    let [at, fallbacks] = [whole, undefined as number | undefined];
    for (const [, place] of path.matchAll(/\[(\d+)\]/g)) {
      if (textAt(at, 'strategy', 'mode') === 'fallback') fallbacks = (fallbacks ?? 0) + Number(place);
      at = member(at, 'targets', Number(place));
    }
    const name = textAt(at, 'name');
    return { ...route, ...(name !== undefined && { deployment: name }), ...(fallbacks !== undefined && { fallbacks }) };
  };
}

function textOf(headers: HttpHeaders, name: string): string | undefined {
  const value = headers.get(name)?.trim();
  return value === undefined || value === '' || value === 'None' ? undefined : value.slice(0, longest);
}

function numberOf(headers: HttpHeaders, name: string): number | undefined {
  const value = Number(textOf(headers, name) ?? 'none');
  return Number.isInteger(value) && value >= 0 ? value : undefined;
}
