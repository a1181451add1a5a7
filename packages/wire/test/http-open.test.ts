// One request, as it goes over a connection: kept for the next, decoded, refused where it would lead elsewhere.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openHttp, sendHttp } from '../src/index.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface Service extends AsyncDisposable {
  readonly url: string;
  readonly connections: () => number;
}

async function service(answer: Answer): Promise<Service> {
  let connections = 0;
  const server = createServer(answer).on('connection', () => void (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const limits = { timeoutMs: 5000, retries: 0 };
const post = (url: string) => ({ method: 'POST' as const, url, body: '{"a":"ä"}' });

test('a connection is kept for the next request', async () => {
  await using server = await service((request, response) => {
    request.resume().on('end', () => response.end('ok'));
  });
  for (let round = 0; round < 3; round++) expect((await sendHttp(post(server.url), limits)).text).toBe('ok');
  expect(server.connections()).toBe(1);
});

test('a body arrives as it was written, with its length', async () => {
  await using server = await service((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk));
    request.on('end', () => response.end(JSON.stringify({ text, length: request.headers['content-length'] })));
  });
  const { text } = await sendHttp(post(server.url), limits);
  expect(JSON.parse(text)).toEqual({ text: '{"a":"ä"}', length: '10' });
});

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const)('an answer in %s is decoded', async (encoding, encode) => {
  await using server = await service((_, response) =>
    response.setHeader('content-encoding', encoding).end(encode('a long answer '.repeat(1000))),
  );
  const { text } = await sendHttp(post(server.url), limits);
  expect(text).toBe('a long answer '.repeat(1000));
});

test('what only claims to be compressed is a broken connection', async () => {
  await using server = await service((_, response) => response.setHeader('content-encoding', 'gzip').end('plain'));
  await expect(sendHttp(post(server.url), limits)).rejects.toMatchObject({ kind: 'network' });
});

test('a redirect is not followed, nor asked for again, and whither it leads is told without its path', async () => {
  await using elsewhere = await service((_, response) => response.end('the key went here'));
  const locations = [`${elsewhere.url}/path?key=secret`, '/within', 'javascript:alert(1)', undefined];
  let asked = 0;
  await using server = await service((_, response) => {
    const location = locations[asked++];
    response.writeHead(307, { ...(location !== undefined && { location }) }).end();
  });
  for (const end of [` to ${elsewhere.url}`, '', '', ''])
    await expect(sendHttp(post(server.url), { ...limits, retries: 3 })).rejects.toMatchObject({
      kind: 'url',
      message: `${new URL(server.url).host} answered 307, an unexpected redirect${end}, and is not followed`,
    });
  expect([asked, elsewhere.connections()]).toEqual([4, 0]);
});

test('a server that goes silent is out of time, before its answer and within it', async () => {
  await using silent = await service((request) => void request.resume());
  await using halting = await service((_, response) => void response.write('the beginning'));
  for (const { url } of [silent, halting])
    await expect(sendHttp(post(url), { ...limits, timeoutMs: 100 })).rejects.toMatchObject({ kind: 'timeout' });
});

test('an answer that is read after its time is out of time, and holds nobody up', async () => {
  await using server = await service((_, response) => response.end('all of it'));
  await using packed = await service((_, response) =>
    response.setHeader('content-encoding', 'gzip').end(gzipSync('all of it').subarray(0, -4)),
  );
  const late = async (url: string, read: 'text' | 'chunks'): Promise<unknown> => {
    const opened = await openHttp(post(url), { timeoutMs: 50 });
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    if (read === 'text') return opened.text();
    for await (const _ of opened.chunks);
    return undefined;
  };
  for (const read of ['text', 'chunks'] as const) {
    await expect(late(server.url, read)).rejects.toMatchObject({ kind: 'timeout' });
    await expect(late(packed.url, read)).rejects.toMatchObject({ kind: 'timeout' });
  }
});

test('a server that would speak another protocol has not answered', async () => {
  await using server = await service((_, response) => {
    response.socket?.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
  });
  await expect(sendHttp(post(server.url), { ...limits, timeoutMs: 300 })).rejects.toMatchObject({
    kind: 'network',
    message: expect.stringContaining('closed without an answer'),
  });
});

test('a server that breaks off within its answer is a broken connection', async () => {
  await using server = await service((_, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('the beginning', () => response.destroy());
  });
  await expect(sendHttp(post(server.url), limits)).rejects.toMatchObject({ kind: 'network' });
});

test('whoever stops reading ends the connection', async () => {
  let closed: (value: string) => void = () => {};
  const ended = new Promise<string>((resolve) => void (closed = resolve));
  await using server = await service((_, response) => {
    const more = setInterval(() => response.write('more '.repeat(1000)), 5);
    response.on('close', () => {
      clearInterval(more);
      closed('closed');
    });
  });
  const opened = await openHttp(post(server.url), limits);
  for await (const chunk of opened.chunks) if (chunk.length > 0) break;
  expect(await ended).toBe('closed');
});

test('more than the limit is refused while it comes', async () => {
  await using server = await service((_, response) => response.end('x'.repeat(100_000)));
  const opened = await openHttp(post(server.url), { timeoutMs: 5000, maximumBytes: 1000 });
  await expect(opened.text()).rejects.toMatchObject({ kind: 'size' });
});

test('an address with a password is refused, and the password is not told', async () => {
  const sent = sendHttp(post('http://ada:hunter2@127.0.0.1:9/'), limits);
  await expect(sent).rejects.toMatchObject({ kind: 'url', message: expect.not.stringContaining('hunter2') });
});
