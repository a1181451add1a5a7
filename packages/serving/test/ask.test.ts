// Questions to a server that is administrated.
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { ask } from '../src/ask.ts';

const answer =
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}';

test('a question that comes when the server ends its kept connections is answered all the same', async () => {
  // Says that it keeps connections, and resets each that is used again.
  const server = createServer((socket) => {
    let asked = 0;
    socket.on('error', () => {});
    socket.on('data', () => {
      asked += 1;
      if (asked === 1) socket.write(answer);
      else socket.resetAndDestroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const question = { method: 'GET', url: `http://127.0.0.1:${port}/routes/x`, timeoutMs: 5000 } as const;
    for (let time = 0; time < 3; time++) expect(await ask(question)).toMatchObject({ status: 200, text: '{}' });
  } finally {
    server.close();
  }
});
