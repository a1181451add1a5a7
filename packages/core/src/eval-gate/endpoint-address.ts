// Addresses of live endpoints: `kserve+http://host/v2/models/NAME`, `openai+https://host/v1/models/NAME`. Pure.
import type { Problem, Read } from '../formats/problem.ts';

/** An address names a place and never a key, so it may stand in reports. */
export interface EndpointAddress {
  readonly kind: 'kserve' | 'openai';
  /** As it was written. */
  readonly shown: string;
  /** Without the protocol's name: `http://host/v2/models/NAME`. */
  readonly url: string;
  /** What lies before `/models/`. */
  readonly baseUrl: string;
  readonly model: string;
}

export const isEndpoint = (text: string): boolean => /^[a-z][a-z0-9]*\+https?:/i.test(text);

const shapes = {
  kserve: /^https?:\/\/[^/?#]+(?:\/[^?#]*)?\/v2\/models\/[^/?#]+(?:\/versions\/[^/?#]+)?$/i,
  openai: /^https?:\/\/[^/?#]+(?:\/[^?#]*)?\/models\/[^?#]+$/i,
} as const;

export function parseEndpoint(shown: string): Read<EndpointAddress> {
  const [, kind = '', url = ''] = /^([^+]+)\+(.*)$/.exec(shown) ?? [];
  const lower = kind.toLowerCase();
  if (lower !== 'kserve' && lower !== 'openai') {
    return wrong(
      `The address of an endpoint begins with "${kind}+".`,
      'Write kserve+http://… or openai+http://…, with http or https.',
    );
  }
  // Not repeated in the message: it may hold a password.
  if (/^https?:\/\/[^/?#]*@/i.test(url)) {
    return wrong(
      'The address of an endpoint holds a user or a password.',
      'Put the key into an environment variable, and its name into `endpoint.api-key-env` of the policy.',
    );
  }
  if (/[?#]/.test(url)) {
    return wrong('The address of an endpoint has a query or a fragment.', 'Leave out what follows "?" and "#".');
  }
  if (!shapes[lower].test(url)) {
    const shape = lower === 'kserve' ? 'kserve+http://HOST/v2/models/NAME' : 'openai+https://HOST/v1/models/NAME';
    return wrong(`"${shown}" is no address of a model.`, `Write it as ${shape}.`);
  }
  const at = lower === 'kserve' ? url.lastIndexOf('/v2/models/') + '/v2'.length : url.indexOf('/models/');
  const model = url.slice(at + '/models/'.length).replace(lower === 'kserve' ? /\/versions\/.*$/ : /$^/, '');
  return { value: { kind: lower, shown, url, baseUrl: url.slice(0, at), model }, problems: [] };
}

const wrong = (message: string, hint: string): Read<EndpointAddress> => ({
  problems: [{ code: 'INPUT_INVALID', severity: 'error', message, hint } satisfies Problem],
});
