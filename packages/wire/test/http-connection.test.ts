// Connections that are kept, and the answers that they must not be kept after.
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { HttpError, openHttp, sendHttp } from '../src/index.ts';
import { rawService } from './raw-service.ts';

const limits = { timeoutMs: 2000, retries: 0 };
const post = (url: string, body = '{}') => ({ method: 'POST' as const, url, body });
const ok = (text: string, ...headers: readonly string[]) =>
  ['HTTP/1.1 200 OK', `content-length: ${text.length}`, ...headers, '', text].join('\r\n');
const failureOf = (sent: Promise<unknown>): Promise<HttpError> =>
  sent.then(
    () => {
      throw new Error('it was answered');
    },
    (error: HttpError) => error,
  );

test('an answer that says so, or says more than it should, ends its connection', async () => {
  const answers = [
    ok('kept'),
    ok('closed', 'connection: close'),
    `${ok('more')}HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nnot you`,
    ok('soon over', 'keep-alive: timeout=1'),
    ok('last'),
  ];
  await using server = await rawService((socket, request) => void socket.write(answers[request] as string));
  const texts: string[] = [];
  for (const _ of answers) texts.push((await sendHttp(post(server.url), limits)).text);
  // No answer is ever given to somebody else’s request.
  expect(texts).toEqual(['kept', 'closed', 'more', 'soon over', 'last']);
  expect(server.received.map((text) => text.split('POST').length - 1)).toEqual([2, 1, 1, 1]);
});

test('bytes that nobody asked for end a free connection', async () => {
  await using server = await rawService((socket, request) => {
    socket.write(ok('mine'));
    if (request === 0) setTimeout(() => socket.write(ok('unasked')), 20);
  });
  await sendHttp(post(server.url), limits);
  await new Promise((resolve) => void setTimeout(resolve, 60));
  expect((await sendHttp(post(server.url), limits)).text).toBe('mine');
  expect(server.received.length).toBe(2);
});

test('a connection that the server gave up meanwhile is not used', async () => {
  await using server = await rawService((socket) => void socket.end(ok('once')));
  for (let turn = 0; turn < 3; turn++) {
    expect((await sendHttp(post(server.url), limits)).text).toBe('once');
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
});

test('a request that meets the end of a kept connection is sent once more, on a new one', async () => {
  await using server = await rawService((socket) => void socket.end(ok('once')));
  for (let turn = 0; turn < 8; turn++) expect((await sendHttp(post(server.url), limits)).text).toBe('once');

  // On a new connection nobody knows what the server did with it.
  await using silent = await rawService((socket) => void socket.end());
  expect((await failureOf(sendHttp(post(silent.url), limits))).message).toContain('closed without an answer');
  expect(silent.received).toHaveLength(1);

  await using deaf = await rawService((socket, request) => void (request === 0 ? socket.write(ok('a')) : socket.end()));
  await sendHttp(post(deaf.url), limits);
  expect((await failureOf(sendHttp(post(deaf.url), limits))).message).toContain('closed without an answer');
  expect(deaf.received).toHaveLength(2);
});

test('an answer that comes byte by byte, after others that announce it, is whole', async () => {
  const text =
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n' +
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nHello\r\n7;a=b\r\n, world\r\n0\r\nx: y\r\n\r\n';
  await using server = await rawService((socket) => {
    let place = 0;
    const next = (): void => {
      if (place < text.length) socket.write(text[place++] as string, () => void setImmediate(next));
    };
    next();
  });
  for (let turn = 0; turn < 2; turn++) expect((await sendHttp(post(server.url), limits)).text).toBe('Hello, world');
  expect(server.received.length).toBe(1);
});

test('what only the connection’s end ends is whole then', async () => {
  await using server = await rawService((socket) => void socket.end('HTTP/1.0 200 OK\r\n\r\nuntil the end'));
  expect((await sendHttp(post(server.url), limits)).text).toBe('until the end');
});

test.each([
  ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}'],
  ['a line that is no header', 'HTTP/1.1 200 OK\r\nnothing\r\n\r\n'],
  ['a wrong chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}}\r\n0\r\n\r\n'],
  ['endless headers', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`],
  ['endless headers in one line', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`],
])('%s is a broken connection, at once', async (_, bytes) => {
  await using server = await rawService((socket) => void socket.write(bytes));
  const { kind, message } = await failureOf(sendHttp(post(server.url), limits));
  expect([kind, message]).toEqual(['network', expect.stringContaining('the answer')]);
});

test('a packed answer is unpacked up to the limit', async () => {
  const bomb = gzipSync(Buffer.alloc(5_000_000));
  await using server = await rawService((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
    socket.write(bomb);
  });
  const small = { timeoutMs: 2000, maximumBytes: 100_000 };
  const whole = await openHttp(post(server.url), small);
  expect((await failureOf(whole.text())).kind).toBe('size');
  const streamed = await openHttp(post(server.url), small);
  const read = async (): Promise<void> => {
    for await (const piece of streamed.chunks) expect(piece.length).toBeLessThanOrEqual(100_000);
  };
  expect((await failureOf(read())).kind).toBe('size');
});

test('an encoding that is named like a member of objects is unknown, and an empty body is empty in any', async () => {
  const answers = [ok('plain', 'content-encoding: constructor'), ok('', 'content-encoding: gzip')];
  await using server = await rawService((socket, request) => void socket.write(answers[request] as string));
  for (const text of ['plain', '']) expect((await sendHttp(post(server.url), limits)).text).toBe(text);
});

test('a connection whose answer came before all was sent is not used again', async () => {
  const big = 'x'.repeat(20_000_000);
  let connections = 0;
  const server = createServer((request, response) => {
    if (request.headers['content-length'] === '2') request.resume();
    response.writeHead(413, { connection: 'keep-alive' }).end('too large');
  }).on('connection', () => void (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  expect(await (await openHttp(post(url, big), limits)).text()).toBe('too large');
  expect(await (await openHttp(post(url), limits)).text()).toBe('too large');
  expect(connections).toBe(2);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('a stream that said all it had to say keeps its connection, one that goes on does not', async () => {
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
  const streamed = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunk('data: [DONE]\n\n')}`;
  const firstOf = async (url: string): Promise<void> => {
    const opened = await openHttp(post(url), limits);
    for await (const _ of opened.chunks) break;
  };
  await using polite = await rawService((socket) => {
    socket.write(streamed);
    setTimeout(() => socket.write('0\r\n\r\n'), 5);
  });
  let ended = 0;
  await using endless = await rawService((socket) => {
    socket.write(streamed);
    const more = setInterval(() => socket.write(chunk('x'.repeat(60_000))), 2);
    socket.on('close', () => {
      clearInterval(more);
      ended += 1;
    });
  });
  for (let turn = 0; turn < 2; turn++) {
    await firstOf(polite.url);
    await firstOf(endless.url);
    await new Promise((resolve) => void setTimeout(resolve, 100));
  }
  expect(polite.received.length).toBe(1);
  expect([endless.received.length, ended]).toEqual([2, 2]);
});

test('a reader who is slow makes the server wait, and still gets all', async () => {
  const total = 20_000_000;
  let waited = false;
  const server = createServer((_, response) => {
    waited = !response.write(Buffer.alloc(total));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const opened = await openHttp(post(url), { timeoutMs: 5000 });
  await new Promise((resolve) => void setTimeout(resolve, 50));
  let [bytes, longest] = [0, 0];
  for await (const piece of opened.chunks) {
    bytes += piece.length;
    // What comes while nobody reads waits with the server.
    if (longest === 0) await new Promise((resolve) => void setTimeout(resolve, 100));
    longest = Math.max(longest, piece.length);
  }
  expect([waited, bytes]).toEqual([true, total]);
  expect(longest).toBeLessThan(1_000_000);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('a request whose headers cannot be sent is told at once, without what is in them', async () => {
  const sent = openHttp({ ...post('http://127.0.0.1:9/'), headers: { 'x-key': 'secret\r\nx: y' } }, limits);
  const { kind, message } = await failureOf(sent);
  expect([kind, message]).toEqual([
    'request',
    expect.stringMatching(/^no request .* the header x-key holds a character/),
  ]);
  expect(message).not.toContain('secret');
});

test('a program ends while connections are kept, and proxies of the environment count when Node is told so', async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    request.resume().on('end', () => response.end('an answer'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const wire = new URL('../src/index.ts', import.meta.url).href;
  const ask = async (url: string, env: Readonly<Record<string, string>>): Promise<string> => {
    const code = `const { openHttp } = await import('${wire}');
      const sent = { method: 'POST', url: '${url}', body: '{}' };
      console.log(await (await openHttp(sent, { timeoutMs: 5000 })).text());
      for await (const piece of (await openHttp(sent, { timeoutMs: 5000 })).chunks) console.log(String(piece));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], {
      env,
      // Less than the server keeps a connection.
      timeout: 4000,
    });
    return stdout;
  };
  expect(await ask(`${here}/direct`, {})).toBe('an answer\nan answer\n');
  const proxy = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: here };
  expect(await ask('http://models.example/far', proxy)).toBe('an answer\nan answer\n');
  expect(asked).toEqual(['/direct', '/direct', 'http://models.example/far', 'http://models.example/far']);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
