// `pawl.cassette/1`: recorded model replies as JSON lines, so that a suite replays without a key or a network.
import * as z from 'zod/mini';
import type { ModelReply } from '../ports/model-provider.ts';
import type { Problem, Read } from './problem.ts';

export const cassetteSchema = 'pawl.cassette/1';

/** The first line: who answered. A record, so unknown members are kept. */
export const CassetteHeader = z.looseObject({
  schema: z.literal(cassetteSchema),
  provider: z.string(),
  model: z.string(),
  /** Digest of the weights, where they are known. */
  modelDigest: z.optional(z.string()),
  /** What ran the model: `llama.cpp b6900`. */
  engine: z.optional(z.string()),
  recordedAt: z.optional(z.string()),
});
export type CassetteHeader = z.infer<typeof CassetteHeader>;

export const RecordedReply = z.looseObject({
  text: z.string(),
  usage: z.optional(z.looseObject({ promptTokens: z.number(), completionTokens: z.number() })),
  finishReason: z.optional(z.string()),
  latencyMs: z.optional(z.number()),
  costUsd: z.optional(z.number()),
  listPrices: z.optional(z.string()),
  firstTokenMs: z.optional(z.number()),
  betweenTokensMs: z.optional(z.number()),
  toolCalls: z.optional(
    z.array(z.looseObject({ id: z.optional(z.string()), name: z.string(), arguments: z.string() })),
  ),
  logProbs: z.optional(z.array(z.number())),
  refused: z.optional(z.boolean()),
  gateway: z.optional(z.record(z.string(), z.string())),
  json: z.optional(z.boolean()),
  route: z.optional(
    z.looseObject({
      model: z.optional(z.string()),
      deployment: z.optional(z.string()),
      fallbacks: z.optional(z.number()),
      retries: z.optional(z.number()),
      cache: z.optional(z.enum(['hit', 'semantic-hit', 'miss', 'off'])),
    }),
  ),
});
export type RecordedReply = z.infer<typeof RecordedReply>;

const CassetteLine = z.looseObject({
  /** `digestOf(cassetteKeyOf(provider, request))`. */
  key: z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/)),
  reply: RecordedReply,
});

export interface Cassette {
  readonly header: CassetteHeader;
  /** Key → reply; of two lines with one key the later holds, as a new recording is appended. */
  readonly replies: ReadonlyMap<string, RecordedReply>;
}

/** A line that cannot be read is a problem with its number: guessing at replies would judge the wrong thing. */
export function readCassette(text: string, file: string): Read<Cassette> {
  const problems: Problem[] = [];
  const replies = new Map<string, RecordedReply>();
  let header: CassetteHeader | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const value = parsed(line);
    if (header === undefined) {
      const read = CassetteHeader.safeParse(value);
      if (!read.success) return { problems: [headerProblem(value, file, index + 1)] };
      header = read.data;
      continue;
    }
    const read = CassetteLine.safeParse(value);
    if (read.success) replies.set(read.data.key, read.data.reply);
    else
      problems.push({
        code: 'CASSETTE_CORRUPT',
        severity: 'error',
        message:
          value === undefined ? 'This line of the cassette is no JSON.' : 'This line of the cassette is no reply.',
        hint: 'Restore the file from Git, or delete the line and record it again.',
        file,
        line: index + 1,
      });
  }
  if (header === undefined) return { problems: [headerProblem(undefined, file, 1)] };
  return problems.length > 0 ? { problems } : { value: { header, replies }, problems };
}

export const writeCassetteHeader = (header: CassetteHeader): string => `${JSON.stringify(header)}\n`;

/** One line. `reused` is about this run and is not recorded. */
export function writeCassetteLine(key: string, reply: ModelReply): string {
  // Named one by one: the order of a line's members is the same in every version, and so is its text.
  const { text, usage, finishReason, latencyMs, costUsd, firstTokenMs, betweenTokensMs } = reply;
  const { toolCalls, logProbs, refused, gateway, json, route, listPrices } = reply;
  const timing = { firstTokenMs, betweenTokensMs };
  return `${JSON.stringify({ key, reply: { text, usage, finishReason, latencyMs, costUsd, listPrices, ...timing, toolCalls, logProbs, refused, gateway, json, route } })}\n`;
}

/** What an embedding is filed under; its canonical JSON is hashed. The text itself is not recorded. */
export const embeddingKeyOf = (embedder: string, text: string): Readonly<Record<string, unknown>> => ({
  embedder,
  text,
});

export const writeEmbeddingLine = (key: string, embedder: string, vector: string): string =>
  `${JSON.stringify({ key, reply: { text: '', embedder, vector } })}\n`;

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function headerProblem(value: unknown, file: string, line: number): Problem {
  const schema = typeof value === 'object' && value !== null && 'schema' in value ? String(value.schema) : undefined;
  const newer = schema?.startsWith('pawl.cassette/') === true && schema !== cassetteSchema;
  return {
    code: newer ? 'CASSETTE_NEWER' : 'CASSETTE_CORRUPT',
    severity: 'error',
    message: newer ? `The cassette is a ${schema}; this Pawl reads ${cassetteSchema}.` : 'The cassette has no header.',
    hint: newer
      ? 'Update Pawl.'
      : `Its first line must be {"schema":"${cassetteSchema}","provider":"openai","model":"…"}.`,
    file,
    line,
  };
}
