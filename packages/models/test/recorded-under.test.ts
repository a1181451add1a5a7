// Under which name a suite's answers are recorded: the same as ever for a plain suite, the same on every machine, and
// another one where somebody else may answer.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { cassetteKeyOf, digestOf, type EvalProvider, type ModelRequest } from '@pawl/core';
import { readEvalSuite } from '@pawl/core/eval-suite';
import { fakeWorkspace } from '@pawl/core/testing';
import { promptProviders } from '@pawl/models';
import { formerIdOf, providerIdOf } from '../src/open-kind.ts';

const sha256 = (data: string | Uint8Array) => `sha256:${createHash('sha256').update(data).digest('hex')}`;

async function providerIn(text: string, environment: Record<string, string> = {}, path = 'promptfooconfig.yaml') {
  const { value, problems } = await readEvalSuite({ path, workspace: fakeWorkspace({ [path]: text }), environment });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return value!.providers[0]!;
}
const suite = (provider: string, more = '') =>
  `${more}prompts: [a]\nproviders:\n  - ${provider}\ntests: [{vars: {}}]\n`;
const idIn = async (...given: Parameters<typeof providerIn>) => providerIdOf(await providerIn(...given));
const ofHttp = (settings: string) => idIn(suite(`{id: http, config: {url: "https://a.example/ask", ${settings}}}`));

test.each([
  ['openai:gpt-4o', 'openai'],
  ['{id: openai:responses:gpt-4o, config: {reasoning: {effort: low}}}', 'openai'],
  ['openai:completion:davinci', 'openai-completion'],
  ['groq:llama-3', 'openai'],
  ['{openai:gpt-4o: {id: mine}}', 'openai'],
  ['anthropic:messages:claude-x', 'anthropic'],
  ['portkey:gpt-4o', 'openai'],
  ['{id: openai:gpt-4o, config: {organization: mine}}', 'openai'],
  ['{id: openai:gpt-4o, config: {apiBaseUrl: "https://api.openai.com/v1"}}', 'openai'],
  [
    '{id: openai:gpt-4o, config: {headers: {Content-Type: application/json, accept: "*/*", X-Request-Id: "1"}}}',
    'openai',
  ],
])('%s is recorded as ever, since the suite gives no address and no header of its own', async (written, id) => {
  expect(await idIn(suite(written))).toBe(id);
});

test('a .prompty file and an eval.yml that give no address are recorded as ever', async () => {
  const prompty = '---\nname: a\nmodel:\n  id: claude-x\n  provider: anthropic\n---\nuser:\nhi\n';
  expect(await idIn(prompty, {}, 'a.prompty')).toBe('anthropic');
  expect(await idIn('prompt: a\nproviders: [{id: openai:gpt-4o}]\ncases: [{vars: {}}]\n', {}, 'a.eval.yml')).toBe(
    'openai',
  );
});

test('headers of form change nothing of an http provider, and one that chooses who answers does', async () => {
  const plain = await ofHttp('body: {q: "{{prompt}}"}');
  const form = 'headers: {Content-Type: application/json, Accept: text/plain, User-Agent: me}';

  expect(await ofHttp(`body: {q: "{{prompt}}"}, ${form}`)).toBe(plain);
  expect(await ofHttp('body: {q: "{{prompt}}"}, headers: {x-portkey-config: pc-1}')).not.toBe(plain);
});

const filled: readonly (readonly [string, string, string])[] = [
  ['promptfooconfig.yaml', 'apiBaseUrl', suite('{id: openai:m, config: {apiBaseUrl: "{{env.MY}}/v1"}}')],
  ['promptfooconfig.yaml', 'apiHost', suite('{id: openai:m, config: {apiHost: "{{env.MY}}"}}')],
  ['promptfooconfig.yaml', 'azure', suite('{id: azure:chat:m, config: {apiHost: "{{env.MY}}"}}')],
  [
    'promptfooconfig.yaml',
    'url',
    suite('{id: http, config: {url: "https://{{env.MY}}/ask", body: {q: "{{prompt}}"}}}'),
  ],
  ['promptfooconfig.yaml', 'portkeyConfig', suite('{id: portkey:m, config: {portkeyConfig: "{{env.MY}}"}}')],
  ['promptfooconfig.yaml', 'beta', suite('{id: anthropic:messages:claude-x, config: {beta: ["{{env.MY}}"]}}')],
  ['a.eval.yml', 'base-url', 'prompt: a\nproviders: [{id: openai:m, base-url: "{{env.MY}}"}]\ncases: [{vars: {}}]\n'],
  ['a.eval.yml', 'base-url alone', 'prompt: a\nproviders: [{id: m, base-url: "{{env.MY}}"}]\ncases: [{vars: {}}]\n'],
  [
    'a.eval.yml',
    'parameters.url',
    'prompt: a\nproviders: [{id: http, parameters: {url: "https://{{env.MY}}/ask", body: {q: "{{prompt}}"}}}]\ncases: [{vars: {}}]\n',
  ],
  [
    'a.prompty',
    'azure_endpoint',
    '---\nname: a\nmodel:\n  api: chat\n  configuration:\n    type: azure_openai\n    azure_deployment: m\n    azure_endpoint: ${env:MY}\n---\nuser:\nhi\n',
  ],
];

test.each(filled)('in %s what a variable gives %s is no part of it, and its name is', async (path, _, text) => {
  const laptop = await idIn(text, { MY: 'https://laptop.example' }, path);

  expect(await idIn(text, { MY: 'https://ci.example' }, path)).toBe(laptop);
  expect(await idIn(text.replace('MY', 'OTHER'), { OTHER: 'https://laptop.example' }, path)).not.toBe(laptop);
});

test('a variable that the suite itself gives a value is the same as that value', async () => {
  const written = '{id: openai:m, config: {apiBaseUrl: "{{env.MY}}"}}';
  const direct = await idIn(suite('{id: openai:m, config: {apiBaseUrl: "https://a.example/v1"}}'));

  expect(await idIn(suite(written, 'env: {MY: "https://a.example/v1"}\n'))).toBe(direct);
  expect(await idIn(suite(written, 'env: {MY: "https://b.example/v1"}\n'))).not.toBe(direct);
});

test('the address that is asked is still the one that the variable gives', async () => {
  const provider = await providerIn(filled[0]![2], { MY: 'https://ci.example' });

  expect(provider.config['baseUrl']).toBe('https://ci.example/v1');
});

const request: ModelRequest = { model: 'm', messages: [{ role: 'user', content: 'hi' }], parameters: {}, repeat: 0 };
async function replay(provider: EvalProvider, recordedAs: string, trust: 'own' | 'fork' = 'own') {
  const header = '{"schema":"pawl.cassette/1","provider":"openai","model":"m"}\n';
  const key = digestOf(cassetteKeyOf(recordedAs, request), sha256);
  const line = `${JSON.stringify({ key, reply: { text: 'old', latencyMs: 1 } })}\n`;
  const workspace = fakeWorkspace({ 'a.cassette.jsonl': header + line });
  const settings = { model: 'm', cassettes: ['a.cassette.jsonl'], record: 'none', timeoutMs: 2000, provider } as const;
  const { value } = await promptProviders({ workspace, environment: () => undefined, trust })(settings);
  return value?.complete(request);
}

test('what was recorded for a plain suite is replayed', async () => {
  expect(await replay(await providerIn(suite('openai:m')), 'openai')).toMatchObject({ text: 'old', reused: true });
});

test.each([
  ['an address', '{id: openai:m, config: {apiBaseUrl: "https://a.example/v1"}}'],
  ['a header', '{id: portkey:m, config: {portkeyConfig: pc-1}}'],
  [
    'a header of an http provider',
    '{id: http, config: {url: "https://a.example", body: {q: "{{prompt}}"}, headers: {x-route: b}}}',
  ],
])(
  'an answer that was recorded without %s is not used, and the failure says why and what to do',
  async (_, written) => {
    const provider = await providerIn(suite(written));
    const former = formerIdOf(provider);
    const why = 'without the address and the headers that the suite gives';

    expect(await replay(provider, former)).toMatchObject({
      failure: 'there is no recorded answer to this request',
      hint: expect.stringMatching(new RegExp(`${why}.* not used\\. Record once more with record: missing`)),
    });
    expect(await replay(provider, former, 'fork')).toMatchObject({
      hint: expect.stringMatching(new RegExp(`${why}.*A maintainer runs the suite with record: missing`)),
    });
    expect(await replay(provider, 'of nobody')).toMatchObject({ hint: expect.not.stringContaining(why) });
  },
);
