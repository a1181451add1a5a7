// Whether what an HTTP provider sends has something of the case in it: a request whose variable nobody has is the same
// for every case, and its answer says nothing of any of them.
import { nearest } from '../formats/did-you-mean.ts';
import type { EvalProvider, EvalSuite } from '../formats/eval-suite.ts';
import type { Problem } from '../formats/problem.ts';
import { textsOf } from './check-values.ts';
import { parseText } from './text-template.ts';

/** Where an HTTP provider writes its request. */
const parts = ['url', 'headers', 'body', 'queryParams', 'request'];

export function unfilledRequests(suite: EvalSuite): readonly Problem[] {
  const { cases, providers, compat } = suite;
  const asked = providers.filter(isPlainHttp);
  if (asked.length === 0 || cases.length === 0 || cases.some(({ transformVars }) => transformVars !== undefined))
    return [];
  const known = new Set([
    'prompt',
    ...cases.flatMap(({ vars, storeOutputAs = '' }) => [storeOutputAs, ...Object.keys(vars)]),
  ]);
  const severity = compat === 'promptfoo' ? 'warning' : 'error';
  return asked.flatMap((provider): readonly Problem[] => {
    const names = namesOf(provider);
    const strange = names.filter((name) => !known.has(name));
    if (strange.length === 0 && names.length > 0) return [];
    if (names.length === 0)
      return [
        {
          code: 'REQUEST_WITHOUT_PROMPT',
          severity,
          message: `The request of "${provider.label}" has no variable, so every case would ask the same.`,
          hint: 'Write {{prompt}} where the prompt belongs, in the body or the address.',
          ...provider.place,
        },
      ];
    return strange.map((name) => {
      const near = nearest(name, [...known]);
      return {
        code: 'VARIABLE_MISSING',
        severity,
        message: `The variable "${name}" of the request of "${provider.label}" has no value in any case, and is empty text.`,
        hint: near === undefined ? 'Write {{prompt}} where the prompt belongs.' : `Did you mean "${near}"?`,
        ...provider.place,
      };
    });
  });
}

/** What a script makes of a prompt is its own affair. */
const isPlainHttp = ({ kind, config }: EvalProvider): boolean =>
  kind === 'http' && config['transformRequest'] === undefined;

function namesOf({ config, place }: EvalProvider): readonly string[] {
  const texts = parts.flatMap((part) => textsOf(config[part]));
  const names = texts.flatMap((text) => parseText(text, { language: 'jinja', place, lenient: true }).names);
  return [...new Set(names)].filter((name) => name !== 'env' && !name.startsWith('_'));
}
