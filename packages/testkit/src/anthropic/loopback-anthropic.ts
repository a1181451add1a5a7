// Anthropic's Messages API on this machine: refuses what the API would refuse, and fails as told.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failAsTold, sendError, type Fault } from '../openai/faults.ts';
import { messageRequestProblems } from './message-request.ts';

export interface MessageRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly [parameter: string]: unknown;
}

export interface LoopbackMessage {
  readonly text?: string;
  readonly toolUse?: { readonly id: string; readonly name: string; readonly input: object };
  readonly stopReason?: string;
}

export interface LoopbackAnthropic extends AsyncDisposable {
  readonly baseUrl: string;
  readonly requests: readonly MessageRequest[];
  readonly problems: readonly string[];
  fail(...faults: readonly Fault[]): void;
}

export async function loopbackAnthropic(options: {
  readonly answer: (request: MessageRequest) => string | LoopbackMessage;
  readonly apiKey?: string;
}): Promise<LoopbackAnthropic> {
  const requests: MessageRequest[] = [];
  const problems: string[] = [];
  const faults: Fault[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { headers, method, url } = request;
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8') || 'null');
    const wrong =
      method !== 'POST' || url !== '/v1/messages'
        ? [`There is no ${method} ${url}.`]
        : headers['anthropic-version'] === undefined
          ? ['anthropic-version: header is required']
          : options.apiKey !== undefined && headers['x-api-key'] !== options.apiKey
            ? ['invalid x-api-key']
            : messageRequestProblems(body);
    if (wrong.length > 0) {
      problems.push(...wrong);
      return sendError(response, wrong[0] === 'invalid x-api-key' ? 401 : 400, wrong.join(' '));
    }
    const asked = body as MessageRequest;
    requests.push(asked);
    const fault = faults.shift();
    if (fault !== undefined) return failAsTold(response, fault, asked['stream'] === true);
    const given = options.answer(asked);
    const message = typeof given === 'string' ? { text: given } : given;
    if (asked['stream'] !== true) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(wholeMessage(asked, message)));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of streamedMessage(asked, message))
      response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    response.end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    problems,
    fail: (...next) => {
      faults.push(...next);
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

const usage = { input_tokens: 11, cache_read_input_tokens: 5, output_tokens: 3 };

const stopOf = ({ stopReason, toolUse }: LoopbackMessage): string =>
  stopReason ?? (toolUse === undefined ? 'end_turn' : 'tool_use');

function wholeMessage({ model }: MessageRequest, message: LoopbackMessage): object {
  const { text, toolUse } = message;
  return {
    id: 'msg_loopback',
    type: 'message',
    role: 'assistant',
    model,
    content: [
      ...(text === undefined ? [] : [{ type: 'text', text }]),
      ...(toolUse === undefined ? [] : [{ type: 'tool_use', ...toolUse }]),
    ],
    stop_reason: stopOf(message),
    stop_sequence: null,
    usage,
  };
}

function* streamedMessage({ model }: MessageRequest, message: LoopbackMessage): Generator<{ type: string }> {
  const { text, toolUse } = message;
  yield { type: 'message_start', message: { model, usage: { ...usage, output_tokens: 1 } } } as { type: string };
  yield { type: 'ping' };
  let index = 0;
  if (text !== undefined) {
    yield { type: 'content_block_start', index, content_block: { type: 'text', text: '' } } as { type: string };
    for (const piece of text.match(/\S*\s*/g) ?? [])
      yield { type: 'content_block_delta', index, delta: { type: 'text_delta', text: piece } } as { type: string };
    yield { type: 'content_block_stop', index } as { type: string };
    index += 1;
  }
  if (toolUse !== undefined) {
    const { id, name, input } = toolUse;
    yield { type: 'content_block_start', index, content_block: { type: 'tool_use', id, name, input: {} } } as {
      type: string;
    };
    for (const piece of JSON.stringify(input).match(/.{1,5}/g) ?? [])
      yield { type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json: piece } } as {
        type: string;
      };
    yield { type: 'content_block_stop', index } as { type: string };
  }
  yield { type: 'message_delta', delta: { stop_reason: stopOf(message) }, usage: { output_tokens: 3 } } as {
    type: string;
  };
  yield { type: 'message_stop' };
}
