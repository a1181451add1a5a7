// What is under way ends when its signal is given: hanging answers, waits to try again, pauses of an endpoint, programs.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { execProvider, openAiProvider } from '@pawl/models';
import { Pacer } from '../src/pacer.ts';

const request = { model: 'm', messages: [{ role: 'user', content: 'a' }], parameters: {}, repeat: 0 } as const;

/** Listens on a free port; `asked` holds what waits for its answer. */
async function serverOf(answer: (response: ServerResponse) => void) {
  const server = createServer((_, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

test.each(['no answer', 'half an answer'])(
  '%s: the connection ends with the signal, and nothing is tried again',
  async (kind) => {
    const stop = new AbortController();
    const closed: Promise<unknown>[] = [];
    await using server = await serverOf((response) => {
      closed.push(once(response, 'close'));
      if (kind === 'half an answer') {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"choices": [');
      }
      setImmediate(() => stop.abort());
    });
    const reply = await openAiProvider({ baseUrl: server.baseUrl, signal: stop.signal }).complete(request);

    expect(reply).toMatchObject({ failure: expect.stringContaining('was not waited for any longer') });
    await Promise.all(closed);
    expect(closed).toHaveLength(1);
  },
);

test('a wait that Retry-After asked for ends with the signal', async () => {
  const stop = new AbortController();
  let asked = 0;
  await using server = await serverOf((response) => {
    asked += 1;
    response.writeHead(429, { 'retry-after': '50' }).end('{}');
    // The answer is read by then, and the wait has begun.
    setTimeout(() => stop.abort(), 100);
  });
  const reply = await openAiProvider({ baseUrl: server.baseUrl, signal: stop.signal }).complete(request);

  expect(reply).toMatchObject({ failure: 'the time was over before the answer came' });
  expect(asked).toBe(1);
});

test('who waits through a pause of the endpoint waits no longer, and the pause goes on for others', async () => {
  const stop = new AbortController();
  const pacer = new Pacer({ max: 2 });
  const turn = await pacer.enter(false);
  if (!('leave' in turn)) throw new Error('refused');
  turn.leave({ kind: 'answered', slow: false, pauseMs: 50_000 });
  const waiting = [pacer.enter(false, stop.signal), pacer.enter(false, stop.signal)];
  stop.abort();

  for (const each of waiting) expect(await each).toHaveProperty('refused');
  const after = new AbortController();
  const other = pacer.enter(false, after.signal);
  after.abort();
  expect(await other).toHaveProperty('refused');
});

test('nothing is sent when the signal was given before', async () => {
  await using server = await serverOf(() => {
    throw new Error('asked');
  });
  const reply = await openAiProvider({ baseUrl: server.baseUrl, signal: AbortSignal.abort() }).complete(request);
  expect(reply).toHaveProperty('failure');
});

test('a program ends with the signal', async () => {
  const stop = new AbortController();
  const provider = execProvider({
    command: `"${process.execPath}" -e "setInterval(() => {}, 1000)"`,
    cwd: '.',
    env: {},
    config: {},
    signal: stop.signal,
  });
  const reply = provider.complete(request);
  setTimeout(() => stop.abort(), 50);
  expect(await reply).toMatchObject({ failure: expect.stringContaining('was not waited for any longer') });
});
