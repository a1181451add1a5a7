// One request over a connection that is kept for the next one. By hand over sockets, and neither by fetch nor by Node's own
// client: with sixteen requests at a time, answers come in bursts, and what the client does from an answer's last byte to
// the next request's first is what all of a burst wait for. Node's client takes three times as long for that, fetch ten.
import type { Socket } from 'node:net';
import { Exchange, type Line, type Patience, type Told } from './http-exchange.ts';
import { Redirected } from './http-failure.ts';
import { isForbiddenAddress, NeverAsked } from './http-forbidden.ts';
import { requestHead, type RequestParts } from './http-head.ts';
import { sendProxied } from './http-proxied.ts';

/** A request as it is written to a connection. */
export interface Ready extends RequestParts {
  readonly origin: string;
  readonly bytes: Buffer | string;
}

/** Made beforehand up to this many bytes; longer ones would stand in memory twice while they wait. */
const longestMade = 65_536;

/** @throws TypeError for headers that no request may have */
export function readyToSend(parts: RequestParts): Ready {
  const head = requestHead(parts);
  const { url, body = '' } = parts;
  // Heads are in Latin-1, bodies in UTF-8.
  const ascii = !/[\x80-\xff]/.test(head);
  const short = head.length + body.length <= longestMade;
  const bytes = ascii
    ? short
      ? Buffer.from(head + body)
      : head + body
    : Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]);
  return { ...parts, origin: url.origin, bytes };
}

/**
 * The answer is told once its head has come. One write for each request, at once where a connection is free.
 */
export function send(ready: Ready, patience: Patience, told: Told): void {
  // A redirect would take the key to a place that nobody named.
  const checked: Told = {
    arrived: (received) => {
      if (!redirects.has(received.status)) return told.arrived(received);
      received.body.destroy();
      told.failed(new Redirected(received.status, received.headers.get('location')));
    },
    failed: (error) => told.failed(error),
  };
  // As fetch has it: proxies of the environment count when Node is told so.
  proxied ??= process.env['NODE_USE_ENV_PROXY'] === '1';
  if (proxied) sendProxied(ready, patience, checked);
  else connectionTo(ready).send(ready, patience, checked);
}

let proxied: boolean | undefined;
const redirects = new Set([301, 302, 303, 307, 308]);

/** Free connections by where they lead; the last that became free is the least likely to have been given up there. */
const free = new Map<string, Connection[]>();

function connectionTo({ url, origin }: Ready): Connection {
  const known = free.get(origin);
  for (let found = known?.pop(); found !== undefined; found = known?.pop()) if (found.isAlive()) return found;
  return new Connection(url);
}

/** Closed a little before the server does, which would cost the request that is on its way then. */
const earlierMs = 1000;

class Connection implements Line {
  readonly #origin: string;
  readonly #socket: Socket;
  #exchange: Exchange | undefined;
  #freeUntil = Infinity;
  /** Nothing more comes from the other side. */
  #over = false;
  /** What is under way while not a byte of its answer has come, on a connection that has answered before. */
  #repeatable: (() => void) | undefined;
  #answered = false;

  constructor(url: URL) {
    this.#origin = url.origin;
    this.#socket = connect(url).setNoDelay(true).setKeepAlive(true, 1000);
    // Any name may lead there.
    this.#socket.on('lookup', (_, address: string | undefined) => {
      if (address !== undefined && isForbiddenAddress(address)) this.#socket.destroy(new NeverAsked());
    });
    this.#socket.on('data', (chunk: Buffer) => {
      this.#repeatable = undefined;
      // Nobody asked for it.
      if (this.#exchange === undefined) this.destroy();
      else this.#exchange.receive(chunk);
    });
    this.#socket.on('error', (error) => this.#ended(error));
    this.#socket.on('end', () => this.#ended(undefined));
    this.#socket.on('close', () => this.#ended(undefined));
  }

  isAlive(): boolean {
    if (!this.#over && this.#socket.writable && performance.now() < this.#freeUntil) return true;
    this.#socket.destroy();
    return false;
  }

  send(ready: Ready, { timeoutMs, signal }: Patience, told: Told): void {
    const exchange = new Exchange(this, { timeoutMs, ...(signal !== undefined && { signal }) }, told);
    this.#exchange = exchange;
    if (this.#answered)
      this.#repeatable = () => {
        exchange.withdraw();
        const left = Math.max(1, exchange.until - performance.now());
        new Connection(ready.url).send(ready, { timeoutMs: left, ...(signal !== undefined && { signal }) }, told);
      };
    this.#socket.ref();
    // An answer that nobody read at once may have stopped it.
    this.#socket.resume();
    this.#socket.write(ready.bytes);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  done(kept: { readonly forMs: number | undefined } | undefined): void {
    this.#exchange = undefined;
    this.#answered = true;
    const socket = this.#socket;
    // Answered before all was sent: the rest would be taken for another request.
    if (kept === undefined || this.#over || socket.writableLength > 0) return this.destroy();
    this.#freeUntil = kept.forMs === undefined ? Infinity : performance.now() + kept.forMs - earlierMs;
    // A free connection keeps no program from ending.
    socket.unref();
    const others = free.get(this.#origin);
    if (others === undefined) free.set(this.#origin, [this]);
    else others.push(this);
  }

  destroy(): void {
    this.#exchange = undefined;
    this.#socket.destroy();
  }

  #ended(error: Error | undefined): void {
    this.#over = true;
    const [exchange, repeat] = [this.#exchange, this.#repeatable];
    this.#exchange = undefined;
    this.#repeatable = undefined;
    // A server that ends a connection while it is free may do so just when the next request is on its way: it is sent
    // once more, on a new connection, as browsers do.
    if (exchange !== undefined && repeat !== undefined) {
      this.#socket.destroy();
      repeat();
    } else if (exchange !== undefined) exchange.closed(error);
    else this.#forget();
  }

  #forget(): void {
    const others = free.get(this.#origin) ?? [];
    const place = others.indexOf(this);
    if (place >= 0) others.splice(place, 1);
    this.#socket.destroy();
  }
}

/** What a server gave to take a handshake up again; one for each. */
const sessions = new Map<string, Buffer>();

/** Node's modules are asked for by a call: most commands send nothing. */
function connect({ protocol, hostname, port, origin }: URL): Socket {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const net = process.getBuiltinModule('node:net');
  if (protocol === 'http:') return net.connect({ host, port: port === '' ? 80 : Number(port) });
  const session = sessions.get(origin);
  const socket = process.getBuiltinModule('node:tls').connect({
    host,
    port: port === '' ? 443 : Number(port),
    ALPNProtocols: ['http/1.1'],
    // An address is no name that a certificate could be asked for.
    servername: net.isIP(host) === 0 ? host : '',
    ...(session !== undefined && { session }),
  });
  socket.on('session', (given: Buffer) => void sessions.set(origin, given));
  socket.on('error', () => void sessions.delete(origin));
  return socket;
}
