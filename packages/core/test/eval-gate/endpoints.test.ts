import { expect, test } from 'vitest';
import { exitCodeOf, ModelError, type ModelEndpoints, type ModelProvider } from '@pawl/core';
import { fakeProvider } from '@pawl/core/testing';
import { parseEndpoint } from '../../src/eval-gate/endpoint-address.ts';
import { gateWorld, noiseScorer, rowsCsv } from './gate-world.ts';

const policy = `name: delay
task: classification
data: { path: data.csv, classes: [no, yes], label: late }
metrics: { accuracy: { margin: 0.05 } }
endpoint: { system: Be short., prompt: 'Is {{ x }} late? Answer one of {{ labels | join(" or ") }}.', concurrency: 4 }
`;
const files = {
  'delay.gate.yml': policy,
  'data.csv': rowsCsv('late').replace(/,1,/g, ',yes,').replace(/,0,/g, ',no,'),
};
const right = (text: string): string => (Number(/Is (\S+) late/.exec(text)?.[1]) > 0 ? 'yes' : 'no');
const endpointsOf = (provider: ModelProvider): ModelEndpoints => ({
  tensors: async () => noiseScorer().load(new TextEncoder().encode('0.1'), 'remote'),
  language: async () => ({ value: provider, problems: [] }),
});
const model = { candidate: 'openai+https://models.example/v1/models/org/small', baseline: 'none' };
const judge = (provider: ModelProvider, origin?: { trust: 'own' | 'fork' }) =>
  gateWorld({ files, endpoints: endpointsOf(provider), ...(origin !== undefined && { origin }) }).gate(model);

test('a language model is asked one question a row, with the labels that it may answer', async () => {
  const provider = fakeProvider(({ messages }) => JSON.stringify({ label: right(String(messages.at(-1)?.content)) }));
  const { run } = await judge(provider);

  expect(provider.requests).toHaveLength(200);
  expect(provider.requests[0]).toMatchObject({
    model: 'org/small',
    messages: [
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: expect.stringMatching(/^Is \S+ late\? Answer one of no or yes\.$/) },
    ],
    parameters: { temperature: 0 },
    responseFormat: { type: 'json_schema', jsonSchema: { schema: { properties: { label: { enum: ['no', 'yes'] } } } } },
  });
  expect(run?.metrics['accuracy']).toMatchObject({ n: 200, value: expect.any(Number) });
  expect(run?.metrics['accuracy']?.value).toBeGreaterThan(0.8);
  expect(run?.inputs).toContainEqual(expect.objectContaining({ role: 'model', path: model.candidate }));
});

test('a server that ignores the schema may answer with the label alone', async () => {
  const { run } = await judge(fakeProvider(({ messages }) => ` ${right(String(messages.at(-1)?.content))}\n`));

  expect(run?.metrics['accuracy']?.value).toBeGreaterThan(0.8);
});

test('an answer that is no label, a refusal and a failed call are errors, never wrong answers', async () => {
  const failing = fakeProvider(() => ({
    failure: 'models.example answered 503 (4 attempts)',
    hint: 'Try again later.',
  }));
  const outcomes = [
    await judge(fakeProvider(() => 'maybe')),
    await judge(fakeProvider(() => ({ text: '', refused: true, reused: false }))),
    await judge(failing),
  ];

  for (const outcome of outcomes) expect(exitCodeOf(outcome)).toBe(3);
  expect(outcomes.map(({ report }) => report.problems[0]?.message)).toEqual([
    'The predictions name "maybe", which is no class.',
    `${model.candidate} did not answer a row: it refused to answer.`,
    `${model.candidate} did not answer a row: models.example answered 503 (4 attempts).`,
  ]);
  // Four were under way when the first failed; nobody is asked after that.
  expect(failing.requests.length).toBeLessThanOrEqual(4);
});

test('the run of a fork asks nobody, and says so', async () => {
  const provider = fakeProvider(() => 'yes');
  const outcome = await judge(provider, { trust: 'fork' });

  expect(exitCodeOf(outcome)).toBe(3);
  expect(outcome.report.problems).toMatchObject([{ code: 'GATE_ENDPOINT_FORK' }]);
  expect(provider.requests).toEqual([]);
});

const tensors = `name: delay
task: classification
data: { path: data.csv }
metrics: { accuracy: { margin: 0.05 } }
`;
const served = 'kserve+http://triton.example:8000/v2/models/delay';

test('a served model is fed as an ONNX file is, and the same address on both sides is no proof of one model', async () => {
  const asked: unknown[] = [];
  const { gate } = gateWorld({
    files: { 'delay.gate.yml': tensors, 'data.csv': rowsCsv() },
    endpoints: {
      ...endpointsOf(fakeProvider(() => 'yes')),
      tensors: async (url, connection) => {
        asked.push([url, connection]);
        return noiseScorer().load(new TextEncoder().encode('0.1'), 'remote');
      },
    },
  });
  const { report, run } = await gate({ candidate: served, baseline: served });

  expect(asked).toEqual([
    ['http://triton.example:8000/v2/models/delay', { timeoutMs: 60_000, retries: 3, concurrency: 8, batchRows: 256 }],
    ['http://triton.example:8000/v2/models/delay', { timeoutMs: 60_000, retries: 3, concurrency: 8, batchRows: 256 }],
  ]);
  expect(report.verdict).toBe('pass');
  expect(JSON.stringify(report.blocks)).not.toContain('byte for byte');
  expect(run?.params).not.toHaveProperty('answers');
  expect(run?.baseline).toEqual({ source: 'file', name: served });
});

test('an endpoint that does not answer leaves the gate without an answer', async () => {
  const { gate } = gateWorld({
    files: { 'delay.gate.yml': tensors, 'data.csv': rowsCsv() },
    endpoints: {
      ...endpointsOf(fakeProvider(() => 'yes')),
      tensors: (url) =>
        Promise.reject(
          new ModelError('MODEL_RUN_FAILED', `${url} was not answered.`, { file: url, hint: 'Look at it.' }),
        ),
    },
  });
  const outcome = await gate({ candidate: served, baseline: 'none' });

  expect(exitCodeOf(outcome)).toBe(3);
  expect(outcome.report.problems).toMatchObject([{ code: 'MODEL_RUN_FAILED', hint: 'Look at it.' }]);
});

test.each([
  ['kserve+https://h/seldon/v2/models/m/versions/3', { baseUrl: 'https://h/seldon/v2', model: 'm' }],
  ['openai+http://h:8000/v1/models/meta/Llama-3', { baseUrl: 'http://h:8000/v1', model: 'meta/Llama-3' }],
  ['KServe+http://h/v2/models/m', { kind: 'kserve', url: 'http://h/v2/models/m' }],
])('%s is an address', (text, parts) => {
  expect(parseEndpoint(text).value).toMatchObject(parts);
});

test.each([
  'kserve+http://h/v2/models/',
  'kserve+http://h/v1/models/m',
  'openai+http://h/v1',
  'grpc+http://h/v2/models/m',
  'kserve+http://h/v2/models/m?key=hunter2-secret',
  'openai+https://me:hunter2-secret@h/v1/models/m',
])('%s is none, and a password in it is not repeated', (text) => {
  const { value, problems } = parseEndpoint(text);

  expect(value).toBeUndefined();
  expect(problems).toMatchObject([{ code: 'INPUT_INVALID' }]);
  expect(JSON.stringify(problems)).not.toContain('hunter2');
});
