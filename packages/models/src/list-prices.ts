// What a model costs where its seller lists it: only at the seller's own address, since whoever serves a model of that
// name elsewhere takes another price, or none.
import type { ListPrice, ModelRequest } from '@pawl/core';

const hosts: Readonly<Record<string, string>> = {
  'api.openai.com': 'openai',
  'api.anthropic.com': 'anthropic',
  'api.mistral.ai': 'mistral',
  'api.groq.com': 'groq',
  'api.deepseek.com': 'deepseek',
  'generativelanguage.googleapis.com': 'gemini',
  'api.x.ai': 'xai',
  'api.together.xyz': 'together',
  'api.fireworks.ai': 'fireworks',
  'api.cerebras.ai': 'cerebras',
  'api.hyperbolic.xyz': 'hyperbolic',
  'inference.api.nscale.com': 'nscale',
};

/** By model; undefined for one that is not listed. */
export type ListPrices = (model: string) => ListPrice | undefined;

/**
 * @param chosen a seller whose prices count wherever the endpoint is, or false: none do
 * @returns undefined where the address is nobody's of whom prices are known
 */
export async function listPricesAt(baseUrl: string, chosen?: unknown): Promise<ListPrices | undefined> {
  if (chosen === false) return undefined;
  const url = URL.parse(baseUrl);
  const host = url?.hostname ?? '';
  const seller = typeof chosen === 'string' ? chosen : host.endsWith('.openai.azure.com') ? 'azure' : hosts[host];
  if (seller === undefined) return undefined;
  // Most runs need none of it.
  const { sellers, taken } = await import('./list-price-table.ts');
  if (!Object.hasOwn(sellers, seller)) return undefined;
  const prices = pricesOf(sellers[seller] ?? '', taken);
  // A deployment of Azure is asked by its name in the address; who named it after its model finds it here.
  const deployed = /\/openai\/deployments\/([^/?]+)/.exec(url?.pathname ?? '')?.[1];
  return (model) => prices.get((deployed ?? model).replace('accounts/fireworks/models/', '').replace(/^models\//, ''));
}

/** What sellers call the tier that a list is about. */
const listedTiers = new Set(['default', 'standard', 'standard_only', 'on_demand', 'auto']);

/**
 * Other tiers of service have other prices, which are not known here. Where the seller chooses (`auto`, or nothing said),
 * the tier that it says it served counts, and so it does where it served another than was asked for; before an answer,
 * and where it does not say, the common one is meant. LiteLLM reckons so for the tiers that it knows.
 * @param served as the answer says
 */
export function listedFor(
  { model, parameters }: Pick<ModelRequest, 'model' | 'parameters'>,
  prices: ListPrices | undefined,
  served?: string,
): ListPrice | undefined {
  const asked = parameters['service_tier'] ?? 'auto';
  const tier = served === undefined || served === 'auto' ? asked : served;
  return typeof tier === 'string' && listedTiers.has(tier.toLowerCase()) ? prices?.(model) : undefined;
}

function pricesOf(lines: string, taken: string): ReadonlyMap<string, ListPrice> {
  const prices = new Map<string, ListPrice>();
  for (const line of lines.split('\n')) {
    const [price = '', models = ''] = splitOnce(line);
    const [prompt, completion, cached, tier] = price.split(' ').map(Number);
    if (prompt === undefined || completion === undefined) continue;
    const listed: ListPrice = {
      prompt,
      completion,
      ...(cached !== undefined && !Number.isNaN(cached) && { cached }),
      ...(tier !== undefined && { upTo: tier * 1000 }),
      taken,
    };
    for (const model of models.split(' ')) prices.set(model, listed);
  }
  return prices;
}

/** Names of models hold colons. */
function splitOnce(line: string): readonly string[] {
  const at = line.indexOf(':');
  return at < 0 ? [] : [line.slice(0, at), line.slice(at + 1)];
}
