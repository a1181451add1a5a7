// A server that knows no rules.
import { createServer, type AddressInfo, type Socket } from 'node:net';

export type Answer = string | Buffer | ((socket: Socket) => void);

/** Answers each request with bytes as they are. */
export async function hostile(answer: (request: number) => Answer) {
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    // A request of ours is one write.
    socket.on('data', () => {
      const given = answer(requests++);
      if (typeof given === 'function') given(socket);
      else socket.write(given);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests: () => requests,
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
