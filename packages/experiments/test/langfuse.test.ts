// Prompts to a Langfuse project and from it, against a double whose requests and answers are held to Langfuse's client.
import { startLoopbackLangfuse, type LoopbackLangfuse } from '@pawl/testkit/langfuse';
import { promptDigest, readPrompt, type Prompt, type RegisteredVersion } from '@pawl/core';
import { describe, expect, test } from 'vitest';
import {
  langfuseClient,
  parseLangfuseAddress,
  pullFromLangfuse,
  pushToLangfuse,
  type PromptVersion,
} from '../src/index.ts';
import { sha256 } from './sha256.ts';

const keys = { publicKey: 'pk-lf-1', secretKey: 'sk-lf-1' };
const env = { LANGFUSE_PUBLIC_KEY: keys.publicKey, LANGFUSE_SECRET_KEY: keys.secretKey };

const chat: Prompt = {
  name: 'sort',
  model: 'small',
  modelParameters: { temperature: 0, maxTokens: 20, maxCompletionTokens: 30, topP: 0.9, seed: 7, stop: ['\n', '.'] },
  responseFormat: 'json_schema',
  jsonSchema: '{"name": "answer", "schema": {"type": "object"}}',
  messages: [
    { role: 'system', content: 'Answer only with spam.' },
    { role: 'user', content: '{{mail}} for {{ name }}' },
  ],
};
const shorter: Prompt = { ...chat, messages: [{ role: 'user', content: '{{mail}}' }] };

const versionOf = (version: string, prompt: Prompt, labels: readonly string[] = []): PromptVersion => ({
  version: {
    name: 'sort',
    version,
    commit: 'a'.repeat(40),
    at: '2026-01-31T00:00:00Z',
    labels,
    message: `about ${version}`,
  } as RegisteredVersion,
  prompt,
});

const opened = async (): Promise<
  { server: LoopbackLangfuse; client: ReturnType<typeof langfuseClient> } & AsyncDisposable
> => {
  const server = await startLoopbackLangfuse(keys);
  return {
    server,
    client: langfuseClient(server.url, env),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
};

const writes = ({ requests }: LoopbackLangfuse) => requests.filter(({ method }) => method !== 'GET');

describe('push', () => {
  test('sends every version once, oldest first, with its labels, and a second time nothing', async () => {
    await using at = await opened();
    const versions = [versionOf('v1.1.0', shorter, ['production', 'staging']), versionOf('v1.0.0', chat)];
    const first = await pushToLangfuse(at.client, 'sort', versions, sha256);

    expect(first).toEqual({
      created: [
        { version: 'v1.0.0', langfuseVersion: 1 },
        { version: 'v1.1.0', langfuseVersion: 2 },
      ],
      present: 0,
      labelled: [
        { label: 'production', langfuseVersion: 2 },
        { label: 'staging', langfuseVersion: 2 },
      ],
      problems: [],
    });
    expect(at.server.prompts[0]).toMatchObject({
      type: 'chat',
      prompt: chat.messages,
      commitMessage: 'v1.0.0: about v1.0.0',
      config: {
        model: 'small',
        temperature: 0,
        max_tokens: 20,
        max_completion_tokens: 30,
        top_p: 0.9,
        seed: 7,
        stop: ['\n', '.'],
        response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object' } } },
        pawl: { version: 'v1.0.0', commit: 'a'.repeat(40), digest: promptDigest(chat, sha256) },
      },
    });

    const sent = writes(at.server).length;
    const again = await pushToLangfuse(at.client, 'sort', versions, sha256);
    expect(again).toEqual({ created: [], present: 2, labelled: [], problems: [] });
    expect(writes(at.server)).toHaveLength(sent);
  });

  test('a label that moved here is moved there, and no version is made for it', async () => {
    await using at = await opened();
    await pushToLangfuse(
      at.client,
      'sort',
      [versionOf('v1.1.0', shorter, ['production']), versionOf('v1.0.0', chat)],
      sha256,
    );
    const back = [versionOf('v1.1.0', shorter), versionOf('v1.0.0', chat, ['production'])];
    expect(await pushToLangfuse(at.client, 'sort', back, sha256)).toMatchObject({
      created: [],
      labelled: [{ label: 'production', langfuseVersion: 1 }],
    });
    expect(at.server.prompts.map(({ labels }) => labels)).toEqual([['production'], []]);
  });

  test('a version that somebody wrote there by hand is known by what it says', async () => {
    await using at = await opened();
    at.server.prompts.push({
      name: 'sort',
      version: 1,
      type: 'chat',
      prompt: shorter.messages,
      labels: [],
      tags: [],
      commitMessage: null,
      config: {
        model: 'small',
        temperature: 0,
        max_tokens: 20,
        max_completion_tokens: 30,
        top_p: 0.9,
        seed: 7,
        stop: ['\n', '.'],
        response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object' } } },
      },
    });
    expect(await pushToLangfuse(at.client, 'sort', [versionOf('v1.0.0', shorter)], sha256)).toMatchObject({
      created: [],
      present: 1,
    });
  });

  test('says what cannot be carried: labels, settings, templates, a text that becomes a chat', async () => {
    await using at = await opened();
    at.server.protectedLabels.add('production');
    const strange: Prompt = { ...chat, messages: [{ role: 'user', content: '{{#each}} {{first-name}}' }] };
    const labels = ['latest', 'Production!', 'production'];
    const { problems, created } = await pushToLangfuse(
      at.client,
      'sort',
      [versionOf('v1.0.0', strange, labels)],
      sha256,
    );
    expect(created).toHaveLength(1);
    expect(problems.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      'warning LANGFUSE_PROMPT_TEMPLATE',
      'warning LANGFUSE_LABEL',
      'warning LANGFUSE_LABEL',
      'error LANGFUSE_LABEL_PROTECTED',
    ]);
    expect(problems[0]?.message).toContain('{{#each}}, {{first-name}}');

    at.server.prompts.push({
      name: 'text',
      version: 1,
      type: 'text',
      prompt: 'x',
      config: { tools: [], top_k: 3 },
      labels: [],
      tags: [],
      commitMessage: null,
    });
    const text = await pushToLangfuse(
      at.client,
      'text',
      [versionOf('v1.1.0', chat), versionOf('v1.0.0', shorter)],
      sha256,
    );
    expect(text.created).toEqual([{ version: 'v1.0.0', langfuseVersion: 2 }]);
    expect(text.problems.map(({ code }) => code)).toEqual(['LANGFUSE_PROMPT_SETTINGS', 'LANGFUSE_PROMPT_TYPE']);
    expect(at.server.prompts.at(-1)).toMatchObject({ type: 'text', prompt: '{{mail}}' });
  });

  test('wrong keys and no server are told, and no key is ever shown', async () => {
    await using at = await opened();
    const wrong = langfuseClient(at.server.url, { ...env, LANGFUSE_SECRET_KEY: 'sk-lf-wrong' });
    const refused = pushToLangfuse(wrong, 'sort', [versionOf('v1.0.0', chat)], sha256);
    await expect(refused).rejects.toMatchObject({
      code: 'LANGFUSE_REFUSED',
      hint: expect.stringContaining('LANGFUSE_PUBLIC_KEY'),
    });
    await expect(refused).rejects.not.toThrow('sk-lf-wrong');
    expect(() => langfuseClient(at.server.url, {})).toThrow('keys of a Langfuse project are not set');
    expect(() => langfuseClient('http://a:b@host', env)).toThrow('holds a name or a password');
    expect(parseLangfuseAddress('langfuse', { LANGFUSE_HOST: 'https://langfuse.example' })).toBe(
      'https://langfuse.example',
    );
    expect(() => parseLangfuseAddress('langfuse', {})).toThrow('No Langfuse server is named');
  });
});

describe('pull', () => {
  test('brings back exactly what was pushed', async () => {
    await using at = await opened();
    await pushToLangfuse(
      at.client,
      'sort',
      [versionOf('v1.1.0', shorter), versionOf('v1.0.0', chat, ['production'])],
      sha256,
    );
    const pulled = await pullFromLangfuse(at.client, 'sort', 'production', sha256);
    expect(pulled).toMatchObject({
      langfuseVersion: 1,
      message: 'v1.0.0: about v1.0.0',
      labels: [{ label: 'production', langfuseVersion: 1, version: 'v1.0.0', digest: promptDigest(chat, sha256) }],
      problems: [],
    });
    expect(promptDigest({ ...pulled.content }, sha256)).toBe(promptDigest(chat, sha256));
    expect((await pullFromLangfuse(at.client, 'sort', undefined, sha256)).langfuseVersion).toBe(2);
    expect((await pullFromLangfuse(at.client, 'sort', 'v1', sha256)).langfuseVersion).toBe(1);
    await expect(pullFromLangfuse(at.client, 'sort', 'canary', sha256)).rejects.toMatchObject({
      hint: expect.stringContaining('1 production'),
    });
    await expect(pullFromLangfuse(at.client, 'nobody', undefined, sha256)).rejects.toMatchObject({
      code: 'LANGFUSE_PROMPT_UNKNOWN',
    });
  });

  test('a text becomes one message, and settings that a prompt file has no place for are named', async () => {
    await using at = await opened();
    const config = { model: 'small', temperature: 0.5, supported_languages: ['en'], tools: [] };
    at.server.prompts.push({
      name: 'a/b',
      version: 1,
      type: 'text',
      prompt: 'As a {{level}} critic',
      config,
      labels: [],
      tags: [],
      commitMessage: null,
    });
    const { content, problems } = await pullFromLangfuse(at.client, 'a/b', undefined, sha256);
    expect(content).toEqual({
      messages: [{ role: 'user', content: 'As a {{level}} critic' }],
      model: 'small',
      modelParameters: { temperature: 0.5 },
    });
    expect(problems).toMatchObject([
      { code: 'LANGFUSE_PROMPT_SETTINGS', message: expect.stringContaining('supported_languages, tools') },
    ]);
    expect(readPrompt({ text: JSON.stringify(content), file: 'a.prompt.yml' }).value).toBeDefined();
  });

  test('placeholders and roles that a prompt file has not are refused, not dropped', async () => {
    await using at = await opened();
    const add = (name: string, prompt: unknown) =>
      at.server.prompts.push({
        name,
        version: 1,
        type: 'chat',
        prompt,
        config: {},
        labels: [],
        tags: [],
        commitMessage: null,
      });
    add('history', [
      { role: 'system', content: 'x' },
      { type: 'placeholder', name: 'chat_history' },
    ]);
    add('tool', [{ role: 'tool', content: 'x' }]);
    await expect(pullFromLangfuse(at.client, 'history', undefined, sha256)).rejects.toThrow(
      'has a placeholder for messages, "chat_history"',
    );
    await expect(pullFromLangfuse(at.client, 'tool', undefined, sha256)).rejects.toThrow(
      'has a message of the role "tool"',
    );
  });

  test('a prompt that is put together out of others, as stored, is told', async () => {
    await using at = await opened();
    at.server.prompts.push({
      name: 'sort',
      version: 1,
      type: 'text',
      prompt: 'x @@@langfusePrompt:name=y|label=z@@@',
      config: {},
      labels: [],
      tags: [],
      commitMessage: null,
    });
    const { problems } = await pullFromLangfuse(at.client, 'sort', undefined, sha256);
    expect(problems).toMatchObject([
      { code: 'LANGFUSE_PROMPT_TEMPLATE', message: expect.stringContaining('name=y|label=z') },
    ]);
  });
});
