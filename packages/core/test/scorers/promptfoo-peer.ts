// Asks the real promptfoo and Pawl's scorers the same, and says what each of them answered.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isScoreFailure } from '../../src/scorers/index.ts';
import type { Row } from './promptfoo-cases.ts';
import { letterEmbedder, letterVector, score } from './world.ts';

/** Pass and score; or `error`: it threw, or could not judge. */
export type Said = { readonly pass: boolean; readonly score: number | null } | 'error';

export interface Compared {
  /** What was asked, as one line. */
  readonly name: string;
  readonly row: Row;
  readonly output: unknown;
  readonly negated: boolean;
  readonly theirs: Said;
  readonly ours: Said;
  readonly why: string;
}

export const agrees = (theirs: Said, ours: Said): boolean =>
  theirs === 'error' || ours === 'error'
    ? theirs === ours
    : theirs.pass === ours.pass && Math.abs((theirs.score ?? Number.NaN) - (ours.score ?? Number.NaN)) < 1e-9;

interface Promptfoo {
  readonly assertions: {
    runAssertion(asked: Readonly<Record<string, unknown>>): Promise<{ pass: boolean; score: number; reason: string }>;
  };
  loadApiProvider(id: string, context: unknown): Promise<unknown>;
}

export async function loadPromptfoo(folder: string): Promise<Promptfoo> {
  Object.assign(process.env, {
    PROMPTFOO_DISABLE_TELEMETRY: '1',
    PROMPTFOO_DISABLE_UPDATE: '1',
    PROMPTFOO_CONFIG_DIR: mkdtempSync(join(tmpdir(), 'pawl-promptfoo-')),
  });
  const entry = join(folder, 'node_modules', 'promptfoo', 'dist', 'src', 'index.js');
  return (await import(pathToFileURL(entry).href)) as Promptfoo;
}

export async function compareAll(promptfoo: Promptfoo, rows: readonly Row[]): Promise<readonly Compared[]> {
  const found: Compared[] = [];
  for (const row of rows) {
    for (const output of row.outputs) {
      for (const negated of [false, true]) {
        const [theirs, theirReason] = await askPromptfoo(promptfoo, row, output, negated);
        const [ours, ourReason] = await askPawl(row, output, negated);
        const threshold = row.threshold === undefined ? '' : ` @${row.threshold}`;
        const name = `${negated ? 'not-' : ''}${row.type} ${JSON.stringify(row.value) ?? '–'}${threshold} | ${JSON.stringify(output) ?? '–'}`;
        found.push({ name, row, output, negated, theirs, ours, why: `theirs: ${theirReason}; ours: ${ourReason}` });
      }
    }
  }
  return found;
}

const embedding = {
  id: () => 'letters',
  callApi: async () => ({ output: '' }),
  callEmbeddingApi: async (text: string) => ({ embedding: letterVector(text) }),
};

async function askPromptfoo(
  promptfoo: Promptfoo,
  row: Row,
  output: unknown,
  negated: boolean,
): Promise<[Said, string]> {
  const isFunctions = row.type.endsWith('function-call');
  const provider = isFunctions
    ? await promptfoo.loadApiProvider('openai:chat:gpt-4o', {
        options: { config: { apiKey: 'none', functions: row.tools } },
      })
    : { id: () => 'peer', config: { tools: row.tools }, callApi: async () => ({}) };
  try {
    const {
      pass,
      score: given,
      reason,
    } = await promptfoo.assertions.runAssertion({
      prompt: 'p',
      provider,
      assertion: {
        type: `${negated ? 'not-' : ''}${row.type}`,
        ...(row.value !== undefined && { value: structuredClone(row.value) }),
        ...(row.threshold !== undefined && { threshold: row.threshold }),
      },
      test: { vars: {}, options: { provider: { embedding } } },
      latencyMs: row.latencyMs,
      providerResponse: {
        output: structuredClone(output),
        cost: row.costUsd,
        finishReason: row.finishReason,
        logProbs: row.logProbs,
        metadata: row.metadata,
      },
      ...(row.spans !== undefined && {
        traceId: '0af7651916cd43dd8448eb211c80319c',
        traceData: { traceId: '0af7651916cd43dd8448eb211c80319c', spans: structuredClone(row.spans) },
      }),
    });
    return [{ pass, score: given }, reason];
  } catch (error) {
    return ['error', error instanceof Error ? error.message : String(error)];
  }
}

async function askPawl(row: Row, output: unknown, negated: boolean): Promise<[Said, string]> {
  const metadata = { ...row.metadata, ...(row.spans !== undefined && { trace: { spans: row.spans } }) };
  const said = await score({ ...row, negated }, output, {
    answer: {
      metadata,
      ...(row.costUsd !== undefined && { costUsd: row.costUsd }),
      ...(row.latencyMs !== undefined && { latencyMs: row.latencyMs }),
      ...(row.finishReason !== undefined && { finishReason: row.finishReason }),
      ...(row.logProbs !== undefined && { logProbs: row.logProbs }),
    },
    request: row.tools === undefined ? {} : { tools: row.tools },
    world: { embedder: async () => letterEmbedder },
  });
  return isScoreFailure(said) ? ['error', said.failure] : [{ pass: said.pass, score: said.score }, said.reason];
}
