// A judge that answers by a function, and assertions to ask it with.
import type { Assertion, Embedder, ModelRequest } from '@pawl/core';
import { judgeScorers } from '@pawl/core/judges';
import type { Score, ScoreFailure, ScoreRequest, ScorerWorld } from '@pawl/core/scorers';
import { fakeProvider } from '@pawl/core/testing';

export const assertion = (type: string, more: Partial<Assertion> = {}): Assertion => ({
  kind: 'assertion',
  type,
  negated: false,
  weight: 1,
  place: { file: 'suite.yaml' },
  ...more,
});

export const request = (
  asked: Assertion,
  more: Partial<ScoreRequest> & { readonly text?: string } = {},
): ScoreRequest => {
  const { text = 'Paris.', ...rest } = more;
  return {
    assertion: asked,
    answer: { output: text, text },
    vars: {},
    prompt: 'What is the capital of France?',
    metadata: {},
    ...rest,
  };
};

export interface JudgeWorld extends ScorerWorld {
  readonly requests: readonly ModelRequest[];
}

/** @param replies one for each call, the last again and again; or a function */
export function judgeWorld(
  replies: string | readonly string[] | ((request: ModelRequest) => string),
  embedder?: Embedder,
): JudgeWorld {
  let at = 0;
  const provider = fakeProvider((asked) => {
    if (typeof replies === 'function') return replies(asked);
    const list = [replies].flat();
    const reply = list[Math.min(at, list.length - 1)] ?? '';
    at += 1;
    return reply;
  });
  return {
    requests: provider.requests,
    judge: async () => ({ ...provider, model: 'judge-1' }),
    ...(embedder !== undefined && { embedder: async () => embedder }),
  };
}

export async function scored(asked: ScoreRequest, world: ScorerWorld): Promise<Score | ScoreFailure> {
  const scorer = judgeScorers.get(asked.assertion.type);
  if (scorer === undefined) throw new Error(`no scorer ${asked.assertion.type}`);
  return scorer(asked, world);
}

export const said = (asked: ModelRequest | undefined): string =>
  (asked?.messages ?? []).map(({ role, content }) => `${role}: ${String(content)}`).join('\n');
