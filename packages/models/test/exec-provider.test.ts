import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import type { ModelRequest } from '@pawl/core';
import { echoProvider, execProvider } from '@pawl/models';
import { wordsOf } from '../src/exec-provider.ts';

const request = (text: string): ModelRequest => ({
  model: 'x',
  messages: [],
  text,
  vars: { a: 1 },
  parameters: {},
  repeat: 0,
});
const node = JSON.stringify(process.execPath);
const run = (script: string, more: Partial<Parameters<typeof execProvider>[0]> = {}) =>
  execProvider({
    command: `${node} -e '${script}' --`,
    cwd: tmpdir(),
    env: { GIVEN: 'yes-given' },
    config: { n: 1 },
    ...more,
  });

test('the program gets the prompt as one argument, whatever stands in it, and its output is the answer', async () => {
  const prompt = '$(rm -rf x) "quoted" \'single\' ; & | ☃\nnext';
  const provider = run(
    'console.log(JSON.stringify([process.argv.slice(1), process.env.GIVEN, process.env.USER_SECRET]))',
  );
  const reply = await provider.complete(request(prompt));
  const said: unknown = JSON.parse('text' in reply ? reply.text : '[]');

  expect(said).toEqual([[prompt, '{"config":{"n":1}}', '{"vars":{"a":1},"repeat":0}'], 'yes-given', null]);
  expect(reply).toMatchObject({ latencyMs: expect.any(Number), reused: false });
});

test('the prompt comes on standard input where that is asked for', async () => {
  const provider = run('process.stdin.pipe(process.stdout)', { stdin: true });
  expect(await provider.complete(request('x'.repeat(300_000)))).toMatchObject({ text: 'x'.repeat(300_000) });
});

test('a program that fails, hangs, floods or is not there is a failure that quotes no secret', async () => {
  const ask = (script: string, more = {}) => run(script, { secrets: ['yes-given'], ...more }).complete(request('x'));

  expect(await ask('console.error("bad " + process.env.GIVEN); process.exit(3)')).toMatchObject({
    failure: expect.stringMatching(/ended with 3: bad \*\*\*$/),
  });
  expect(await ask('setInterval(() => 0, 1000)', { timeoutMs: 300 })).toMatchObject({
    failure: expect.stringContaining('did not answer within 0.3 s'),
  });
  expect(await ask('for (;;) console.log("x".repeat(10000))', { maximumBytes: 100_000 })).toMatchObject({
    failure: expect.stringContaining('more than 100000 bytes'),
  });
  const nobody = execProvider({ command: 'no-such-program-at-all', cwd: tmpdir(), env: {}, config: {} });
  expect(await nobody.complete(request('x'))).toMatchObject({ failure: expect.stringContaining('cannot be started') });
});

test('a prompt with a zero byte is a failure too', async () => {
  expect(await run('0').complete(request('a\0b'))).toHaveProperty('failure');
});

test('a command line is words and quotes, and nothing is expanded', () => {
  expect(wordsOf(`python "my file.py" --x='a "b"' c\\ d $HOME *`)).toEqual([
    'python',
    'my file.py',
    '--x=a "b"',
    'c d',
    '$HOME',
    '*',
  ]);
});

test('echo gives the prompt back, at no cost', async () => {
  expect(await echoProvider().complete(request('hello'))).toMatchObject({ text: 'hello', costUsd: 0, latencyMs: 0 });
});
