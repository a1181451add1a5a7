// A port for a program that we start: nobody else draws it between the draw and the program's own opening of it.
import { createSocket, type Socket } from 'node:dgram';
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

export interface ReservedPort {
  readonly port: number;
  /** To be called right before the program is started, which opens the port itself. */
  handOver(): Promise<void>;
  release(): Promise<void>;
}

/** Below what Linux, macOS and Windows hand out by themselves: no connection and no `listen(0)` comes to sit here. */
const [first, last] = [20_000, 29_999] as const;
const mostTries = 200;
const host = '127.0.0.1';

/**
 * The port is listened at until it is handed over. Its number in UDP, which no gateway uses, is held to the end: others
 * who draw like this, in this process or in another, draw another one, however long the program takes to open its own.
 * @throws Error when no port is free
 */
export async function reservePort(): Promise<ReservedPort> {
  for (let tries = 0; tries < mostTries; tries++) {
    const port = randomInt(first, last + 1);
    const mark = await marked(port);
    if (mark === undefined) continue;
    const server = await listening(port);
    if (server === undefined) {
      await closed(mark);
      continue;
    }
    let held: Server | undefined = server;
    const handOver = async (): Promise<void> => {
      const open = held;
      held = undefined;
      if (open !== undefined) await closed(open);
    };
    return {
      port,
      handOver,
      release: async () => {
        await handOver();
        await closed(mark);
      },
    };
  }
  throw new Error(`of ${mostTries} ports between ${first} and ${last} none is free`);
}

function listening(port: number): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  server.unref();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => resolve(server));
  });
}

function marked(port: number): Promise<Socket | undefined> {
  const socket = createSocket('udp4');
  socket.unref();
  return new Promise((resolve) => {
    socket.once('error', () => resolve(undefined));
    socket.bind({ port, address: host, exclusive: true }, () => resolve(socket));
  });
}

const closed = (open: Server | Socket): Promise<void> => new Promise((resolve) => void open.close(() => resolve()));
