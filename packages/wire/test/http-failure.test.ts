// What a failed connection is called: once, and in words where it is a common one.
import { expect, test } from 'vitest';
import { failureOf } from '../src/http-failure.ts';
import { sendHttp } from '../src/index.ts';

const limits = { timeoutMs: 5000, retries: 0 };
const asked = { url: new URL('http://model:8000/v1'), timeoutMs: 1, maximumBytes: 1 };
const said = (message: string, more: object) => failureOf(Object.assign(new Error(message), more), asked).message;

test('a port where nobody listens is said once', async () => {
  await expect(sendHttp({ method: 'GET', url: 'http://127.0.0.1:1/v1' }, limits)).rejects.toMatchObject({
    kind: 'network',
    message: '127.0.0.1:1 cannot be reached: nothing listens there',
  });
});

test.each([
  [
    'connect ECONNREFUSED 10.0.0.7:3128',
    { code: 'ECONNREFUSED', address: '10.0.0.7', port: 3128 },
    'nothing listens at 10.0.0.7:3128',
  ],
  // Of several addresses Node says nothing at all.
  ['', { code: 'ECONNREFUSED' }, 'nothing listens there'],
  ['getaddrinfo ENOTFOUND model', { code: 'ENOTFOUND' }, 'no host has that name'],
  ['read ECONNRESET', { code: 'ECONNRESET' }, 'it closed the connection'],
  ['read EWEIRD', { code: 'EWEIRD' }, 'read EWEIRD'],
  ['something odd', { code: 'EWEIRD' }, 'something odd (EWEIRD)'],
  ['something odd', {}, 'something odd'],
])('%j %j is "%s"', (message, more, why) => {
  expect(said(message, more)).toBe(`model:8000 cannot be reached: ${why}`);
});
