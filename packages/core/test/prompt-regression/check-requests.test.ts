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
  'body: {q: "{{prompt}}", session: "{{ sessionId or \'\' }}"}',
  'body: {q: "{{prompt}}", session: "{{ sessionId | default(\'none\') }}"}',
  'body: "{{prompt}}{% if session is defined %}, {{ session.id }}{% endif %}"',
  'queryParams: {q: "{{q}}"}, body: {a: 1}',
  'transformRequest: "({q: prompt})", body: {a: 1}',
])('%s has something of the case', async (config) => {
  expect(await told(config)).toEqual([]);
});

test('what a request does without in one place it may need in another', async () => {
  expect(await told('headers: {X-Id: "{{ usr or 1 }}"}, body: {q: "{{prompt}}", u: "{{usr}}"}')).toMatchObject([
    { code: 'VARIABLE_MISSING', hint: 'Did you mean "user"?' },
  ]);
});

test('a request with nothing but variables that it does without, and nobody has, is the same for every case', async () => {
  expect(await told('body: {q: "{{ promt or \'\' }}"}')).toMatchObject([
    { code: 'REQUEST_WITHOUT_PROMPT', message: expect.stringContaining('has no variable that a case has') },
  ]);
});

const pair = (more: string) =>
  `prompts: ["{{q}}"]\nproviders:\n  - {id: "http://service.example/a", config: {method: POST, body: {q: "{{prompt}}", t: "{{tone}}"}}}\ntests: [{vars: {q: a}}, {${more}}]\n`;

test('a request may name what a case has that is not asked now, and no answer that nobody gives now', async () => {
  const chosen = async (more: string) => {
    const suite = (await readText(pair(more))).value!;
    return unfilledRequests({ ...suite, cases: suite.cases.slice(0, 1) }, suite.cases);
  };
  expect(await chosen('vars: {q: b, tone: kind}')).toEqual([]);
  expect(await chosen('metadata: {id: tuned}, vars: {q: b}, options: {storeOutputAs: tone}')).toMatchObject([
    {
      code: 'VARIABLE_MISSING',
      message: expect.stringContaining('is the answer of case "tuned", which is not chosen'),
      hint: 'Choose that case as well.',
    },
  ]);
});
