import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { cassetteKeyOf, digestOf, type ModelRequest } from '@pawl/core';
import { fakeProvider, fakeWorkspace } from '@pawl/core/testing';
import { cassetteProvider, promptProviders } from '@pawl/models';

const sha256 = (data: string | Uint8Array) => `sha256:${createHash('sha256').update(data).digest('hex')}`;
const ask = (text: string, repeat = 0): ModelRequest => ({
  model: 'small',
  messages: [{ role: 'user', content: text }],
  parameters: { temperature: 0 },
  repeat,
});
const line = (request: ModelRequest, text: string) =>
  `${JSON.stringify({ key: digestOf(cassetteKeyOf('openai', request), sha256), reply: { text, latencyMs: 12 } })}\n`;
const header = '{"schema":"pawl.cassette/1","provider":"openai","model":"small","engine":"llama.cpp"}\n';
const open = async (options: Partial<Parameters<typeof cassetteProvider>[0]>) => {
  const read = await cassetteProvider({
    cassettes: ['a.cassette.jsonl'],
    record: 'none',
    workspace: fakeWorkspace({}),
    model: 'small',
    ...options,
  });
  if (read.value === undefined) throw new Error(JSON.stringify(read.problems));
  return read.value;
};

test('a recorded answer is replayed without an endpoint and is said to be reused', async () => {
  const workspace = fakeWorkspace({ 'a.cassette.jsonl': header + line(ask('one'), 'spam') });
  const provider = await open({ workspace });

  expect(provider.id).toBe('openai');
  expect(await provider.complete(ask('one'))).toEqual({ text: 'spam', latencyMs: 12, reused: true });
});

test('a request that differs in text, parameter or repeat is no hit, and the failure says how to record it', async () => {
  const workspace = fakeWorkspace({ 'a.cassette.jsonl': header + line(ask('one'), 'spam') });
  const provider = await open({ workspace });

  for (const other of [ask('two'), ask('one', 1), { ...ask('one'), parameters: { temperature: 1 } }])
    expect(await provider.complete(other)).toMatchObject({
      failure: 'there is no recorded answer to this request',
      hint: expect.stringContaining('record: missing'),
    });
});

test('missing answers are asked for once, appended behind what is there, and then replayed', async () => {
  const workspace = fakeWorkspace({ 'a.cassette.jsonl': header + line(ask('one'), 'spam') });
  const inner = fakeProvider(() => 'ham', 'openai');
  const recording = await open({ workspace, inner, record: 'missing' });
  await recording.complete(ask('one'));
  await recording.complete(ask('two'));
  await recording.close?.();

  expect(inner.requests.map(({ messages }) => messages[0]?.content)).toEqual(['two']);
  expect(await workspace.readText('a.cassette.jsonl')).toContain(header + line(ask('one'), 'spam'));
  expect(await (await open({ workspace })).complete(ask('two'))).toMatchObject({ text: 'ham', reused: true });
});

test('recording anew asks for everything, and the later line holds', async () => {
  const workspace = fakeWorkspace({ 'a.cassette.jsonl': header + line(ask('one'), 'spam') });
  const recording = await open({ workspace, inner: fakeProvider(() => 'ham', 'openai'), record: 'all' });
  expect(await recording.complete(ask('one'))).toMatchObject({ text: 'ham', reused: false });
  await recording.close?.();

  expect(await (await open({ workspace })).complete(ask('one'))).toMatchObject({ text: 'ham', reused: true });
});

test('a new cassette gets a header, and hundreds of answers arrive in it whole', async () => {
  const workspace = fakeWorkspace({});
  const inner = fakeProvider(({ messages }) => `re ${messages[0]?.content}`, 'openai');
  const recording = await open({ workspace, inner, record: 'missing', now: () => '2026-01-01T00:00:00Z' });
  await Promise.all(Array.from({ length: 333 }, (_, index) => recording.complete(ask(`${index}`))));
  await recording.close?.();
  const text = (await workspace.readText('a.cassette.jsonl')) ?? '';

  expect(JSON.parse(text.split('\n')[0] ?? '')).toEqual({
    schema: 'pawl.cassette/1',
    provider: 'openai',
    model: 'small',
    recordedAt: '2026-01-01T00:00:00Z',
  });
  expect(new Set(text.trimEnd().split('\n')).size).toBe(334);
  expect(await (await open({ workspace })).complete(ask('332'))).toMatchObject({ text: 're 332', reused: true });
});

test('failures are not recorded, and a known secret never is', async () => {
  const workspace = fakeWorkspace({});
  const inner = fakeProvider(
    ({ messages }) =>
      messages[0]?.content === 'fail' ? { failure: 'down', hint: '' } : 'the key is sk-secret-1, c2stc2VjcmV0LTE=',
    'openai',
  );
  const recording = await open({ workspace, inner, record: 'missing', secrets: ['sk-secret-1'] });
  expect(await recording.complete(ask('fail'))).toMatchObject({ failure: 'down' });
  const told = await recording.complete(ask('tell'));
  await recording.close?.();
  const text = (await workspace.readText('a.cassette.jsonl')) ?? '';

  expect(text.trimEnd().split('\n')).toHaveLength(2);
  expect(text).toContain('the key is [secret removed], [secret removed]');
  // What is judged now and kept by the run is what a replay will be judged by.
  expect(told).toMatchObject({ text: 'the key is [secret removed], [secret removed]' });
});

test('corrupt lines are problems with file and line, whatever else is in the cassette', async () => {
  const read = (text: string) =>
    cassetteProvider({
      cassettes: ['a.cassette.jsonl'],
      record: 'none',
      workspace: fakeWorkspace({ 'a.cassette.jsonl': text }),
      model: 'small',
    });

  expect((await read(`${header}${line(ask('one'), 'spam')}{"key": "sha2\n`)).problems).toMatchObject([
    { code: 'CASSETTE_CORRUPT', file: 'a.cassette.jsonl', line: 3 },
  ]);
  expect((await read(`${header}{"key":"sha256:1","reply":{"text":"x"}}`)).problems).toMatchObject([{ line: 2 }]);
  expect((await read('')).problems).toMatchObject([{ code: 'CASSETTE_CORRUPT', line: 1 }]);
  expect((await read(header.replace('/1', '/2'))).problems).toMatchObject([{ code: 'CASSETTE_NEWER' }]);
});

test('the factory reads the key from the named variable only, and refuses other schemes', async () => {
  const asked: string[] = [];
  const environment = (name: string) => {
    asked.push(name);
    return undefined;
  };
  const factory = promptProviders({ workspace: fakeWorkspace({}), environment });
  const settings = { model: 'small', apiKeyEnv: 'MY_KEY', cassettes: [], record: 'none' as const, timeoutMs: 1000 };

  expect((await factory({ ...settings, baseUrl: 'http://localhost:1/v1' })).value?.id).toBe('openai');
  expect(asked).toEqual(['MY_KEY']);
  expect((await factory({ ...settings, baseUrl: 'ftp://localhost/v1' })).problems).toHaveLength(1);
});

test('what is recorded can be looked up without asking, and nothing counts as recorded where all is asked anew', async () => {
  const open = async (record: 'none' | 'missing' | 'all') => {
    const { value } = await cassetteProvider({
      cassettes: ['a.cassette.jsonl'],
      record,
      workspace: fakeWorkspace({ 'a.cassette.jsonl': `${header}${line(ask('one'), 'spam')}` }),
      model: 'small',
      inner: fakeProvider(() => 'asked', 'openai'),
    });
    return value?.recorded;
  };

  expect((await open('missing'))?.(ask('one'))).toMatchObject({ text: 'spam', reused: true });
  expect((await open('none'))?.({ ...ask('one'), repeat: 1 })).toBeUndefined();
  expect((await open('all'))?.(ask('one'))).toBeUndefined();
});
