// Requests over TLS: whom the client believes, what it says of whom it does not, and what becomes of its connections.
import { networkInterfaces } from 'node:os';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HttpError, openHttp, sendHttp } from '../src/index.ts';
import { authority, selfSigned, tlsService, type Issued } from '../src/testing/index.ts';

const known = authority('Pawl test authority');
const unknown = authority('An authority that nobody knows');
const before = getCACertificates('default');
beforeAll(() => setDefaultCACertificates([...before, known.cert]));
afterAll(() => setDefaultCACertificates(before));

const limits = { timeoutMs: 5000, retries: 3, sleep: async () => {} };
const post = (host: string, port: number) => ({ method: 'POST' as const, url: `https://${host}:${port}/`, body: '{}' });
const ok = (text: string, ...headers: readonly string[]) =>
  ['HTTP/1.1 200 OK', `content-length: ${text.length}`, ...headers, '', text].join('\r\n');
const answersOk = (socket: TLSSocket): void => void socket.write(ok('fine'));
const failureOf = (sent: Promise<unknown>): Promise<HttpError> =>
  sent.then(
    () => {
      throw new Error('it was answered');
    },
    (error: HttpError) => error,
  );

test('a name and an address that the certificate holds are answered, and an address is not asked for by name', async () => {
  await using server = await tlsService(known.issue(['localhost', '127.0.0.1']), answersOk);
  expect((await sendHttp(post('localhost', server.port), limits)).text).toBe('fine');
  expect((await sendHttp(post('127.0.0.1', server.port), limits)).text).toBe('fine');
  expect(server.names).toEqual(['localhost']);
});

test('an IPv6 address is compared with those of the certificate', async () => {
  const has6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1'));
  // A machine without IPv6 has the same addresses as IPv4 within IPv6 only in URLs: there nothing can be listened to.
  if (!has6) return;
  await using right = await tlsService(known.issue(['::1']), answersOk, { host: '::1' });
  expect((await sendHttp(post('[::1]', right.port), limits)).text).toBe('fine');
  await using wrong = await tlsService(known.issue(['::2', 'localhost']), answersOk, { host: '::1' });
  expect((await failureOf(sendHttp(post('[::1]', wrong.port), limits))).kind).toBe('certificate');
});

test.each<[string, string, Issued, string]>([
  ['for another name', 'localhost', known.issue(['models.example']), 'it is one for other names'],
  ['for another address', '127.0.0.1', known.issue(['localhost', '127.0.0.2']), 'it is one for other names'],
  ['that has expired', 'localhost', known.issue(['localhost'], { fromDays: -9, toDays: -1 }), 'it has expired'],
  ['that is not valid yet', 'localhost', known.issue(['localhost'], { fromDays: 1, toDays: 9 }), 'it is not valid yet'],
  ['signed by itself', 'localhost', selfSigned(['localhost']), 'it is signed by itself, and NODE_EXTRA_CA_CERTS names'],
  [
    'of an authority that nobody knows',
    'localhost',
    unknown.issue(['localhost']),
    'its authority is unknown here, and NODE_EXTRA_CA_CERTS names',
  ],
])('a certificate %s is refused in clear words, once, and nothing is sent', async (_, host, issued, said) => {
  let asked = 0;
  await using server = await tlsService(issued, () => void (asked += 1));
  const { kind, message, attempts } = await failureOf(sendHttp(post(host, server.port), limits));
  expect([kind, message]).toEqual(['certificate', expect.stringContaining(`cannot be trusted: ${said}`)]);
  expect({ attempts, asked, connections: server.connections() }).toEqual({ attempts: 1, asked: 0, connections: 1 });
});

test('a connection is kept for the next request, and a new one takes the handshake up again', async () => {
  await using server = await tlsService(
    known.issue(['localhost']),
    (socket, request) =>
      // The third answer ends its connection.
      void socket.write(ok('fine', ...(request === 2 ? ['connection: close'] : []))),
  );
  for (let turn = 0; turn < 5; turn++) {
    expect((await sendHttp(post('localhost', server.port), limits)).text).toBe('fine');
    // What the server gives to take a handshake up again may come behind its answer.
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
  expect(server.resumed).toEqual([false, true]);
});

test('an earlier handshake is no way around a certificate that is wrong now', async () => {
  const first = await tlsService(
    known.issue(['localhost']),
    (socket) => void socket.write(ok('a', 'connection: close')),
  );
  const { port } = first;
  await sendHttp(post('localhost', port), limits);
  await new Promise((resolve) => void setTimeout(resolve, 20));
  await first[Symbol.asyncDispose]();
  await using _second = await tlsService(unknown.issue(['localhost']), answersOk, { port });
  expect((await failureOf(sendHttp(post('localhost', port), limits))).kind).toBe('certificate');
});

test.each([
  ['an answer with a length', 'content-length: 1000'],
  ['a stream', 'transfer-encoding: chunked\r\ncontent-type: text/event-stream'],
])('%s that ends within TLS in the middle is a broken connection', async (_, header) => {
  const chunk = header.startsWith('transfer') ? '9\r\ndata: {}\n\r\n' : 'the beginning';
  for (const end of ['end', 'destroy'] as const) {
    await using server = await tlsService(
      known.issue(['localhost']),
      (socket) => void socket.write(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n${chunk}`, () => void socket[end]()),
    );
    const request = post('localhost', server.port);
    expect((await failureOf(sendHttp(request, { ...limits, retries: 0 }))).kind).toBe('network');
    const read = async (): Promise<void> => {
      for await (const _piece of (await openHttp(request, limits)).chunks);
    };
    expect((await failureOf(read())).kind).toBe('network');
  }
});

test('what speaks no TLS, and what says nothing during the handshake, is told', async () => {
  const sockets: { destroy(): unknown }[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    if (sockets.length === 1) socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const request = post('localhost', (server.address() as AddressInfo).port);
  const plain = await failureOf(sendHttp(request, { ...limits, retries: 0 }));
  expect([plain.kind, plain.message]).toEqual(['network', expect.stringContaining('it does not speak TLS')]);
  const silent = await failureOf(sendHttp(request, { ...limits, retries: 0, timeoutMs: 100 }));
  expect(silent.kind).toBe('timeout');
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});
