// One contract, four ways to answer: the fake, an endpoint, a recording cassette, and its replay.
import { describe, test } from 'vitest';
import type { ModelProvider, Workspace } from '@pawl/core';
import { fakeProvider, fakeWorkspace } from '@pawl/core/testing';
import { cassetteProvider, openAiProvider } from '@pawl/models';
import { modelProviderContract } from '@pawl/testkit/contracts';
import { loopbackOpenAi } from '@pawl/testkit/openai';

const capitals = (messages: readonly { readonly content: string }[]) => (messages.at(-1)?.content ?? '').toUpperCase();
const fake = () => fakeProvider(({ messages }) => capitals(messages), 'openai');
const cassette = async (workspace: Workspace, record: 'none' | 'missing'): Promise<ModelProvider> => {
  const inner = record === 'missing' ? { inner: fake() } : {};
  const options = { cassettes: ['a.cassette.jsonl'], record, workspace, model: 'echo', ...inner };
  const { value, problems } = await cassetteProvider(options);
  if (value === undefined) throw new Error(JSON.stringify(problems));
  return value;
};

describe.each(modelProviderContract)('$title', ({ check }) => {
  test('by the fake', async () => check(fake()));

  test('by an endpoint', async () => {
    await using server = await loopbackOpenAi({ answer: ({ messages }) => capitals(messages) });
    await check(openAiProvider({ baseUrl: server.baseUrl }));
  });

  test('by a cassette that records, and by its replay', async () => {
    const workspace = fakeWorkspace({});
    const recording = await cassette(workspace, 'missing');
    await check(recording);
    await recording.close?.();
    await check(await cassette(workspace, 'none'));
  });
});
