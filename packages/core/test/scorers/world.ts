// Requests for scorers, and an embedder whose vectors anybody can compute.
import type { Assertion } from '../../src/formats/eval-suite.ts';
import type { Embedder } from '../../src/ports/embedder.ts';
import type { ScriptRequest, ScriptResult, ScriptRunner } from '../../src/ports/script-runner.ts';
import {
  scorers,
  type Score,
  type ScoredAnswer,
  type ScoreFailure,
  type ScoreRequest,
  type ScorerWorld,
} from '../../src/scorers/index.ts';

export interface Asked {
  readonly type: string;
  readonly value?: unknown;
  readonly threshold?: number;
  readonly negated?: boolean;
}

export function assertion({ type, value, threshold, negated = false }: Asked): Assertion {
  return {
    kind: 'assertion',
    type,
    negated,
    weight: 1,
    place: { file: 'a.eval.yml' },
    ...(value !== undefined && { value }),
    ...(threshold !== undefined && { threshold }),
  };
}

export const answer = (output: unknown, more: Partial<ScoredAnswer> = {}): ScoredAnswer => ({
  output,
  text: typeof output === 'string' ? output : (JSON.stringify(output) ?? ''),
  ...more,
});

export async function score(
  asked: Asked,
  given: unknown,
  more: {
    readonly answer?: Partial<ScoredAnswer>;
    readonly request?: Partial<ScoreRequest>;
    readonly world?: ScorerWorld;
  } = {},
): Promise<Score | ScoreFailure> {
  const scorer = scorers.get(asked.type);
  if (scorer === undefined) throw new Error(`There is no scorer "${asked.type}".`);
  const request: ScoreRequest = {
    assertion: assertion(asked),
    answer: answer(given, more.answer),
    vars: {},
    prompt: '',
    metadata: {},
    ...more.request,
  };
  return scorer(request, more.world ?? {});
}

/** Whatever is run gives that; `asked` holds what was run. */
export function fakeScripts(result: ScriptResult) {
  const asked: ScriptRequest[] = [];
  const scripts: ScriptRunner = {
    run: async (request) => {
      asked.push(request);
      return result;
    },
    matches: async () => ({ failure: 'no patterns here' }),
    close: async () => undefined,
  };
  return { asked, world: { scripts } };
}

/** How often a to z stand in a text. */
export function letterVector(text: string): readonly number[] {
  return Array.from({ length: 26 }, (_, index) => text.toLowerCase().split(String.fromCharCode(97 + index)).length - 1);
}

export const letterEmbedder: Embedder = {
  id: 'letters@1',
  embed: async (texts) => ({ vectors: texts.map(letterVector) }),
};
