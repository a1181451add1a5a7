// What goes wrong with model endpoints.
import type { ServerResponse } from 'node:http';

/**
 * `hang` never answers, `garbage` is no completion, `close` breaks the connection in the middle of an answer, `cut` ends a
 * stream in the middle as if it were whole, `drip` sends a byte now and then for ever.
 */
export type Fault =
  | {
      readonly status: number;
      readonly retryAfter?: string;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | 'hang'
  | 'garbage'
  | 'close'
  | 'cut'
  | 'drip';

const half = 'data: {"choices":[{"index":0,"delta":{"content":"half an answer"},"finish_reason":null}]}\n\n';

export function failAsTold(response: ServerResponse, fault: Fault, streams: boolean): void {
  if (fault === 'hang') return;
  if (fault === 'drip') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const timer = setInterval(() => response.write(': still there\n\n'), 10);
    response.on('close', () => clearInterval(timer));
    return;
  }
  if (fault === 'garbage') {
    response.writeHead(200, { 'content-type': streams ? 'text/event-stream' : 'text/html' });
    response.end(streams ? 'data: {"almost": "a comple\n\ndata: <html>It works!</html>\n\n' : '<html>It works!</html>');
    return;
  }
  if (fault === 'close' || fault === 'cut') {
    const cut = fault === 'cut';
    if (streams) response.writeHead(200, { 'content-type': 'text/event-stream' });
    else response.writeHead(200, { 'content-type': 'application/json', ...(!cut && { 'content-length': '1000' }) });
    const text = streams ? half : '{"choices": [{"message": {"content": "half an';
    if (cut) response.end(text);
    else response.write(text, () => response.destroy());
    return;
  }
  if (fault.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter);
  for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
  sendError(response, fault.status, fault.body ?? 'Injected by the test.');
}

export function sendError(response: ServerResponse, status: number, message: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ error: { message, type: 'error', code: status } }));
}
