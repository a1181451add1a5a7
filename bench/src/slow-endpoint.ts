// An endpoint that speaks OpenAI's API and takes a fixed time for each answer: what it saw of its caller's concurrency.
//
// Over sockets and not by Node's own server. All requests of a round come together, and so do their answers: whatever the
// endpoint takes for one of them, all behind it wait for, and it would count that as the caller's idleness. Of a share of
// 98 percent one millisecond of each 51 is all that may be lost; Node's server alone takes a part of that. What is sent is
// HTTP/1.1 with connections that are kept, for any client. A request has come when all of it has been read, and an answer
// is out when the kernel has taken it.
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface SlowEndpoint {
  readonly url: string;
  /** Requests under way on average from the first one's coming to the last one's end, and how many there were. */
  seen(): { readonly requests: number; readonly underWay: number };
  close(): Promise<void>;
}

/** @param spreadMs evenly spread up to this much below and above the latency; the same each time, and on average the latency */
export async function slowEndpoint(
  latencyMs: number,
  { stream = false, spreadMs = 0 }: { readonly stream?: boolean; readonly spreadMs?: number } = {},
): Promise<SlowEndpoint> {
  let requests = 0;
  let busyMs = 0;
  let first: number | undefined;
  let last = 0;
  const answer = stream ? streamed() : whole();
  let come = 0;
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    eachRequest(socket, () => {
      const came = performance.now();
      first ??= came;
      const takes = latencyMs + spreadMs * (2 * ((come++ * goldenRatio) % 1) - 1);
      const end = (): void => {
        socket.write(answer);
        last = performance.now();
        busyMs += last - came;
        requests += 1;
      };
      setTimeout(() => oneEachRound(end), takes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    seen: () => ({ requests, underWay: first === undefined ? 0 : busyMs / (last - first) }),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Answers that are due together go out one in each round of the event loop: in between, what has come is taken in. */
function oneEachRound(end: () => void): void {
  if (due.push(end) === 1) setImmediate(nextRound);
}

function nextRound(): void {
  due.shift()?.();
  if (due.length > 0) setImmediate(nextRound);
}

const due: (() => void)[] = [];

/** Multiples of it without their whole parts lie evenly between 0 and 1, however many there are. */
const goldenRatio = (1 + Math.sqrt(5)) / 2;

/** One that does not say how long it is, is none that this endpoint understands. */
const refusal = 'HTTP/1.1 411 Length Required\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

function eachRequest(socket: Socket, take: () => void): void {
  let waiting: Buffer | undefined;
  socket.on('data', (chunk: Buffer) => {
    let bytes = waiting === undefined ? chunk : Buffer.concat([waiting, chunk]);
    for (;;) {
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) break;
      const head = bytes.toString('latin1', 0, end);
      const length = Number(/\r\ncontent-length:[ \t]*(\d+)[ \t]*(?:\r\n|$)/i.exec(head)?.[1] ?? NaN);
      if (Number.isNaN(length)) return void socket.end(refusal);
      const next = end + '\r\n\r\n'.length + length;
      if (bytes.length < next) break;
      bytes = bytes.subarray(next);
      take();
    }
    waiting = bytes.length === 0 ? undefined : bytes;
  });
}

const usage = { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 };

function whole(): Buffer {
  const message = { role: 'assistant', content: 'This is spam.' };
  const body = JSON.stringify({ choices: [{ index: 0, finish_reason: 'stop', message }], usage });
  return answerOf('application/json', `Content-Length: ${body.length}`, body);
}

/** Token by token, though all at once. */
function streamed(): Buffer {
  const parts = [
    ...['This', ' is', ' spam', '.'].map((content) => ({ choices: [{ index: 0, delta: { content } }] })),
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    { choices: [], usage },
  ];
  const events = [...parts.map((part) => JSON.stringify(part)), '[DONE]'].map((data) => `data: ${data}\n\n`);
  const chunks = [...events, ''].map((text) => `${text.length.toString(16)}\r\n${text}\r\n`);
  return answerOf('text/event-stream', 'Transfer-Encoding: chunked', chunks.join(''));
}

const answerOf = (type: string, framing: string, body: string): Buffer =>
  Buffer.from(
    [
      'HTTP/1.1 200 OK',
      `Date: ${new Date().toUTCString()}`,
      `Content-Type: ${type}`,
      framing,
      'Connection: keep-alive',
      '',
      body,
    ].join('\r\n'),
  );
