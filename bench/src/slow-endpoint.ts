// An endpoint that speaks OpenAI's API and takes a fixed time for each answer: what it saw of its caller's concurrency.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SlowEndpoint {
  readonly url: string;
  /** Requests under way on average from the first one's coming to the last one's end, and how many there were. */
  seen(): { readonly requests: number; readonly underWay: number };
  close(): Promise<void>;
}

export async function slowEndpoint(latencyMs: number): Promise<SlowEndpoint> {
  let requests = 0;
  let busyMs = 0;
  let first: number | undefined;
  let last = 0;
  const answer = JSON.stringify({
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'This is spam.' } }],
    usage: { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 },
  });
  const server = createServer((request, response) => {
    const came = performance.now();
    first ??= came;
    request.resume();
    setTimeout(() => {
      response.setHeader('content-type', 'application/json').end(answer);
      last = performance.now();
      busyMs += last - came;
      requests += 1;
    }, latencyMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    seen: () => ({ requests, underWay: first === undefined ? 0 : busyMs / (last - first) }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
