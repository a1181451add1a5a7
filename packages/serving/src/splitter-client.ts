// The Splitter port over the splitter's admin interface.
import type { ArmCounts, Route, Splitter } from '@pawl/core';
import { ask, errorTextOf, jsonOf, type Answer, type Question } from './ask.ts';
import { ServingError } from './serving-error.ts';

export interface SplitterClientOptions {
  /** The admin address. */
  readonly url: string;
  readonly token?: string;
}

/** @throws ServingError from every method, with a hint */
export function splitterClient({ url, token }: SplitterClientOptions): Splitter {
  const base = url.replace(/\/+$/, '');
  const call = (method: Question['method'], path: string, rest: Partial<Question> = {}): Promise<Answer> =>
    ask(
      {
        method,
        url: base + path,
        timeoutMs: 10_000,
        ...rest,
        headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...rest.headers },
      },
      'SPLITTER_UNREACHABLE',
    );
  return {
    get: async (name) => {
      const answer = await call('GET', `/routes/${encodeURIComponent(name)}`);
      if (answer.status === 404) return undefined;
      expectOk(answer);
      return { route: jsonOf(answer) as Route, etag: etagOf(answer) };
    },
    set: async (name, route, etag) => {
      const answer = await call('PUT', `/routes/${encodeURIComponent(name)}`, {
        body: route,
        headers: etag === undefined ? {} : { 'if-match': etag },
      });
      if (answer.status === 412) {
        throw new ServingError(
          'SPLITTER_CONFLICT',
          `The route of ${name} was not set: ${errorTextOf(answer)}.`,
          'Somebody else changes this route; look at it, then run the command again.',
        );
      }
      expectOk(answer);
      return { etag: etagOf(answer) };
    },
    counts: async (name) => {
      const answer = await call('GET', `/routes/${encodeURIComponent(name)}/counts`);
      expectOk(answer);
      return jsonOf(answer) as { stable: ArmCounts; canary?: ArmCounts };
    },
  };
}

const etagOf = (answer: Answer): string => String(answer.headers['etag'] ?? '');

function expectOk(answer: Answer): void {
  if (answer.status === 200) return;
  throw new ServingError(
    'SPLITTER_REFUSED',
    `The splitter answered ${answer.status}: ${errorTextOf(answer)}.`,
    answer.status === 401
      ? 'Give its admin token by the variable that splitter.token-env names.'
      : "Check that splitter.url is the splitter's admin address.",
  );
}
