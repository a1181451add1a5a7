// Which route a request is for, and where an arm wants it. Paths are an allow-list: vLLM leaves `/invocations`,
// `/pause` and `/load` open beside its guarded API, and Triton its repository.
import type { Endpoint } from '@pawl/core';

export type Addressed =
  /** KServe v2: the path names the model. `counted` is false for what is no inference. */
  | { readonly protocol: 'kserve'; readonly name: string; readonly suffix: string; readonly counted: boolean }
  /** OpenAI: the body names the model. */
  | { readonly protocol: 'openai'; readonly path: string };

/** Undefined when the request is not for a model, or asks for one version behind the splitter's back. */
export function addressOf(method: string, path: string): Addressed | undefined {
  const kserve = /^\/v2\/models\/([^/]+)(\/infer|\/generate|\/generate_stream|\/ready)?$/.exec(path);
  if (kserve !== null) {
    const [, name = '', suffix = ''] = kserve;
    const inference = suffix !== '' && suffix !== '/ready';
    if (method !== (inference ? 'POST' : 'GET')) return undefined;
    return { protocol: 'kserve', name: decode(name), suffix, counted: inference };
  }
  if (method === 'POST' && /^\/v1\/(chat\/completions|completions|embeddings)$/.test(path)) {
    return { protocol: 'openai', path };
  }
  return undefined;
}

/** The address at the arm: `/v2/models/m/infer` becomes `/v2/models/m/versions/7/infer`. */
export function upstreamUrl(endpoint: Endpoint, address: Addressed, original: string): URL {
  const base = endpoint.url.replace(/\/+$/, '');
  if (address.protocol === 'kserve' && endpoint.path !== undefined) {
    return new URL(base + endpoint.path.replace(/\/infer$/, '') + address.suffix);
  }
  return new URL(base + original);
}

/** The body with another `model`, or undefined when it is no JSON object that names one. */
export function modelOf(body: Buffer): { readonly name: string; rewritten(model: string): Buffer } | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { model } = parsed as { model?: unknown };
  if (typeof model !== 'string') return undefined;
  return { name: model, rewritten: (other) => Buffer.from(JSON.stringify({ ...parsed, model: other })) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
