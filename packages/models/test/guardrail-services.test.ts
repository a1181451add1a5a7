// Webhooks and guardrail services as their documentation has them, over real HTTP to this machine.
import { scorers, type Score, type ScoreFailure, type ScoreRequest } from '@pawl/core/scorers';
import { loopbackHttp, type ServiceReply, type ServiceRequest } from '@pawl/testkit/http-service';
import { expect, test } from 'vitest';
import { postJson } from '../src/index.ts';

interface Asked {
  readonly type: string;
  readonly value: (url: string) => unknown;
  readonly threshold?: number;
  readonly negated?: boolean;
}

const output = 'Call Ada at 555-0100.';
const prompt = 'Who do I call?';

async function ask(
  { type, value, threshold, negated = false }: Asked,
  answer: (request: ServiceRequest) => ServiceReply | undefined,
): Promise<{ readonly result: Score | ScoreFailure; readonly requests: readonly ServiceRequest[] }> {
  await using service = await loopbackHttp(answer);
  const scorer = scorers.get(type);
  if (scorer === undefined) throw new Error(`There is no scorer "${type}".`);
  const request: ScoreRequest = {
    assertion: {
      kind: 'assertion',
      type,
      negated,
      weight: 1,
      value: value(service.url),
      place: { file: 'a.eval.yml' },
      ...(threshold !== undefined && { threshold }),
    },
    answer: { output, text: output },
    vars: { name: 'Ada' },
    prompt,
    metadata: {},
  };
  const result = await scorer(request, { post: postJson({ timeoutMs: 500 }) });
  return { result, requests: service.requests };
}

const plain = (url: string): string => url;

test('webhook posts the output with its context and takes the verdict', async () => {
  const asked = { type: 'webhook', value: (url: string) => `${url}/judge?x=1` };
  const { result, requests } = await ask(asked, () => ({ body: { pass: true, score: 0.8, reason: 'polite' } }));
  expect(result).toEqual({ pass: true, score: 0.8, reason: 'polite' });
  expect(requests.map(({ method, url, body }) => ({ method, url, body }))).toEqual([
    { method: 'POST', url: '/judge?x=1', body: { output, context: { prompt, vars: { name: 'Ada' } } } },
  ]);
  const negated = await ask({ ...asked, negated: true }, () => ({ body: { pass: true, score: 0.75 } }));
  expect(negated.result).toMatchObject({ pass: false, score: 0.25 });
  expect((await ask(asked, () => ({ body: { pass: false } }))).result).toMatchObject({ pass: false, score: 0 });
});

const presidioAnswer = [
  {
    entity_type: 'PERSON',
    start: 5,
    end: 8,
    score: 0.85,
    analysis_explanation: null,
    recognition_metadata: { recognizer_name: 'SpacyRecognizer' },
  },
  { entity_type: 'PHONE_NUMBER', start: 12, end: 20, score: 0.4, analysis_explanation: null },
];

test('presidio asks for the entities of the output and names their kinds, not their texts', async () => {
  const value = (url: string) => ({ url: `${url}/`, language: 'en', entities: ['PERSON', 'PHONE_NUMBER'] });
  const { result, requests } = await ask({ type: 'presidio', value }, () => ({ body: presidioAnswer }));
  expect(result).toEqual({ pass: false, score: 0, reason: 'Presidio finds PERSON (3 characters at 5).' });
  expect(requests[0]).toMatchObject({
    url: '/analyze',
    body: { text: output, language: 'en', score_threshold: 0.5, entities: ['PERSON', 'PHONE_NUMBER'] },
  });
  expect((await ask({ type: 'presidio', value: plain }, () => ({ body: [] }))).result).toMatchObject({ pass: true });
  expect((await ask({ type: 'presidio', value: plain, negated: true }, () => ({ body: [] }))).result).toMatchObject({
    pass: false,
  });
});

test('llm-guard asks its scanners and names those that object', async () => {
  const body = { is_valid: false, scanners: { Toxicity: 0, Sensitive: 1, NoRefusal: 0.5 }, sanitized_output: 'x' };
  const { result, requests } = await ask({ type: 'llm-guard', value: plain }, () => ({ body }));
  expect(result).toEqual({ pass: false, score: 0, reason: 'LLM Guard refuses it (Sensitive 1, NoRefusal 0.5).' });
  expect(requests[0]).toMatchObject({ url: '/analyze/output', body: { prompt, output } });
  const onPrompt = await ask(
    { type: 'llm-guard', value: (url) => ({ url, on: 'prompt', suppress: ['Language'] }) },
    () => ({ body: { is_valid: true, scanners: {} } }),
  );
  expect(onPrompt.result).toMatchObject({ pass: true });
  expect(onPrompt.requests[0]).toMatchObject({
    url: '/analyze/prompt',
    body: { prompt, scanners_suppress: ['Language'] },
  });
  const scan = await ask({ type: 'llm-guard', value: (url) => `${url}/scan/output` }, () => ({
    body: { is_valid: true, scanners: {} },
  }));
  expect(scan.requests[0]?.url).toBe('/scan/output');
});

const chat = (content: string): ServiceReply => ({
  body: {
    id: 'c',
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  },
});

test('llama-guard asks over a chat and reads the hazards', async () => {
  const asked = { type: 'llama-guard', value: (url: string) => ({ url: `${url}/v1`, model: 'guard' }) };
  const { result, requests } = await ask(asked, () => chat('\n\nunsafe\nS7,S1'));
  expect(result).toEqual({
    pass: false,
    score: 0,
    reason: 'Llama Guard calls it unsafe: S7 privacy, S1 violent crimes.',
  });
  expect(requests[0]).toMatchObject({
    url: '/v1/chat/completions',
    body: {
      model: 'guard',
      messages: [
        { role: 'user', content: prompt },
        { role: 'assistant', content: output },
      ],
    },
  });
  expect((await ask(asked, () => chat('safe'))).result).toMatchObject({ pass: true });
  expect((await ask(asked, () => chat('unsafe'))).result).toMatchObject({ pass: false });
  const some = { ...asked, value: (url: string) => ({ url, categories: ['S1'] }) };
  expect((await ask(some, () => chat('unsafe\nS7'))).result).toMatchObject({ pass: true });
  expect((await ask(some, () => chat('unsafe\nS1'))).result).toMatchObject({ pass: false });
});

test('prompt-guard classifies the prompt', async () => {
  const value = (url: string) => ({ url, model: 'pg' });
  const classes = (probs: readonly number[]) => ({
    body: { object: 'list', data: [{ index: 0, label: 'LABEL_1', probs, num_classes: 2 }] },
  });
  const { result, requests } = await ask({ type: 'prompt-guard', value }, () => classes([0.25, 0.75]));
  expect(result).toMatchObject({ pass: false, score: 0.25 });
  expect(requests[0]).toMatchObject({ url: '/classify', body: { model: 'pg', input: prompt } });
  expect((await ask({ type: 'prompt-guard', value, negated: true }, () => classes([0.9, 0.1]))).result).toMatchObject({
    pass: false,
  });
});

const services = ['webhook', 'presidio', 'llm-guard', 'llama-guard', 'prompt-guard'];
const useless: readonly (readonly [string, () => ServiceReply | undefined])[] = [
  ['answers with an error', () => ({ status: 500, body: { pass: true, is_valid: true } })],
  ['asks for a log-in', () => ({ status: 401, body: [] })],
  ['answers with another shape', () => ({ body: { ok: true } })],
  ['answers with a list of something else', () => ({ body: [{ a: 1 }] })],
  ['answers with words', () => ({ body: 'safe' })],
  ['answers with nothing', () => ({ body: '' })],
  ['answers with a chat that says neither', () => chat('I think it is safe to say that')],
  ['never answers', () => undefined],
];

test.each(services.flatMap((type) => useless.map(([name, reply]) => ({ type, name, reply }))))(
  '$type gives no verdict when the service $name',
  async ({ type, reply }) => {
    for (const negated of [false, true]) {
      const { result } = await ask({ type, value: plain, negated }, reply);
      expect(result).toEqual({ failure: expect.any(String), hint: expect.any(String) });
    }
  },
);

test.each(services)('%s gives no verdict when nobody is there, or the address is none', async (type) => {
  for (const address of ['http://127.0.0.1:9/', 'file:///etc/passwd', 'http://169.254.169.254/latest', '']) {
    const { result } = await ask({ type, value: () => address }, () => ({ body: { pass: true } }));
    expect(result).toHaveProperty('failure');
  }
});

test.each(['http://[::ffff:a9fe:a9fe]/', 'http://2852039166/', 'http://metadata.google.internal./'])(
  'a webhook at %s, where a machine’s credentials are handed out, is not asked, and nothing passes for it',
  async (url) => {
    for (const negated of [false, true]) {
      const { result } = await ask({ type: 'webhook', value: () => url, negated }, () => ({ body: { pass: true } }));
      expect(result).toMatchObject({ failure: expect.stringContaining('is never asked') });
    }
  },
);
