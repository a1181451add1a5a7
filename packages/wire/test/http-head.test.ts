// What is written before a body, and what is read: one way to take it, or none.
import { expect, test } from 'vitest';
import { ProtocolError, readHead, requestHead } from '../src/http-head.ts';

const parts = (headers: Readonly<Record<string, string>>, body?: string) => ({
  method: 'POST',
  url: new URL('http://models.example:8000/v1/chat?a=ä'),
  headers,
  body,
});
const answer = (...lines: readonly string[]) => readHead(['HTTP/1.1 200 OK', ...lines].join('\r\n'));

test('a request tells its host and its length in bytes, and whoever gives headers settles neither', () => {
  const head = requestHead(
    parts({ 'Content-Type': 'application/json', 'Content-Length': '1', Connection: 'close', Accept: 'a' }, '"ä"'),
  );
  expect(head).toBe(
    [
      'POST /v1/chat?a=%C3%A4 HTTP/1.1',
      'host: models.example:8000',
      'accept: a',
      'accept-encoding: gzip, deflate, br',
      'user-agent: node',
      'content-type: application/json',
      'content-length: 4',
      'connection: keep-alive',
      '\r\n',
    ].join('\r\n'),
  );
});

test.each([
  { 'x-a': 'one\r\nx-b: two' },
  { 'x-a': 'one\ntwo' },
  { 'x-a': 'one\0' },
  { 'x-a': '🦉' },
  { 'x a': 'one' },
  { 'x-a:\r\nx-b': 'one' },
  { '': 'one' },
])('a header that would not stay one line is refused: %j', (headers) => {
  expect(() => requestHead(parts(headers))).toThrow(TypeError);
});

test('an answer’s headers are found in any case, and what comes twice is joined', () => {
  const { status, headers, framing } = answer('Content-Length:  12\t', 'X-A: one', 'x-a: two', 'X-Empty:');
  expect([status, framing]).toEqual([200, { by: 'length', bytes: 12 }]);
  expect([headers.get('X-A'), headers.get('x-empty'), headers.get('x-none')]).toEqual(['one, two', '', null]);
  expect([...headers.keys()]).toEqual(['content-length', 'x-a', 'x-empty']);
});

test.each([
  ['chunked', ['Transfer-Encoding: Chunked'], { by: 'chunks' }],
  ['neither', [], { by: 'close' }],
] as const)('the end of an answer with %s is known', (_, lines, framing) => {
  expect(answer(...lines).framing).toEqual(framing);
});

test.each([['HTTP/1.1 204 No Content'], ['HTTP/1.1 304 Not Modified\r\ncontent-length: 5'], ['HTTP/1.1 100 Continue']])(
  '"%s" has no body',
  (head) => {
    expect(readHead(head).framing).toEqual({ by: 'length', bytes: 0 });
  },
);

test.each([
  ['', true, undefined],
  ['connection: close', false, undefined],
  ['connection: keep-alive, Close', false, undefined],
  ['keep-alive: timeout=5, max=100', true, 5000],
])('after "%s" the connection is kept: %s', (line, kept, keptMs) => {
  const head = line === '' ? answer('content-length: 0') : answer('content-length: 0', line);
  expect([head.kept, head.keptMs]).toEqual([kept, keptMs]);
});

test('HTTP/1.0 keeps a connection only when it says so, and nothing does whose end is the connection’s', () => {
  expect(readHead('HTTP/1.0 200 OK\r\ncontent-length: 1').kept).toBe(false);
  expect(readHead('HTTP/1.0 200 OK\r\ncontent-length: 1\r\nconnection: Keep-Alive').kept).toBe(true);
  expect(readHead('HTTP/1.1 200 OK').kept).toBe(false);
});

test.each([
  ['HTTP/2 200'],
  ['HTTP/1.1 20 OK'],
  ['HTTP/1.1 2000 OK'],
  ['<html>'],
  ['HTTP/1.1 200 OK\nx: y'],
  ['HTTP/1.1 200 OK\r\nno colon'],
  ['HTTP/1.1 200 OK\r\n: no name'],
  ['HTTP/1.1 200 OK\r\nx : blank before the colon'],
  ['HTTP/1.1 200 OK\r\nx: folded\r\n  over two lines'],
  ['HTTP/1.1 200 OK\r\nx: a\rb'],
  ['HTTP/1.1 200 OK\r\nx: a\0b'],
  ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6'],
  ['HTTP/1.1 200 OK\r\ncontent-length: -5'],
  ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked'],
  ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked, identity'],
  ['HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked'],
])('%j is no answer', (head) => {
  expect(() => readHead(head)).toThrow(ProtocolError);
});
