// A real small language model, driven as a suite drives it: streamed, under a JSON schema, several at a time, paid for
// by a price table, recorded and replayed.
// Needs a Python with llama-requirements.txt: PAWL_INTEROP_PYTHON_LLAMA=/path/to/python.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ModelFailure, ModelReply, ModelRequest } from '@pawl/core';
import { fakeWorkspace } from '@pawl/core/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cassetteProvider, openAiProvider, Pacer } from '@pawl/models';

const python = process.env['PAWL_INTEROP_PYTHON_LLAMA'];
if (python === undefined)
  console.warn('The small language model is skipped: PAWL_INTEROP_PYTHON_LLAMA names no Python with llama.cpp.');

const model = 'gemma-3-270m-q4_k_m';
const prices = { prompt: 0.5, completion: 2 };

interface LlamaServer extends AsyncDisposable {
  readonly baseUrl: string;
}

async function startLlama(interpreter: string): Promise<LlamaServer> {
  const script = fileURLToPath(new URL('serve-llama.py', import.meta.url));
  const child = spawn(interpreter, [script], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  const address = await new Promise<string>((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8');
      if (out.includes('\n')) resolve(out.trim());
    });
    // Kept flowing: a full pipe would stop the server.
    child.stderr.on('data', (chunk: Buffer) => void (said = `${said}${chunk.toString('utf8')}`.slice(-2000)));
    child.on('error', reject);
    child.on('close', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
  return {
    baseUrl: `${address}/v1`,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.stdin.end();
      setTimeout(() => child.kill('SIGKILL'), 5000).unref();
      await closed;
    },
  };
}

const ask = (content: string, rest: Partial<ModelRequest> = {}): ModelRequest => ({
  model,
  messages: [{ role: 'user', content }],
  parameters: { temperature: 0, maxTokens: 12, seed: 1 },
  repeat: 0,
  ...rest,
});

function replied(answer: ModelReply | ModelFailure): ModelReply {
  if ('failure' in answer) throw new Error(answer.failure);
  return answer;
}

describe.runIf(python !== undefined)('a small language model', () => {
  let server: LlamaServer;
  beforeAll(async () => {
    server = await startLlama(python ?? '');
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('a streamed answer is timed to its first token and between tokens, and is the same text', async () => {
    const streamed = openAiProvider({ baseUrl: server.baseUrl, stream: true, timeoutMs: 120_000 });
    const whole = openAiProvider({ baseUrl: server.baseUrl, timeoutMs: 120_000 });
    const request = ask('Berlin is a city in');
    const reply = replied(await streamed.complete(request));

    expect(reply.firstTokenMs).toBeGreaterThan(0);
    expect(reply.betweenTokensMs).toBeGreaterThan(0);
    expect(reply.latencyMs).toBeGreaterThanOrEqual(reply.firstTokenMs!);
    expect(reply).toMatchObject({ finishReason: 'length', usage: { completionTokens: 12 } });
    expect(reply.text.length).toBeGreaterThan(0);
    expect(replied(await whole.complete(request)).text).toBe(reply.text);
  });

  test('an answer under a JSON schema is JSON of that schema, streamed or not', async () => {
    const schema = {
      type: 'object',
      properties: { label: { enum: ['spam', 'ham'] }, sure: { type: 'boolean' } },
      required: ['label', 'sure'],
      additionalProperties: false,
    };
    const request = ask('Label the mail "win money now" as spam or ham, in JSON:', {
      parameters: { temperature: 0, maxTokens: 60 },
      responseFormat: { type: 'json_schema', jsonSchema: { name: 'label', strict: true, schema } },
    });
    for (const stream of [true, false]) {
      const provider = openAiProvider({ baseUrl: server.baseUrl, stream, timeoutMs: 120_000 });
      const { text } = replied(await provider.complete(request));

      expect(JSON.parse(text)).toEqual({ label: expect.stringMatching(/^(?:spam|ham)$/), sure: expect.any(Boolean) });
    }
  });

  test('four are asked at a time, and no more', async () => {
    const pacer = new Pacer({ max: 4 });
    const provider = openAiProvider({ baseUrl: server.baseUrl, pacer, timeoutMs: 120_000 });
    const spans: { readonly from: number; readonly to: number }[] = [];
    const questions = [
      'One, two,',
      'The sky is',
      'Paris is in',
      'Cats and',
      'I like',
      'Once upon a',
      'A, b,',
      'Snow is',
    ];
    const answers = await Promise.all(
      questions.map(async (question) => {
        const reply = replied(await provider.complete(ask(question, { parameters: { temperature: 0, maxTokens: 6 } })));
        const to = performance.now();
        spans.push({ from: to - (reply.latencyMs ?? 0), to });
        return reply;
      }),
    );
    // An answer is heard of a little later than its place is free again.
    const underWay = (at: number): number => spans.filter(({ from, to }) => from <= at && at < to - 50).length;
    const most = Math.max(...spans.map(({ from }) => underWay(from)));

    expect(answers.every(({ text }) => text.length > 0)).toBe(true);
    expect(most).toBeGreaterThanOrEqual(2);
    expect(most).toBeLessThanOrEqual(4);
  });

  test('an answer costs what the price table says of the tokens that the server counted', async () => {
    const provider = openAiProvider({ baseUrl: server.baseUrl, prices, timeoutMs: 120_000 });
    const { usage, costUsd } = replied(await provider.complete(ask('The colour of grass is')));

    expect(usage!.promptTokens).toBeGreaterThan(0);
    expect(costUsd).toBeCloseTo((usage!.promptTokens * 0.5 + usage!.completionTokens * 2) / 1e6, 12);
  });

  test('what was recorded is replayed to the letter, with nobody to ask', async () => {
    const workspace = fakeWorkspace({});
    const cassettes = ['small.cassette.jsonl'];
    const inner = openAiProvider({ baseUrl: server.baseUrl, prices, stream: true, timeoutMs: 120_000 });
    const recording = await cassetteProvider({ cassettes, record: 'missing', workspace, model, inner });
    const requests = ['Two and two are', 'The sea is'].map((question) => ask(question));
    const first: ModelReply[] = [];
    for (const request of requests) first.push(replied(await recording.value!.complete(request)));
    await recording.value!.close?.();

    const replay = await cassetteProvider({ cassettes, record: 'none', workspace, model });
    const second: ModelReply[] = [];
    for (const request of requests) second.push(replied(await replay.value!.complete(request)));

    expect(first.map(({ reused }) => reused)).toEqual([false, false]);
    expect(second).toEqual(first.map((reply) => ({ ...reply, reused: true })));
  });
});
