// One request to a server we administrate. node:http, because fetch gives up on the headers of an answer after
// 300 s, and a synchronous load of a large model takes longer.
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { ServingError, type ServingCode } from './serving-error.ts';

export interface Question {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Answers of a server's administration are small; more is a mistaken address. */
const bodyLimit = 16_000_000;

/** @throws ServingError with `unreachable` as its code when there is no answer within the time */
export function ask(question: Question, unreachable: ServingCode = 'TARGET_UNREACHABLE'): Promise<Answer> {
  const { method, url, body, headers, timeoutMs } = question;
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown): void => {
      clearTimeout(timer);
      outgoing.destroy();
      reject(
        new ServingError(
          unreachable,
          `${new URL(url).host} does not answer: ${reason}.`,
          'Check that it runs and that the address in the deployment file is right.',
          cause,
        ),
      );
    };
    const outgoing = (url.startsWith('https:') ? httpsRequest : httpRequest)(
      url,
      {
        method,
        // A connection of its own: questions come seconds apart, as do the ends of kept ones, and one that the server
        // ends while the next question is on its way would look like a server that is gone.
        agent: false,
        headers: {
          ...(payload !== undefined && {
            'content-type': 'application/json',
            'content-length': String(Buffer.byteLength(payload)),
          }),
          ...headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > bodyLimit) fail(`its answer is larger than ${bodyLimit} bytes`);
          else chunks.push(chunk);
        });
        incoming.on('error', (error) => fail(error.message, error));
        incoming.on('end', () => {
          clearTimeout(timer);
          resolve({
            status: incoming.statusCode ?? 0,
            text: Buffer.concat(chunks).toString('utf8'),
            headers: incoming.headers,
          });
        });
      },
    );
    const timer = setTimeout(() => fail(`nothing came within ${Math.round(timeoutMs / 1000)} s`), timeoutMs);
    outgoing.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message, error));
    outgoing.end(payload);
  });
}

/** Parsed JSON, or undefined. */
export function jsonOf(answer: Answer): unknown {
  try {
    return JSON.parse(answer.text) as unknown;
  } catch {
    return undefined;
  }
}

/** The server's own words: Triton's `{"error":"…"}`, OpenAI's `{"error":{"message":"…"}}`, or the text itself. */
export function errorTextOf(answer: Answer): string {
  const body = jsonOf(answer) as { error?: string | { message?: string } } | undefined;
  const error = body?.error;
  const text = typeof error === 'string' ? error : (error?.message ?? answer.text);
  return text.trim().slice(0, 500) || `status ${answer.status}`;
}
