// What a promptfoo config becomes: providers, names of cases, the environment, and the limits of what is read.
import { fakeWorkspace } from '@pawl/core/testing';
import { expect, test } from 'vitest';
import { readText } from './suite-folder.ts';

const echo = 'prompts: ["Say {{topic}}"]\nproviders: [echo]\n';
const providersOf = async (yaml: string, options = {}) => {
  const { value, problems } = await readText(`prompts: [a]\nproviders:\n${yaml}`, options);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return value!.providers.map(({ place: _place, ...provider }) => provider);
};
const codesOf = async (yaml: string, options = {}) => (await readText(yaml, options)).problems.map(({ code }) => code);

test.each([
  ['openai:gpt-4o', 'openai', 'gpt-4o', 'https://api.openai.com/v1', 'OPENAI_API_KEY'],
  ['openai:chat:ft:gpt-4o:me', 'openai', 'ft:gpt-4o:me', 'https://api.openai.com/v1', 'OPENAI_API_KEY'],
  ['openai:completion:davinci', 'openai-completion', 'davinci', 'https://api.openai.com/v1', 'OPENAI_API_KEY'],
  ['ollama:chat:llama3.2:3b', 'openai', 'llama3.2:3b', 'http://localhost:11434/v1', undefined],
  ['ollama:llama3.2:3b', 'openai', 'llama3.2:3b', 'http://localhost:11434/v1', undefined],
  [
    'openrouter:meta-llama/llama-3:free',
    'openai',
    'meta-llama/llama-3:free',
    'https://openrouter.ai/api/v1',
    'OPENROUTER_API_KEY',
  ],
  ['litellm:gpt-4o', 'openai', 'gpt-4o', 'http://0.0.0.0:4000', 'LITELLM_API_KEY'],
  ['vllm:mine', 'openai', 'mine', 'http://localhost:8000/v1', undefined],
  ['localai:chat:mine', 'openai', 'mine', 'http://localhost:8080/v1', undefined],
  ['groq:llama-3', 'openai', 'llama-3', 'https://api.groq.com/openai/v1', 'GROQ_API_KEY'],
  ['mistral:small', 'openai', 'small', 'https://api.mistral.ai/v1', 'MISTRAL_API_KEY'],
  ['deepseek:deepseek-chat', 'openai', 'deepseek-chat', 'https://api.deepseek.com/v1', 'DEEPSEEK_API_KEY'],
  ['togetherai:chat:m', 'openai', 'm', 'https://api.together.xyz/v1', 'TOGETHER_API_KEY'],
  ['anthropic:messages:claude-x', 'anthropic', 'claude-x', 'https://api.anthropic.com', 'ANTHROPIC_API_KEY'],
  ['anthropic:claude-x', 'anthropic', 'claude-x', 'https://api.anthropic.com', 'ANTHROPIC_API_KEY'],
])('%s is asked as %s', async (id, kind, model, baseUrl, apiKeyEnv) => {
  const [provider] = await providersOf(`  - ${id}\n`);

  expect(provider).toEqual({
    id,
    label: id,
    kind,
    model,
    config: { baseUrl, ...(apiKeyEnv !== undefined && { apiKeyEnv }) },
    // The address is the scheme's own, and nothing that the suite says.
    reached: {},
  });
});

test.each([
  ['openai:responses:gpt-4.1', '{max_output_tokens: 9}', { max_completion_tokens: 9 }],
  ['openai:responses:gpt-5', '{reasoning: {effort: low}, max_tokens: 5}', { reasoning_effort: 'low' }],
  ['openai:o3-mini', '{temperature: 0, max_tokens: 5, max_completion_tokens: 9}', { max_completion_tokens: 9 }],
  ['openai:gpt-5-chat-latest', '{temperature: 0}', { temperature: 0 }],
  ['ollama:chat:llama3', '{num_predict: 7}', { max_tokens: 7 }],
  ['google:gemini-2.5-flash', '{maxOutputTokens: 7, topP: 0.5}', { max_tokens: 7, top_p: 0.5 }],
  ['perplexity:sonar', '{search_domain_filter: [x.org]}', { search_domain_filter: ['x.org'] }],
  [
    'anthropic:messages:claude-x',
    '{stop_sequences: [END], effort: low, output_format: {type: json_schema, schema: {}}, extra_body: {a: 1}}',
    {
      stop_sequences: ['END'],
      output_config: { effort: 'low', format: { type: 'json_schema', schema: {} } },
      a: 1,
    },
  ],
])('%s with %s is asked with what its endpoint calls them', async (id, config, expected) => {
  const [provider] = await providersOf(`  - {id: ${id}, config: ${config}}\n`);
  const { baseUrl: _baseUrl, apiKeyEnv: _key, ...parameters } = provider!.config;

  expect(parameters).toEqual(expected);
});

test('settings of Portkey are headers, and it is asked where the config says', async () => {
  const [provider] = await providersOf(
    '  - {id: portkey:gpt-4o, config: {portkeyApiBaseUrl: "http://gw/v1", portkeyTraceId: t, portkeyMetadata: {a: 1}}}\n',
  );

  expect(provider!.config).toMatchObject({
    baseUrl: 'http://gw/v1',
    headers: { 'x-portkey-trace-id': 't', 'x-portkey-metadata': '{"a":1}' },
  });
});

test('keys of a test at the top are told where they belong', async () => {
  const { problems } = await readText(`${echo}tests: [{vars: {topic: a}}]\nassert: [{type: contains, value: a}]\n`);

  expect(problems).toMatchObject([
    {
      code: 'SUITE_UNKNOWN_KEY',
      message: 'Unknown key "assert" in the config.',
      hint: 'It belongs to a test: write it under defaultTest.',
      line: 4,
    },
  ]);
});

test('what is sent otherwise than promptfoo would send it, and a provider without a model, are told', async () => {
  const { problems } = await readText(
    'prompts: [a]\nproviders: [{id: openai:o3-mini, config: {temperature: 0}}, google:gemini-2.5-flash, openai, google:image:x]\n',
  );

  expect(problems.map(({ severity, code, message }) => `${severity} ${code} ${message}`)).toEqual([
    'warning PROVIDER_CHANGED "openai:o3-mini" reasons and takes no temperature: not sent.',
    'warning PROVIDER_CHANGED "google:gemini-2.5-flash" is asked at Gemini’s address for chat completions, with the key in GEMINI_API_KEY.',
    'error PROVIDER_UNSUPPORTED The provider "openai" names no model.',
    'error PROVIDER_UNSUPPORTED The provider "google:image:x" is not supported.',
  ]);
});

test('settings keep the names that endpoints know, and a key is a name of the environment', async () => {
  const [provider] = await providersOf(`  - id: openai:gpt-4o
    label: mine
    transform: output.trim()
    delay: 5
    config:
      apiKey: "{{ env.MY_KEY }}"
      apiHost: llm.internal
      organization: org
      temperature: 0
      max_tokens: 9
      headers: {x-team: "{{env.TEAM}}"}
      passthrough: {top_k: 3}
      tools: [{type: function, function: {name: f, parameters: {$ref: "#/kept"}}}]
`);

  expect(provider).toMatchObject({
    label: 'mine',
    transform: 'output.trim()',
    delayMs: 5,
    config: {
      apiKeyEnv: 'MY_KEY',
      baseUrl: 'https://llm.internal/v1',
      headers: { 'x-team': '{{env.TEAM}}', 'OpenAI-Organization': 'org' },
      temperature: 0,
      max_tokens: 9,
      top_k: 3,
      tools: [{ function: { parameters: { $ref: '#/kept' } } }],
    },
  });
  expect(JSON.stringify(provider)).not.toContain('apiKey"');
});

test('azure, http, programs and scripts become providers of their kind', async () => {
  const files = { 'ask.mjs': 'export default () => "x";\n', 'answer.js': 'module.exports = (json) => json.text;\n' };
  const providers = await providersOf(
    `  - {id: "azure:chat:mine", config: {apiHost: me.openai.azure.com, apiVersion: "2024-06-01"}}
  - {id: https, config: {url: "https://x.example", method: POST, body: {q: "{{prompt}}"}, transformResponse: file://answer.js}}
  - {id: "http://localhost:1/ask", config: {body: {}}}
  - {id: "exec: ./answer.sh --fast", env: {MODE: x}}
  - {id: "openai:gpt-4o", label: keyed, env: {OPENAI_API_KEY: "{{env.OTHER_KEY}}"}}
  - {id: "file://ask.mjs:named", config: {n: 1}}
`,
    { files },
  );

  expect(providers).toMatchObject([
    {
      kind: 'openai',
      model: 'mine',
      config: {
        baseUrl: 'https://me.openai.azure.com/openai/deployments/mine',
        azure: true,
        apiVersion: '2024-06-01',
        apiKeyEnv: 'AZURE_API_KEY',
      },
    },
    {
      kind: 'http',
      config: { url: 'https://x.example', transformResponse: { kind: 'script-file', file: 'answer.js' } },
    },
    { kind: 'http', config: { url: 'http://localhost:1/ask' } },
    { kind: 'exec', config: { command: './answer.sh --fast', env: { MODE: 'x' } } },
    { label: 'keyed', config: { apiKeyEnv: 'OTHER_KEY' } },
    {
      kind: 'script',
      config: {
        script: { kind: 'script-file', file: 'ask.mjs', export: 'named', source: files['ask.mjs'] },
        config: { n: 1 },
      },
    },
  ]);
});

test('a judge comes from the assertion, else from the options of test or defaults, and models have their uses', async () => {
  const { value } = await readText(`${echo}defaultTest:
  options: {provider: {text: "openai:gpt-4o", embedding: "openai:embedding:small"}, rubricPrompt: "rate {{output}}"}
tests:
  - vars: {topic: a}
    assert: [{type: llm-rubric, value: good}, {type: similar, value: b}, {type: llm-rubric, value: c, provider: echo, rubricPrompt: own}]
  - vars: {topic: b}
    options: {provider: "ollama:judge"}
    assert: [{type: llm-rubric, value: good}]
`);

  expect(value?.judge).toMatchObject({ id: 'openai:gpt-4o' });
  expect(value?.cases.map(({ assertions }) => assertions)).toMatchObject([
    [
      { provider: { model: 'gpt-4o' }, rubricPrompt: 'rate {{output}}' },
      { provider: { model: 'small', config: { endpoint: 'embeddings' } } },
      { provider: { kind: 'echo' }, rubricPrompt: 'own' },
    ],
    [{ provider: { id: 'ollama:judge' } }],
  ]);
});

test('cases keep their names when others come, go or change places', async () => {
  const tests = [
    '  - {description: greeting, vars: {topic: hello}}\n',
    '  - vars: {topic: [a, b]}\n',
    '  - {vars: {topic: x}, metadata: {id: explicit}}\n',
    '  - {description: twice, vars: {topic: one}}\n',
    '  - {description: twice, vars: {topic: two}}\n',
    '  - vars: {topic: same}\n',
    '  - vars: {topic: same}\n',
  ];
  const idsOf = async (lines: readonly string[]) =>
    (await readText(`${echo}tests:\n${lines.join('')}`)).value!.cases.map(({ id }) => id);

  const ids = await idsOf(tests);
  expect(ids.slice(0, 1)).toEqual(['greeting']);
  expect(ids[3]).toBe('explicit');
  expect(ids[7]).toBe(`${ids[6]} #2`);
  expect(new Set(ids).size).toBe(8);
  expect(new Set(await idsOf(tests.toReversed()))).toEqual(new Set(ids));
  expect(await idsOf(tests.slice(1, 2))).toEqual(ids.slice(1, 3));
});

test('a name survives a default that changes', async () => {
  const idsOf = async (vars: string) =>
    (await readText(`${echo}defaultTest: {vars: ${vars}}\ntests: [{vars: {topic: a}}]\n`)).value!.cases.map(
      ({ id }) => id,
    );

  expect(await idsOf('{tone: dry}')).toEqual(await idsOf('{tone: warm}'));
});

test('the environment is what is allowed and what the file says, and never reaches data', async () => {
  const config =
    'env: {B: "of the file {{env.A}}"}\nprompts: ["{{env.A}} {{ env[\'B\'] }} {{topic}}"]\nproviders: [echo]\ntests: file://t.csv\n';
  const files = { 't.csv': 'topic,__expected\n{{env.A}},contains: {{env.A}}\n' };
  const { value, problems } = await readText(config, { files, environment: { A: 'alpha' } });

  expect(problems).toEqual([]);
  expect(value?.prompts[0]?.body).toEqual({ kind: 'text', text: 'alpha of the file alpha {{topic}}' });
  expect(value?.cases[0]).toMatchObject({ vars: { topic: '{{env.A}}' }, assertions: [{ value: '{{env.A}}' }] });
  expect(await codesOf(config, { files })).toEqual(['ENV_NOT_ALLOWED', 'ENV_NOT_ALLOWED']);
});

test('a chat that looks back makes one conversation of the tests, or one for each name', async () => {
  const { value } = await readText(`prompts: ["{% for turn in _conversation %}{{turn.output}}{% endfor %}{{topic}}"]
providers: [echo]
tests:
  - vars: {topic: a}
  - {vars: {topic: b}, metadata: {conversationId: own}}
  - {vars: {topic: c}, options: {disableConversationVar: true, storeOutputAs: kept}}
`);

  expect(
    value?.cases.map(({ conversation, cluster, storeOutputAs }) => [conversation, cluster, storeOutputAs]),
  ).toEqual([
    ['conversation', 'conversation', undefined],
    ['own', 'own', undefined],
    [undefined, undefined, 'kept'],
  ]);
});

test('metadata that groups cases makes slices, and metadata that names them does not', async () => {
  const rows = Array.from(
    { length: 30 },
    (_, index) =>
      `  - {vars: {topic: t${index}}, metadata: {language: ${index % 2 === 0 ? 'de' : 'fr'}, ticket: T${index}}}\n`,
  );
  const { value } = await readText(`${echo}tests:\n${rows.join('')}`);

  expect(value?.cases[0]?.slices).toEqual({ language: 'de' });
});

test('tests that run alone make the whole suite run one at a time', async () => {
  const { value } = await readText(
    `${echo}evaluateOptions: {maxConcurrency: 8, delay: 5, timeoutMs: 100}\ntests:\n  - {vars: {topic: a}, options: {runSerially: true}}\n`,
  );

  expect(value?.run).toEqual({ concurrency: 1, delayMs: 5, timeoutMs: 100 });
});

test('sides alone are read without looking at tests', async () => {
  const { value, problems } = await readText(`${echo}tests: file://missing.csv\n`, {
    sidesOnly: true,
    compat: 'promptfoo',
  });

  expect(problems).toEqual([]);
  expect(value).toMatchObject({
    cases: [],
    compat: 'promptfoo',
    prompts: [{ label: 'Say {{topic}}' }],
    providers: [{ id: 'echo' }],
  });
});

test('scripts of tests, transforms and scores come along with their text', async () => {
  const files = { 'lib/clean.cjs': 'module.exports = (output) => output.trim();\n' };
  const script = { kind: 'script-file', file: 'lib/clean.cjs', source: files['lib/clean.cjs'] };
  const { value } = await readText(
    `${echo}tests:
  - vars: {topic: a}
    assertScoringFunction: file://lib/clean.cjs:score
    options: {transform: file://lib/clean.cjs, transformVars: "({...vars, more: 1})"}
    assert: [{type: equals, value: file://lib/clean.cjs, transform: "output.toUpperCase()"}]
`,
    { files },
  );

  expect(value?.cases[0]).toMatchObject({
    scoring: { ...script, export: 'score' },
    transform: script,
    transformVars: '({...vars, more: 1})',
    assertions: [{ value: script, transform: 'output.toUpperCase()' }],
  });
  expect(value?.inputs.map(({ path }) => path)).toEqual(['promptfooconfig.yaml', 'lib/clean.cjs']);
});

test('text from a file is no template, whatever is in it', async () => {
  const { value } = await readText(
    `${echo}tests: [{vars: {topic: a}, assert: [{type: contains, value: file://v.txt}]}]\n`,
    {
      files: { 'v.txt': 'a {{topic}}\n' },
    },
  );

  expect(value?.cases[0]?.assertions).toMatchObject([{ value: '{% raw %}a {{topic}}{% endraw %}' }]);
});

test('a cell of more than ten megabytes is refused', async () => {
  const config = `${echo}tests: file://t.csv\n`;
  const files = { 'promptfooconfig.yaml': config, 't.csv': `topic\n${'x'.repeat(10_000_001)}\n` };
  const workspace = { ...fakeWorkspace(files), fingerprint: async () => undefined };
  expect(await codesOf(config, { workspace })).toContain('CASES_INVALID');
});

test('a list that never ends its quotes is told in no time', async () => {
  const files = { 't.csv': `topic,__expected\na,"contains-any: ""${'\\\\'.repeat(2_000)}"\n` };
  expect(await codesOf(`${echo}tests: file://t.csv\n`, { files })).toContain('CASES_COLUMN');
});

test('keys that anchors and references lead to are known', async () => {
  const { problems } = await readText(`shared: &shared {type: contains, value: a}
more: {short: {type: contains, value: b}}
_own: 1
x-own: 2
${echo}tests:
  - vars: {topic: a}
    assert: [*shared, {$ref: "#/more/short"}]
`);

  expect(problems).toEqual([]);
});

test('every problem of a default is told once, however many tests share it', async () => {
  const rows = Array.from({ length: 50 }, (_, index) => `  - vars: {topic: t${index}}\n`).join('');
  expect(await codesOf(`${echo}defaultTest: {assert: [{type: human}]}\ntests:\n${rows}`)).toEqual([
    'ASSERTION_UNSUPPORTED',
  ]);
});

test('a file of another kind is told, and so is one that is missing', async () => {
  expect(await codesOf('x', { path: 'suite.toml' })).toEqual(['SUITE_UNSUPPORTED']);
  expect(await codesOf('- 1\n- 2\n')).toEqual(['SUITE_INVALID']);
});
