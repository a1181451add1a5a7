// A server that answers with whatever bytes a test wants, on a connection that it sees.
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface RawService extends AsyncDisposable {
  readonly url: string;
  /** What came, by connection. */
  readonly received: readonly string[];
}

/** @param answer called once for each request whose body is `{}`, or that has none */
export async function rawService(answer: (socket: Socket, request: number) => void): Promise<RawService> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createServer((socket) => {
    const connection = received.push('') - 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      received[connection] += chunk.toString('latin1');
      if (/\r\n\r\n(?:\{\})?$/.test(received[connection] as string)) answer(socket, requests++);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
