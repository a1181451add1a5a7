// Whether what an HTTP provider sends has something of the case in it: a request whose variable nobody has is the same
// for every case, and its answer says nothing of any of them.
import { nearest } from '../formats/did-you-mean.ts';
import type { EvalProvider, EvalSuite } from '../formats/eval-suite.ts';
import type { Problem } from '../formats/problem.ts';
import { chooseToo, notChosen, textsOf } from './check-values.ts';
import { parseText } from './text-template.ts';

/** Where an HTTP provider writes its request. */
const parts = ['url', 'headers', 'body', 'queryParams', 'request'];

/** @param everyCase of the whole suite, where this is a part of it: what another case has is no mistyped name */
export function unfilledRequests(suite: EvalSuite, everyCase = suite.cases): readonly Problem[] {
  const { cases, providers, compat } = suite;
  const asked = providers.filter(isPlainHttp);
  if (asked.length === 0 || cases.length === 0 || everyCase.some(({ transformVars }) => transformVars !== undefined))
    return [];
  const known = new Set([
    'prompt',
    ...cases.flatMap(({ storeOutputAs = '' }) => [storeOutputAs]),
    ...everyCase.flatMap(({ vars }) => Object.keys(vars)),
  ]);
  const severity = compat === 'promptfoo' ? 'warning' : 'error';
  return asked.flatMap((provider): readonly Problem[] => {
    const { names, needed } = namesOf(provider);
    const strange = needed.filter((name) => !known.has(name));
    // What can be absent, and is in every case, makes no request differ.
    if (strange.length === 0 && names.some((name) => known.has(name))) return [];
    if (strange.length === 0)
      return [
        {
          code: 'REQUEST_WITHOUT_PROMPT',
          severity,
          message: `The request of "${provider.label}" has no variable${names.length === 0 ? '' : ' that a case has'}, so every case would ask the same.`,
          hint: 'Write {{prompt}} where the prompt belongs, in the body or the address.',
          ...provider.place,
        },
      ];
    return strange.map((name) => {
      const keeper = everyCase.find(({ storeOutputAs }) => storeOutputAs === name);
      const near = nearest(name, [...known]);
      return {
        code: 'VARIABLE_MISSING',
        severity,
        message: `The variable "${name}" of the request of "${provider.label}" ${keeper === undefined ? 'has no value in any case' : notChosen(keeper)}, and is empty text.`,
        hint:
          keeper !== undefined
            ? chooseToo
            : near === undefined
              ? 'Write {{prompt}} where the prompt belongs.'
              : `Did you mean "${near}"?`,
        ...provider.place,
      };
    });
  });
}

/** What a script makes of a prompt is its own affair. */
const isPlainHttp = ({ kind, config }: EvalProvider): boolean =>
  kind === 'http' && config['transformRequest'] === undefined;

/** What a request reads, and what of it it cannot do without. */
function namesOf({ config, place }: EvalProvider): Readonly<Record<'names' | 'needed', readonly string[]>> {
  const templates = parts
    .flatMap((part) => textsOf(config[part]))
    .map((text) => parseText(text, { language: 'jinja', place, lenient: true }));
  const once = (names: readonly string[]): readonly string[] =>
    [...new Set(names)].filter((name) => name !== 'env' && !name.startsWith('_'));
  return {
    names: once(templates.flatMap(({ names }) => names)),
    needed: once(templates.flatMap(({ names, guarded }) => names.filter((name) => !guarded.has(name)))),
  };
}
