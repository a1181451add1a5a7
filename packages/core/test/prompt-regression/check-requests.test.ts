// Requests of HTTP providers that no case would change.
import { expect, test } from 'vitest';
import { unfilledRequests } from '../../src/prompt-regression/check-requests.ts';
import { readText } from '../eval-suite/suite-folder.ts';

const told = async (config: string, options = {}) =>
  unfilledRequests(
    (
      await readText(
        `prompts: ["{{q}}"]\nproviders:\n  - {id: "http://service.example/a", config: {method: POST, ${config}}}\ntests: [{vars: {q: a, user: {id: 7}}, assert: [{type: contains, value: a}]}]\n`,
        options,
      )
    ).value!,
  );

test.each([
  ['body: {q: "{{promt}}"}', 'Did you mean "prompt"?'],
  ['body: {q: "{{prompt}}", u: "{{usr.id}}"}', 'Did you mean "user"?'],
  ['headers: {X-Q: "{{ nothing }}"}, body: {q: "{{prompt}}"}', 'Write {{prompt}} where the prompt belongs.'],
])('%s asks for a variable that nobody has', async (config, hint) => {
  expect(await told(config)).toMatchObject([{ code: 'VARIABLE_MISSING', severity: 'error', hint, line: 3 }]);
});

test('a request that is the same for every case is refused, unless the verdicts of another tool are asked for', async () => {
  expect(await told('body: {q: fixed}')).toMatchObject([{ code: 'REQUEST_WITHOUT_PROMPT', severity: 'error' }]);
  expect(await told('body: {q: fixed}', { compat: 'promptfoo' })).toMatchObject([{ severity: 'warning' }]);
});

test.each([
  'body: {messages: [{content: "{{prompt}}"}]}',
  'body: "{\\"q\\": {{prompt | dump}}}"',
  'body: {id: "{{user.id}}"}',
  'queryParams: {q: "{{q}}"}, body: {a: 1}',
  'transformRequest: "({q: prompt})", body: {a: 1}',
])('%s has something of the case', async (config) => {
  expect(await told(config)).toEqual([]);
});
