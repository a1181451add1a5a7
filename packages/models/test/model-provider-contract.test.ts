// One contract, many ways to answer: the fake, endpoints of every kind, programs, scripts, cassettes and their replay.
import { tmpdir } from 'node:os';
import { describe, test } from 'vitest';
import type { EvalProvider, ModelProvider, ScriptRunner, Workspace } from '@pawl/core';
import { fakeProvider, fakeWorkspace } from '@pawl/core/testing';
import { anthropicProvider, cassetteProvider, openAiProvider, promptProviders } from '@pawl/models';
import { loopbackAnthropic } from '@pawl/testkit/anthropic';
import { modelProviderContract } from '@pawl/testkit/contracts';
import { loopbackHttp } from '@pawl/testkit/http-service';
import { loopbackOpenAi } from '@pawl/testkit/openai';

const capitals = (messages: readonly { readonly content: unknown }[]) =>
  textOf(messages.at(-1)?.content ?? '').toUpperCase();
const textOf = (content: unknown): string =>
  Array.isArray(content) ? content.map((part: { text?: string }) => part.text ?? '').join('') : String(content);
const fake = () => fakeProvider(({ messages }) => capitals(messages), 'openai');
const cassette = async (workspace: Workspace, record: 'none' | 'missing'): Promise<ModelProvider> => {
  const inner = record === 'missing' ? { inner: fake() } : {};
  const options = { cassettes: ['a.cassette.jsonl'], record, workspace, model: 'echo', ...inner };
  const { value, problems } = await cassetteProvider(options);
  if (value === undefined) throw new Error(JSON.stringify(problems));
  return value;
};

/** As the runner asks providers that take one text. */
const asText = (provider: ModelProvider): ModelProvider => ({
  ...provider,
  complete: (request) => provider.complete({ ...request, text: textOf(request.messages.at(-1)?.content) }),
});
const shout: ScriptRunner = {
  run: async ({ module }) => ({ value: { output: String(module?.args[0]).toUpperCase() } }),
  matches: async () => ({ found: false }),
  close: async () => undefined,
};

async function ofSuite(kind: EvalProvider['kind'], config: EvalProvider['config']): Promise<ModelProvider> {
  const workspace: Workspace = { ...fakeWorkspace({}), resolve: async () => tmpdir() };
  const factory = promptProviders({ workspace, environment: (name) => process.env[name], scripts: shout });
  const provider = { id: kind, label: kind, kind, model: 'echo', config, place: { file: 'a.eval.yml' } };
  const settings = { model: 'echo', cassettes: [], record: 'none', timeoutMs: 20_000, provider } as const;
  const { value, problems } = await factory(settings);
  if (value === undefined) throw new Error(JSON.stringify(problems));
  return asText(value);
}

describe.each(modelProviderContract)('$title', ({ check }) => {
  test('by the fake', async () => check(fake()));

  test.each([false, true])('by an endpoint like OpenAI’s (stream: %s)', async (stream) => {
    await using server = await loopbackOpenAi({ answer: ({ messages }) => capitals(messages) });
    await check(openAiProvider({ baseUrl: server.baseUrl, stream }));
  });

  test('by completions of one text', async () => {
    await using server = await loopbackOpenAi({ answer: (body) => String(body['prompt']).toUpperCase() });
    await check(await ofSuite('openai-completion', { baseUrl: server.baseUrl }));
  });

  test.each([false, true])('by an endpoint like Anthropic’s (stream: %s)', async (stream) => {
    await using server = await loopbackAnthropic({ answer: ({ messages }) => capitals(messages) });
    await check(anthropicProvider({ baseUrl: server.baseUrl, stream }));
  });

  test('by any HTTP service', async () => {
    await using service = await loopbackHttp(({ body }) => ({
      body: { said: (body as { q: string }).q.toUpperCase() },
    }));
    await check(await ofSuite('http', { url: service.url, body: { q: '{{prompt}}' }, transformResponse: 'json.said' }));
  });

  test('by a program', async () => {
    // Its output ends with a mark, since a program's last line break is no part of its answer.
    const script = 'let t="";process.stdin.on("data",(d)=>t+=d).on("end",()=>process.stdout.write(t.toUpperCase()))';
    const provider = await ofSuite('exec', {
      command: `${JSON.stringify(process.execPath)} -e '${script}'`,
      stdin: true,
    });
    const kept: ModelProvider = {
      ...provider,
      complete: async (request) => {
        const marked = request.messages.map((message) => ({ ...message, content: `|${textOf(message.content)}|` }));
        const reply = await provider.complete({ ...request, messages: marked });
        return 'text' in reply ? { ...reply, text: reply.text.slice(1, -1) } : reply;
      },
    };
    await check(kept);
  }, 30_000);

  test('by a script', async () => {
    const script = { kind: 'script-file', source: 'module.exports = () => 1', file: 'provider.cjs' };
    await check(await ofSuite('script', { script }));
  });

  test('by a cassette that records, and by its replay', async () => {
    const workspace = fakeWorkspace({});
    const recording = await cassette(workspace, 'missing');
    await check(recording);
    await recording.close?.();
    await check(await cassette(workspace, 'none'));
  });
});
