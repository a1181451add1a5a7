// A gateway's configuration that changes: the suite through both, and what the report says of routes, costs and caches.
import { expect, test } from 'vitest';
import { readInputs } from '@pawl/core';
import { checkPrompts, promptRegressionInputs, type PromptPorts } from '@pawl/core/prompt-regression';
import { renderMarkdown } from '@pawl/core/report';
import { fakeContext, fakeWorkspace, memoryHistory, memoryRegistry } from '@pawl/core/testing';
import { promptProviders } from '@pawl/models';
import { loopbackGateway, type LoopbackGatewayOptions, type Routed } from '@pawl/testkit/gateway';
import { loopbackOpenAi } from '@pawl/testkit/openai';

const promptFile = 'prompts/triage.prompt.yml';
const configFile = 'gateway/litellm.yaml';
const cases = 60;
const prompt =
  'model: triage\nmessages:\n  - {role: user, content: "Label {{input}}"}\n' +
  `testData:\n${Array.from({ length: cases }, (_, index) => `  - {input: "mail ${index}", expected: "label ${index}"}\n`).join('')}` +
  'evaluators:\n  - {name: label, string: {equals: "{{expected}}"}}\n';
const config = (weight: number, more = '') => `# which model answers
model_list:
  - model_name: triage
    litellm_params:
      model: openai/small
      api_key: os.environ/OPENAI_API_KEY
      weight: ${weight}
  - model_name: triage
    litellm_params:
      model: openai/large
      api_key: os.environ/OPENAI_API_KEY
      weight: 1
${more}`;
const numberOf = (text: string): number => Number(/mail (\d+)/.exec(text)?.[1]);
const messageOf = (request: Parameters<LoopbackGatewayOptions['route']>[0]) => String(request.messages.at(-1)?.content);

/** The small model gets every fifth mail wrong, the large one none. */
const small = (number: number): Routed => ({
  model: 'openai/small',
  text: number % 5 === 0 ? 'label ?' : `label ${number}`,
  costUsd: 0.0001,
});
const large = (number: number): Routed => ({ model: 'openai/large', text: `label ${number}`, costUsd: 0.004 });
const routed = (shareOfSmall: number) => (request: Parameters<LoopbackGatewayOptions['route']>[0]) => {
  const number = numberOf(messageOf(request));
  return number / cases < shareOfSmall ? small(number) : large(number);
};

interface Given {
  readonly head: string;
  readonly base?: string;
  readonly inputs?: Record<string, string>;
  readonly files?: Record<string, string>;
  readonly ports?: Partial<PromptPorts>;
  readonly trust?: 'own' | 'fork';
}

function worldOf({ head, base, files = {} }: Given) {
  const commit = 'ba5e000000000000000000000000000000000000';
  const old = { [promptFile]: prompt, ...files, ...(base !== undefined && { [configFile]: base }) };
  const history = memoryHistory({
    commits: [
      { commit, parents: [], time: 1_767_000_000_000, files: old },
      { commit: 'head', parents: [commit], time: 1_767_000_000_000, files: {} },
    ],
    refs: { main: commit, topic: 'head' },
    head: 'topic',
  });
  const workspace = fakeWorkspace({ [promptFile]: prompt, [configFile]: head, ...files });
  return { workspace, history, registry: memoryRegistry() };
}

async function run(given: Given, world = worldOf(given)) {
  const inputs = readInputs(promptRegressionInputs, { prompt: promptFile, gateway: configFile, ...given.inputs });
  if (inputs.value === undefined) throw new Error(JSON.stringify(inputs.problems));
  const openProvider = promptProviders({
    workspace: world.workspace,
    environment: () => undefined,
    ...(given.trust !== undefined && { trust: given.trust }),
  });
  const context = fakeContext();
  const origin = { ...context.origin, ...(given.trust !== undefined && { trust: given.trust }) };
  const outcome = await checkPrompts(inputs.value, { ...world, openProvider, ...given.ports }, { ...context, origin });
  return { ...outcome, comment: renderMarkdown(outcome.report) };
}

test('a configuration that sends more to the cheap model is judged by what it answers', async () => {
  await using base = await loopbackGateway({ route: routed(0.2) });
  await using head = await loopbackGateway({ route: routed(1) });
  const {
    report,
    comment,
    results,
    run: record,
  } = await run({
    base: config(1),
    head: config(9),
    inputs: { 'gateway-url': head.baseUrl, 'gateway-baseline-url': base.baseUrl },
  });

  expect(report).toMatchObject({
    verdict: 'fail',
    headline: '9 cases newly wrong, 0 newly right: accuracy 0.95 → 0.80',
    findings: [{ file: configFile, line: 3 }],
  });
  expect(comment).toContain('Changed: gateway configuration.');
  expect(comment).toContain('weight 1 → 9');
  expect(comment).toContain('To the cheap model openai/small: 20 % → 100 %.');
  expect(comment).toMatch(/\| openai\/small +\| 12 → 60 \| 0\.75 → 0\.80 \(0\.68 … 0\.89\) \|/);
  expect(comment).toMatch(/\| openai\/large +\| 48 → – \| 1\.00 → – \|/);
  expect(record?.metrics).toMatchObject({
    'route/openai/small/share': { value: 1, baseline: 0.2 },
    'route/openai/small/pass-rate': { value: 0.8, baseline: 0.75, n: 60 },
    'route/openai/small/cost': { value: expect.closeTo(0.0001, 9), unit: 'USD' },
    'gateway/cheap-share': { value: 1, baseline: 0.2 },
    'gateway/fallbacks': { value: 0, baseline: 0 },
  });
  expect(record?.inputs).toContainEqual(expect.objectContaining({ role: 'config', path: configFile }));
  expect(JSON.parse(results['cases.jsonl']?.split('\n')[30] ?? '')).toMatchObject({
    before: { pass: 1, route: 'openai/large' },
    after: { pass: 0, route: 'openai/small' },
  });
  expect(head.requests).toHaveLength(cases);
  expect(base.requests).toHaveLength(cases);
});

test('recordings of two configurations are kept apart, and a comment changes neither', async () => {
  await using base = await loopbackGateway({ route: routed(0.2) });
  await using head = await loopbackGateway({ route: routed(1) });
  const given = {
    base: config(1),
    head: config(9),
    inputs: { 'gateway-url': head.baseUrl, 'gateway-baseline-url': base.baseUrl },
  };
  const world = worldOf(given);
  const first = await run(given, world);
  await world.workspace.write(configFile, `# a word more\n${config(9)}`);
  const replayed = await run({ ...given, inputs: {} }, world);
  const forked = await run({ ...given, trust: 'fork' }, world);
  await world.workspace.write(configFile, config(8));
  const unknown = await run({ ...given, inputs: {} }, world);

  expect(replayed.report).toMatchObject({ verdict: 'fail', headline: first.report.headline });
  expect(replayed.comment).toContain('To the cheap model openai/small: 20 % → 100 %.');
  expect(forked.report.headline).toBe(first.report.headline);
  expect(unknown.report.verdict).toBe('error');
  expect(head.requests.length + base.requests.length).toBe(2 * cases);
});

test('an unchanged configuration is one gateway, and nothing is asked twice', async () => {
  await using gateway = await loopbackGateway({ route: routed(0.5) });
  const { report, comment } = await run({
    base: config(1),
    head: config(1),
    inputs: { 'gateway-url': gateway.baseUrl },
  });

  expect(report.headline).toContain('the model is asked just what it was asked before');
  expect(comment).toContain('To the cheap model openai/small: 50 % → 50 %.');
  expect(gateway.requests).toHaveLength(cases);
});

test('fallbacks are counted on both sides', async () => {
  const failing = (request: Parameters<LoopbackGatewayOptions['route']>[0]) => {
    const number = numberOf(messageOf(request));
    return number < 6 ? { ...large(number), fallbacks: 1 } : small(number);
  };
  await using base = await loopbackGateway({ route: routed(1) });
  await using head = await loopbackGateway({ route: failing });
  const { comment, run: record } = await run({
    base: config(1),
    head: config(1, 'router_settings:\n  fallbacks: [{triage: [large]}]\n'),
    inputs: { 'gateway-url': head.baseUrl, 'gateway-baseline-url': base.baseUrl },
  });

  expect(comment).toContain('Fallbacks: none → 6 answers.');
  expect(comment).toMatch(/\| fallbacks of triage \| added \| 14 \|/);
  expect(record?.metrics).toMatchObject({ 'gateway/fallbacks': { value: 6, baseline: 0 } });
});

test('a similar question answered from the cache is asked again, and shown where its verdict changed', async () => {
  await using base = await loopbackGateway({ route: routed(0) });
  // Numbers of one ten are taken for the same question.
  const cacheKey = (request: Parameters<LoopbackGatewayOptions['route']>[0]) =>
    numberOf(messageOf(request)) < 20 ? String(Math.floor(numberOf(messageOf(request)) / 10)) : undefined;
  await using head = await loopbackGateway({ route: routed(0), cacheKey, semantic: true });
  const {
    report,
    comment,
    run: record,
  } = await run({
    base: config(1),
    head: config(1, 'litellm_settings:\n  cache: true\n  cache_params: {type: redis-semantic}\n'),
    inputs: { 'gateway-url': head.baseUrl, 'gateway-baseline-url': base.baseUrl, concurrency: '1' },
  });

  expect(report).toMatchObject({ verdict: 'fail', headline: expect.stringContaining('18 cases newly wrong') });
  expect(comment).toContain('From the cache: none → 18 answers (18 by similarity).');
  expect(comment).toContain('Of 18 asked again past the cache, 18 differ from a fresh answer in their verdict.');
  expect(comment).toContain('18 answers changed by the cache');
  expect(comment).toMatch(/\| cache +\| – → 18 \| – → 0\.00 \(0\.00 … 0\.19\) \| .* \| – → \$0 \|/);
  expect(report.problems).toContainEqual(expect.objectContaining({ code: 'GATEWAY_CACHE_CHANGED', file: configFile }));
  expect(record?.metrics).toMatchObject({
    'gateway/cache-hits': { value: 18 },
    'gateway/cache-changed': { value: 18, n: 18 },
  });
  expect(head.requests).toHaveLength(cases + 18);
});

test('judges are asked where they were, and not through the gateway', async () => {
  await using gateway = await loopbackGateway({ route: routed(1) });
  await using judge = await loopbackOpenAi({ answer: () => JSON.stringify({ reason: 'fine', pass: true, score: 1 }) });
  const suite = 'prompts/labels.eval.yml';
  const files = {
    [suite]:
      'prompt: "Label {{input}}"\nprovider: openai:chat:triage\njudge: openai:chat:judge\n' +
      'cases:\n  - {vars: {input: mail 1}}\n  - {vars: {input: mail 2}}\nscorers:\n  - llm-rubric: It is a label.\n',
  };
  const { report } = await run({
    base: config(1),
    head: config(1),
    files,
    inputs: { prompt: suite, 'gateway-url': gateway.baseUrl, 'base-url': judge.baseUrl },
  });
  const modelsOf = (bodies: readonly unknown[]) => bodies.map((body) => (body as { model: string }).model);

  expect(report.headline).toContain('accuracy 1.00');
  expect(modelsOf(gateway.requests.map(({ body }) => body))).toEqual(['triage', 'triage']);
  expect(modelsOf(judge.requests.map(({ body }) => body))).toEqual(['judge', 'judge']);
});

test('a dry run tells the plan and starts nothing', async () => {
  const started: string[] = [];
  const { report } = await run({
    base: config(1),
    head: config(2),
    inputs: { 'gateway-command': 'litellm --config {config} --port {port}', 'dry-run': 'true' },
    ports: {
      openGateway: async ({ config: file }) => ({
        value: {
          baseUrl: 'http://127.0.0.1:1/v1',
          apiKeyEnv: 'KEY',
          ready: async () => void started.push(file),
          close: async () => {},
        },
        problems: [],
      }),
    },
  });

  expect(JSON.stringify(report)).toContain('120 calls');
  expect(started).toEqual([]);
});

test('a budget ends the second look at a cache', async () => {
  await using gateway = await loopbackGateway({ route: routed(0), cacheKey: () => 'all' });
  const { comment } = await run({
    head: config(1),
    base: config(1),
    inputs: { 'gateway-url': gateway.baseUrl, concurrency: '1', 'max-cost-usd': '0.05' },
  });

  // One answer was paid for, 59 came from the cache; the twelfth at 0.4 cents is the last.
  expect(comment).toContain('Of 12 asked again past the cache, 12 differ');
});

test('prices of routes tell the share of the cheap model, and what a gateway without a cache is asked for is told', async () => {
  const config = (weight: number, more: object = {}) =>
    JSON.stringify({ strategy: { mode: 'loadbalance' }, targets: [{ weight }], ...more });
  const router = (shareOfSmall: number) => (request: Parameters<LoopbackGatewayOptions['route']>[0]) => {
    const number = numberOf(messageOf(request));
    return { model: number / cases < shareOfSmall ? 'small/x' : 'large/x', text: `label ${number}` };
  };
  await using gateway = await loopbackGateway({
    dialect: 'portkey',
    route: (request, asked) => router((asked as { targets: { weight: number }[] }).targets[0]?.weight ?? 0)(request),
  });
  const given = {
    base: config(0.2),
    head: config(0.9, { cache: { mode: 'simple' } }),
    inputs: { 'gateway-url': gateway.baseUrl, 'route-prices': 'small/triage=0.1/0.4, large/triage=2.5/10' },
  };
  const world = worldOf(given);
  const { comment, report } = await run(given, world);
  const unpriced = await run({ ...given, inputs: {} }, world);
  const wrong = await run({ ...given, inputs: { ...given.inputs, 'route-prices': 'small/triage=cheap' } }, world);

  expect(comment).toContain('To the cheap model small/triage: 20 % → 90 %.');
  expect(report.problems).toContainEqual(expect.objectContaining({ code: 'GATEWAY_CACHE_OFF', file: configFile }));
  expect(unpriced.comment).not.toContain('cheap model');
  expect(wrong.report).toMatchObject({ verdict: 'error', problems: [{ code: 'INPUT_INVALID' }] });
});

test('what answers in the name of a gateway that has ended is not believed', async () => {
  await using other = await loopbackOpenAi({ answer: () => 'label 1' });
  let asked = 0;
  const opened = await promptProviders({ workspace: fakeWorkspace({}), environment: () => undefined })({
    model: 'triage',
    baseUrl: other.baseUrl,
    gateway: {
      kind: 'litellm',
      digest: 'sha256:1',
      // It ended while it was asked.
      ready: async () => (asked++ === 0 ? undefined : { failure: 'the gateway ended with 1', hint: '' }),
    },
    cassettes: [],
    record: 'missing',
    timeoutMs: 1000,
  });
  const messages = [{ role: 'user' as const, content: 'Label mail 1' }];
  const reply = await opened.value?.complete({ model: 'triage', messages, parameters: {}, repeat: 0 });

  expect(other.requests).toHaveLength(1);
  expect(reply).toEqual({ failure: 'the gateway ended with 1', hint: '' });
});

test('Portkey takes each configuration with the request, and one gateway serves both sides', async () => {
  const portkey = (model: string) =>
    JSON.stringify({ strategy: { mode: 'loadbalance' }, targets: [{ provider: model }] });
  await using gateway = await loopbackGateway({
    dialect: 'portkey',
    route: (request, asked) => {
      const number = numberOf(messageOf(request));
      const [target] = (asked as { targets: { provider: string }[] }).targets;
      return target?.provider === 'small'
        ? { ...small(number), model: 'small/x' }
        : { ...large(number), model: 'large/x' };
    },
  });
  const { report, comment } = await run({
    base: portkey('large'),
    head: portkey('small'),
    inputs: { 'base-url': gateway.baseUrl },
  });

  expect(report.verdict).toBe('fail');
  expect(comment).toContain('small/triage');
  expect(comment).toContain('large/triage');
  expect(gateway.requests.every(({ headers }) => typeof headers['x-portkey-config'] === 'string')).toBe(true);
});

test('a configuration that is new has no baseline, and the verdict says so', async () => {
  await using gateway = await loopbackGateway({ route: routed(0.5) });
  const { report } = await run({ head: config(1), inputs: { 'gateway-url': gateway.baseUrl } });
  const required = await run({
    head: config(1),
    inputs: { 'gateway-url': gateway.baseUrl, baseline: 'required' },
  });

  expect(report.verdict).toBe('inconclusive');
  expect(report.footer.baseline).toBe("none yet: the gateway's configuration is new since ba5e000");
  expect(required.report.verdict).toBe('error');
});

test.each([
  ['a file that is no configuration', { head: 'models: []\n' }, 'GATEWAY_NO_CONFIG'],
  ['a baseline that cannot be read', { head: config(1), base: 'model_list: [' }, 'GATEWAY_NOT_YAML'],
  [
    'no address of the old one',
    { head: config(2), base: config(1), inputs: { 'gateway-url': 'http://h/v1' } },
    'GATEWAY_BASELINE_MISSING',
  ],
  [
    'an address that is none',
    { head: config(1), base: config(1), inputs: { 'gateway-url': 'localhost:4000' } },
    'INPUT_INVALID',
  ],
  ['nobody to ask', { head: config(1), base: config(1) }, 'PROVIDER_MISSING'],
  ['a file that is not there', { head: config(1), inputs: { gateway: 'gateway/other.yaml' } }, 'GATEWAY_MISSING'],
  ['an include that is not there', { head: config(1, 'include: [more.yaml]\n') }, 'GATEWAY_INCLUDE_MISSING'],
])('%s is told, and nothing is sent', async (_, given, code) => {
  const { report } = await run(given);

  expect(report.verdict).toBe('error');
  expect(report.problems.map((problem) => problem.code)).toContain(code);
});

test('the run of a fork starts no gateway, whatever its command is', async () => {
  const started: string[] = [];
  const { report } = await run({
    head: config(2),
    base: config(1),
    trust: 'fork',
    inputs: { 'gateway-command': 'litellm --config {config} --port {port}' },
    ports: {
      openGateway: async ({ command }) => {
        started.push(command);
        return { problems: [] };
      },
    },
  });

  expect(report.verdict).toBe('error');
  expect(started).toEqual([]);
});
