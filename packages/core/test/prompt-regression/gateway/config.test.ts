// A gateway's configuration as a file: what changed, at which line, and what is never shown.
import { expect, test } from 'vitest';
import { fakeWorkspace } from '@pawl/core/testing';
import { configChanges } from '../../../src/prompt-regression/gateway/config-changes.ts';
import { readGatewayConfig } from '../../../src/prompt-regression/gateway/read-config.ts';

const file = 'gateway/litellm.yaml';
const sha256 = (data: string | Uint8Array): string => `sha256:${typeof data === 'string' ? data : [...data].join()}`;
const read = (text: string, files: Record<string, string> = {}) =>
  readGatewayConfig(file, fakeWorkspace({ [file]: text, ...files }), sha256);

async function changes(before: string, after: string) {
  const [old, now] = [await read(before), await read(after)];
  if (old.value === undefined || now.value === undefined) throw new Error(JSON.stringify([old, now]));
  return configChanges(old.value.config, now.value.config).map(({ entry, how, place, gone }) => [
    entry,
    how,
    gone === true ? `was ${place.line}` : place.line,
  ]);
}

const model = (name: string, params: string) => `  - model_name: ${name}\n    litellm_params: {${params}}\n`;

test('entries that came, went and changed are told by name, with their lines', async () => {
  const before = `model_list:
${model('triage', 'model: openai/small, weight: 1, rpm: 10')}${model('old', 'model: openai/old')}litellm_settings:
  cache: true
  cache_params: {type: local, ttl: 60}
router_settings:
  routing_strategy: simple-shuffle
  fallbacks: [{triage: [large]}, {old: [large]}]
`;
  const after = `model_list:
${model('triage', 'model: openai/small, weight: 9, rpm: 10')}${model('new', 'model: openai/new')}litellm_settings:
  cache: true
  cache_params: {type: redis-semantic, similarity_threshold: 0.8}
router_settings:
  routing_strategy: latency-based-routing
  fallbacks: [{triage: [large, new]}]
`;

  expect(await changes(before, after)).toEqual([
    ['model triage → openai/small', 'weight 1 → 9', 2],
    ['model new → openai/new', 'added', 4],
    [
      'litellm_settings.cache_params',
      'type local → redis-semantic, ttl 60 → not set, similarity_threshold not set → 0.8',
      8,
    ],
    ['router_settings.routing_strategy', 'simple-shuffle → latency-based-routing', 10],
    ['fallbacks of triage', '["large"] → ["large","new"]', 11],
    ['model old → openai/old', 'removed', 'was 4'],
    ['fallbacks of old', 'removed', 'was 11'],
  ]);
});

test('two entries of one model are told apart, and the order of keys and comments means nothing', async () => {
  const two = (weights: readonly number[]) =>
    `model_list:\n${weights.map((weight) => model('triage', `model: openai/small, weight: ${weight}`)).join('')}`;
  const [plain, noted] = [
    await read('model_list:\n  - {model_name: a, litellm_params: {model: b, rpm: 1}}\n'),
    await read('# a note\nmodel_list:\n  - litellm_params: {rpm: 1, model: b}\n    model_name: a # here\n'),
  ];

  expect(await changes(two([1, 1]), two([1, 5]))).toEqual([['model triage → openai/small (2)', 'weight 1 → 5', 4]]);
  expect(noted.value?.config.digest).toBe(plain.value?.config.digest);
});

test('secrets are never shown, and those that are written down are warned of', async () => {
  const secret = 'sk-abcdefghijklmnopqrstuvwxyz0123456789ABCD';
  const config = (key: string, password: string, variable: string) => `model_list:
${model('a', `model: b, api_key: ${key}, api_base: 'https://user:${password}@host/v1'`)}general_settings:
  master_key: ${key}
environment_variables:
  REDIS: ${variable}
`;
  const found = await changes(config('os.environ/A', 'one', 'x'), config(secret, 'two', 'y'));
  const { problems } = await read(config(secret, 'two', 'y'));

  expect(found).toEqual([
    ['model a → b', 'api_key os.environ/A → ***', 2],
    ['general_settings.master_key', 'os.environ/A → ***', 5],
    ['environment_variables.REDIS', 'a value that is not shown changed', 7],
  ]);
  expect(problems.filter(({ code }) => code === 'GATEWAY_SECRET_WRITTEN').map(({ line }) => line)).toEqual([3, 3, 5]);
  expect(JSON.stringify([found, problems])).not.toContain(secret);
});

test('what a configuration includes and names is part of it', async () => {
  const text = `include: [models.yaml]
litellm_settings: {callbacks: hooks.handler}
router_settings: {router_config_path: router.json}
`;
  const files = {
    'gateway/models.yaml': 'model_list:\n  - {model_name: a, litellm_params: {model: b}}\n',
    'gateway/hooks.py': 'handler = 1',
    'gateway/router.json': '{}',
    'gateway/README.md': 'words',
  };
  const digestOf = async (changed: Record<string, string>) =>
    (await read(text, { ...files, ...changed })).value?.config.digest;
  const whole = await read(text, files);
  const own = whole.value?.config.digest;

  expect(whole.problems).toEqual([]);
  expect([...(whole.value?.files.keys() ?? [])].toSorted()).toEqual([file, ...Object.keys(files)].toSorted());
  expect(whole.value?.config.entries.map(({ name }) => name)).toContain('model a → b');
  expect(await digestOf({ 'gateway/README.md': 'other' })).toBe(own);
  expect(await digestOf({ 'gateway/models.yaml': `${files['gateway/models.yaml']}# more` })).toBe(own);
  expect(await digestOf({ 'gateway/hooks.py': 'handler = 2' })).not.toBe(own);
  expect(await digestOf({ 'gateway/router.json': '[]' })).not.toBe(own);
});

test('where a configuration names code, whatever lies beside it counts, and what runs leave behind does not', async () => {
  const text = 'model_list: []\nlitellm_settings: {callbacks: hooks.handler}\n';
  const files = { 'gateway/hooks.py': 'from .rules import rules', 'gateway/rules/__init__.py': 'rules = 1' };
  const configWith = async (more: Record<string, string>) => {
    const { value } = await read(text, { ...files, ...more });
    if (value === undefined) throw new Error('it is not read');
    return value.config;
  };
  const own = await configWith({});
  const imported = await configWith({ 'gateway/rules/__init__.py': 'rules = 2' });
  const opened = await configWith({ 'gateway/rules/words.json': '[]' });
  const left = await configWith({
    'gateway/__pycache__/hooks.pyc': 'x',
    'gateway/a.cassette.jsonl': 'x',
    'gateway/README.md': 'x',
  });

  expect(imported.digest).not.toBe(own.digest);
  expect(opened.digest).not.toBe(own.digest);
  expect(left.digest).toBe(own.digest);
  expect(configChanges(own, imported)).toEqual([
    { entry: 'gateway/rules/__init__.py', how: 'changed', place: { file: 'gateway/rules/__init__.py' } },
  ]);
  expect(configChanges(opened, own)).toMatchObject([{ entry: 'gateway/rules/words.json', how: 'removed', gone: true }]);
});

test('files beside code that are too many to be told apart are told', async () => {
  const many = Object.fromEntries(Array.from({ length: 210 }, (_, index) => [`gateway/a${index}.txt`, '']));
  const codes = async (text: string) =>
    (await read(text, { ...many, 'gateway/hooks.py': '' })).problems.map(({ code }) => code);

  expect(await codes('model_list: []\nlitellm_settings: {callbacks: hooks.handler}\n')).toEqual([
    'GATEWAY_FILES_UNCOVERED',
  ]);
  expect(await codes('model_list: []\n')).toEqual([]);
});

test.each([
  ['in a folder, where the configuration lies at the root', 'litellm.yaml', 'hooks/custom.py', {}],
  [
    'among more files than are looked through',
    'gateway/litellm.yaml',
    'gateway/hooks/custom.py',
    Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`gateway/a${index}.txt`, ''])),
  ],
  ['that is large', 'gateway/litellm.yaml', 'gateway/hooks/custom.py', {}, '#'.repeat(1_100_000)],
])('a hook %s is part of what the configuration means', async (_, path, hook, others, padding = '') => {
  const text = 'model_list: []\nlitellm_settings: {callbacks: hooks.custom.handler}\n';
  const readWith = async (code: string) => {
    const files = { ...others, [path]: text, [hook]: `${padding}${code}` };
    // Files as different as their lengths.
    const digest = (data: string | Uint8Array): string => `sha256:${typeof data === 'string' ? data : data.length}`;
    return (await readGatewayConfig(path, fakeWorkspace(files), digest)).value;
  };
  const [one, two] = [await readWith('handler = 1'), await readWith('handler = 22')];

  expect(one?.inputs.map((input) => input.path)).toContain(hook);
  expect(one?.files.has(hook)).toBe(true);
  expect(two?.config.digest).not.toBe(one?.config.digest);
});

test.each([
  ['model_lists: []\nmodel_list: []\n', 'GATEWAY_UNKNOWN_KEY'],
  ['model_list: [{model_name: a}]\n', 'GATEWAY_MODEL_INVALID'],
  ['model_list: a\n', 'GATEWAY_MODEL_INVALID'],
  ['- a\n', 'GATEWAY_NO_CONFIG'],
  ['include: [litellm.yaml, gone.yaml]\n', 'GATEWAY_INCLUDE_MISSING'],
])('%j is told by its name', async (text, code) => {
  const { problems } = await read(text);

  expect(problems.map((each) => each.code)).toContain(code);
  expect(problems.every((each) => each.file === file)).toBe(true);
});

test('a configuration of Portkey is read by its own names', async () => {
  const portkey = (weight: number) =>
    JSON.stringify({ strategy: { mode: 'loadbalance' }, targets: [{ provider: 'openai', weight }] }, null, 1);

  expect((await read(portkey(1))).value?.config.kind).toBe('portkey');
  expect(await changes(portkey(1), portkey(2))).toEqual([['targets 1', 'weight 1 → 2', 6]]);
});
