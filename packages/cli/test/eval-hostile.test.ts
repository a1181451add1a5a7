// Endpoints that misbehave, seen by a whole evaluation: what they send is no answer, so that not even a check which
// every text passes is passed, and no key leaves.
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { gitRepo } from '@pawl/testkit/git';
import { expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const key = 'sk-secret-of-this-test';
const suite = (
  baseUrl: string,
): string => `provider: {id: 'openai:small', base-url: '${baseUrl}', api-key-env: SMALL_KEY}
prompt: 'Say it: {{said}}'
cases:
  - {id: one, vars: {said: a}}
scorers: [{not-contains: 'what nobody says', name: harmless}]
policy: {min-cases: 1, threshold: 0.5}
run: {stream: true}
`;
const head = (...lines: readonly string[]): string => ['HTTP/1.1 200 OK', ...lines, '\r\n'].join('\r\n');
const stream = (text: string): string =>
  `${head('content-type: text/event-stream', 'transfer-encoding: chunked')}${text.length.toString(16)}\r\n${text}\r\n`;
const bomb = gzipSync(`{"choices": [{"message": {"content": "${' '.repeat(33_000_000)}"}}]}`);
const begun = 'data: {"choices":[{"index":0,"delta":{"content":"half an answer"},"finish_reason":null}]}\n\n';

async function serving(bytes: string | Buffer) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.on('data', () => void socket.end(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

test.concurrent.each<[string, string | Buffer, string]>([
  ['half a stream', stream(begun), 'closed before its end'],
  ['a stream of something else', stream('data: <html>\n\n'), 'streams something that is no completion'],
  ['a line without end', stream(`data: ${'x'.repeat(5_000_000)}`), 'one event of the stream is too long'],
  ['JSON without measure', `${head()}{"choices": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 'no chat completion'],
  ['a page', `${head('content-length: 6')}<html>`, 'no chat completion'],
  [
    'a bomb',
    Buffer.concat([Buffer.from(head('content-encoding: gzip', `content-length: ${bomb.length}`)), bomb]),
    'answered with more than 32000000 bytes',
  ],
  [
    'a redirect',
    'HTTP/1.1 302 Found\r\nlocation: http://elsewhere.example/\r\ncontent-length: 0\r\n\r\n',
    'an unexpected redirect to http://elsewhere.example',
  ],
])('%s is an error, and never a pass', async (_, bytes, said) => {
  await using server = await serving(bytes);
  await using repo = await gitRepo({ 'a.eval.yml': suite(server.baseUrl) });
  const folder = { path: repo.path, environment: { ...repo.environment, SMALL_KEY: key } };
  const { code, out, err } = await pawlIn(folder, 'eval', 'a.eval.yml', '--no-store', '--no-baseline');
  expect(code).toBe(3);
  expect(out.replace(/\s+/g, ' ')).toContain(said);
  expect(out + err).not.toContain(key);
});
