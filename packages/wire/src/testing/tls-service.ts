// A server behind TLS that answers with whatever bytes a test wants, on connections that it counts.
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { Issued } from './certificates.ts';

export interface TlsService extends AsyncDisposable {
  readonly port: number;
  /** Connections that were opened, however far they came. */
  readonly connections: () => number;
  /** Of handshakes that were done, whether it was an earlier one taken up again. */
  readonly resumed: readonly boolean[];
  /** Names that were asked for; none for an address. */
  readonly names: readonly string[];
}

/** @param answer called once for each request whose body is `{}` */
export async function tlsService(
  { cert, key }: Issued,
  answer: (socket: TLSSocket, request: number) => void,
  { host = '127.0.0.1', port = 0 }: { readonly host?: string; readonly port?: number } = {},
): Promise<TlsService> {
  let [connections, requests] = [0, 0];
  const sockets = new Set<{ destroy(): unknown }>();
  const resumed: boolean[] = [];
  const names: string[] = [];
  const server = createServer({ cert, key }, (socket) => {
    resumed.push(socket.isSessionReused());
    // Node’s types do not know it.
    if ('servername' in socket && typeof socket.servername === 'string') names.push(socket.servername);
    let received = '';
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      if (received.endsWith('\r\n\r\n{}')) answer(socket, requests++);
    });
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    resumed,
    names,
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
