// Endpoints that break the rules, over the real wire: every end is bounded, in words for whoever reads them, and no text
// that a suite could take for an answer.
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { anthropicProvider, openAiProvider, Pacer } from '@pawl/models';
import { expect, test } from 'vitest';
import { callEndpoint } from '../src/call-endpoint.ts';
import { hostile, type Answer } from './hostile-server.ts';

const request = { model: 'm', messages: [{ role: 'user', content: 'a' }], parameters: {}, repeat: 0 } as const;
const options = { retries: 1, sleep: async () => undefined };

const head = (...lines: readonly string[]): string => ['HTTP/1.1 200 OK', ...lines, '\r\n'].join('\r\n');
const json = (text: string, ...lines: readonly string[]): string =>
  `${head('content-type: application/json', `content-length: ${Buffer.byteLength(text)}`, ...lines)}${text}`;
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const streamed = (...chunks: readonly string[]): string =>
  `${head('content-type: text/event-stream', 'transfer-encoding: chunked')}${chunks.map(chunk).join('')}`;
const part = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const right = JSON.stringify({ choices: [{ message: { content: 'right' }, finish_reason: 'stop' }] });
const begun = part({ content: 'right' });
const finished = `${begun}${part({}, 'stop')}`;

const flood =
  (text: string, first = '') =>
  (socket: Socket) => {
    socket.write(first);
    const more = (): void => {
      while (!socket.destroyed && socket.write(text));
      if (!socket.destroyed) socket.once('drain', more);
    };
    more();
  };
const ends = (text: string) => (socket: Socket) => void socket.end(text);

test.each<[string, Answer, string]>([
  ['nothing', () => {}, 'did not answer within 0.2 s'],
  ['a silence within its head', 'HTTP/1.1 200 OK\r\ncontent-ty', 'did not answer within 0.2 s'],
  ['a silence within its body', json(right).slice(0, -9), 'did not answer within 0.2 s'],
  ['a silence within its stream', streamed(begun), 'did not answer within 0.2 s'],
  ['an end within its head', ends('HTTP/1.1 200 OK\r\ncontent-ty'), 'closed without an answer'],
  ['an end within its body', ends(json(right).slice(0, -9)), 'closed before its end'],
  ['an end within its stream', ends(streamed(begun)), 'closed before its end'],
  ['an end within a chunk', ends(streamed(finished).slice(0, -9)), 'closed before its end'],
  ['a stream that ends before its text does', `${streamed(begun)}0\r\n\r\n`, 'ended in the middle of the answer'],
  ['a stream of nothing', `${streamed()}0\r\n\r\n`, 'no stream of completions'],
  ['a status line of garbage', 'HTTP/1.1 OK 200\r\n\r\n', 'broke the rules of HTTP'],
  ['another protocol', 'RTSP/1.0 200 OK\r\n\r\n', 'broke the rules of HTTP'],
  ['garbage', Buffer.alloc(200_000, 0xa7), 'the answer has endless headers'],
  ['headers without end', flood('x: y\r\n'.repeat(1000), 'HTTP/1.1 200 OK\r\n'), 'endless headers'],
  ['a header without end', flood('y'.repeat(9000), 'HTTP/1.1 200 OK\r\nx: '), 'endless headers'],
  ['announcements without end', flood('HTTP/1.1 100 Continue\r\n\r\n'.repeat(100)), 'announced without end'],
  ['two lengths', json(right, 'content-length: 5'), 'a length that is no number'],
  ['a length and chunks', json(right, 'transfer-encoding: chunked'), 'its length in two ways'],
  ['a length below nothing', json(right).replace(/length: \d+/, 'length: -1'), 'a length that is no number'],
  ['a length beyond numbers', json(right).replace(/length: \d+/, 'length: 9007199254740993'), 'no number'],
  ['a chunk beyond numbers', `${streamed()}ffffffffffffffff\r\nright`, 'a chunk without a size'],
  ['a chunk below nothing', `${streamed()}-1\r\nright`, 'a chunk without a size'],
  ['a chunk longer than its size', `${streamed()}2\r\nright\r\n0\r\n\r\n`, 'longer than its size'],
  ['a chunk’s extension without end', flood('a=b;'.repeat(9000), `${streamed()}5;`), 'an endless line'],
  ['trailers without end', flood('x: y\r\n'.repeat(9000), `${streamed(begun)}0\r\n`), 'endless trailers'],
  ['a line of ten megabytes in its stream', flood(streamed('data: '.padEnd(10_000_000, 'x'))), 'is too long'],
  [
    'events without end',
    flood(chunk(part({ content: 'x'.repeat(5000) })).repeat(20), streamed()),
    'more than 32000000 bytes',
  ],
  ['comments without end', flood(chunk(`: ${'x'.repeat(60_000)}\n\n`), streamed()), 'more than 32000000 bytes'],
])('%s is a failure, and soon', async (_, answer, said) => {
  await using server = await hostile(() => answer);
  // Who says nothing is waited for; who floods is stopped long before that.
  const timeoutMs = said.startsWith('did not answer') ? 200 : 20_000;
  const provider = openAiProvider({ baseUrl: server.baseUrl, stream: true, ...options, timeoutMs });
  const reply = await provider.complete(request);
  expect(reply).toMatchObject({ failure: expect.stringContaining(said), hint: expect.any(String) });
  expect(server.requests()).toBeLessThanOrEqual(2);
});

const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
const packers = { gzip: gzipSync, br: (text: string) => brotliCompressSync(text, quick), deflate: deflateSync };

test.each(['gzip', 'br', 'deflate'] as const)(
  'a bomb in %s is ended at the limit, whole and streamed',
  async (name) => {
    const huge = `${right}${' '.repeat(33_000_000)}`;
    const bomb = packers[name](huge);
    const coded = (type: string) =>
      Buffer.concat([
        Buffer.from(head(`content-type: ${type}`, `content-encoding: ${name}`, `content-length: ${bomb.length}`)),
        bomb,
      ]);
    for (const type of ['application/json', 'text/event-stream']) {
      await using server = await hostile(() => coded(type));
      const reply = await openAiProvider({ baseUrl: server.baseUrl, stream: true, ...options }).complete(request);
      expect(reply).toMatchObject({
        failure: expect.stringMatching(/more than 32000000 bytes$|event .* is too long$/),
      });
      expect(server.requests()).toBe(1);
    }
  },
);

test.each<[string, string | Buffer]>([
  ['nothing of it', 'plain text'],
  ['half of it', gzipSync(right).subarray(0, -12)],
  ['garbage behind its head', Buffer.concat([gzipSync(right).subarray(0, 12), Buffer.alloc(50, 0xa7)])],
])('what says that it is packed, and is %s, is no answer', async (_, body) => {
  const whole = Buffer.concat([
    Buffer.from(head('content-encoding: gzip', `content-length: ${body.length}`)),
    Buffer.from(body),
  ]);
  await using server = await hostile(() => whole);
  const reply = await openAiProvider({ baseUrl: server.baseUrl, ...options }).complete(request);
  expect(reply).toMatchObject({ failure: expect.stringContaining('answered with what cannot be unpacked') });
});

test.each([
  ['with the end that HTTP has, and no [DONE]', `${streamed(finished)}0\r\n\r\n`],
  ['with the connection’s end', `${head('content-type: text/event-stream')}${finished}`],
  ['whole, to one who asked for a stream', json(right)],
])('an answer that ends %s is one', async (_, bytes) => {
  await using server = await hostile(() => (socket) => void socket.end(bytes));
  const reply = await openAiProvider({ baseUrl: server.baseUrl, stream: true, ...options }).complete(request);
  expect(reply).toMatchObject({ text: 'right', finishReason: 'stop' });
});

test('characters that the network cuts in two come out whole, and bytes that are none do not break the answer', async () => {
  const text = `${part({ content: 'a🦉é☃z' })}${part({}, 'stop')}data: [DONE]\n\n`;
  const bytes = Buffer.from(text);
  const single = [...bytes].map((byte) =>
    Buffer.concat([Buffer.from('1\r\n'), Buffer.from([byte]), Buffer.from('\r\n')]),
  );
  const broken = Buffer.from(json(right.replace('right', '-----')));
  broken.fill(0xe2, broken.indexOf('-----'), broken.indexOf('-----') + 5);
  await using server = await hostile((asked) =>
    asked === 0 ? Buffer.concat([Buffer.from(streamed()), ...single, Buffer.from('0\r\n\r\n')]) : broken,
  );
  const provider = openAiProvider({ baseUrl: server.baseUrl, stream: true, ...options });
  expect(await provider.complete(request)).toMatchObject({ text: 'a🦉é☃z' });
  expect(await provider.complete(request)).toMatchObject({ text: '\ufffd'.repeat(5) });
});

test('a key or a header that would put a line into the request is refused before anything is sent, and not shown', async () => {
  await using server = await hostile(() => json(right));
  const { baseUrl } = server;
  const injected = 'sk-secret-1\r\nx-admin: 1';
  const replies = [
    await openAiProvider({ baseUrl, apiKey: injected, ...options }).complete(request),
    await openAiProvider({ baseUrl, headers: { 'x-key': injected }, ...options }).complete(request),
    await openAiProvider({ baseUrl, headers: { 'x-key: 1\r\nx-admin': '1' }, ...options }).complete(request),
    await anthropicProvider({ baseUrl, apiKey: injected, ...options }).complete(request),
  ];
  for (const reply of replies) {
    expect(reply).toMatchObject({
      failure: expect.stringMatching(/^no request to 127\.0\.0\.1:\d+ can be made: .*header/),
      hint: expect.stringContaining('Correct the headers'),
    });
    expect(JSON.stringify(reply)).not.toMatch(/secret|cannot be reached/);
  }
  expect(server.requests()).toBe(0);
});

test.each([
  [undefined, 3],
  ['0', 3],
  ['1', 3],
  ['-5', 3],
  ['soon', 3],
  ['Infinity', 3],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 3],
  ['3600', 1],
  ['9'.repeat(400), 3],
  ['Fri, 31 Dec 9999 23:59:59 GMT', 1],
])('429 for ever with Retry-After %.40s ends after %i attempts, and no wait is long', async (after, attempts) => {
  const lines = [
    'HTTP/1.1 429 Slow down',
    'content-length: 2',
    ...(after === undefined ? [] : [`retry-after: ${after}`]),
  ];
  await using server = await hostile(() => `${lines.join('\r\n')}\r\n\r\n{}`);
  const slept: number[] = [];
  const sleep = async (milliseconds: number): Promise<void> => void slept.push(milliseconds);
  const reply = await openAiProvider({ baseUrl: server.baseUrl, retries: 2, sleep }).complete(request);
  expect(reply).toMatchObject({ failure: expect.stringContaining('answered 429') });
  expect(server.requests()).toBe(attempts);
  expect(Math.max(0, ...slept)).toBeLessThanOrEqual(60_000);
});

test('a redirect is told with where it leads, is not followed with the key, and not asked for again', async () => {
  await using server = await hostile(
    () => 'HTTP/1.1 301 Moved\r\nlocation: https://elsewhere.example/v1?k=1\r\ncontent-length: 0\r\n\r\n',
  );
  const reply = await openAiProvider({ baseUrl: server.baseUrl, apiKey: 'sk-secret-1', ...options }).complete(request);
  expect(reply).toMatchObject({
    failure: expect.stringMatching(/answered 301, an unexpected redirect to https:\/\/elsewhere\.example, and is not/),
    hint: expect.stringContaining('Correct base-url'),
  });
  expect(server.requests()).toBe(1);
});

test('a server that never reads a long request is out of time', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.pause().on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const long = { ...request, messages: [{ role: 'user', content: 'x'.repeat(30_000_000) }] } as const;
  const reply = await openAiProvider({ baseUrl, ...options, retries: 0, timeoutMs: 200 }).complete(long);
  expect(reply).toMatchObject({ failure: expect.stringContaining('did not answer within 0.2 s') });
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

test('a place is given back even where reading an answer breaks in a way that nobody thought of', async () => {
  await using server = await hostile(() => json('{}'));
  const calls = { ...options, timeoutMs: 2000, pacer: new Pacer({ max: 1 }), secrets: [] };
  const asked = { method: 'POST', url: server.baseUrl, body: '{}' } as const;
  const bug = {
    stream: () => {
      throw new TypeError('a bug');
    },
    whole: () => 'never',
  };
  await expect(callEndpoint(asked, bug, calls)).rejects.toThrow('a bug');
  expect(await callEndpoint(asked, { whole: (text) => text }, calls)).toMatchObject({ value: '{}' });
});
