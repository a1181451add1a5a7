// Recorded embeddings first, the endpoint for the rest: similarity of unchanged texts costs nothing, and forks need no key.
import { createHash } from 'node:crypto';
import {
  digestOf,
  embeddingKeyOf,
  readCassette,
  writeEmbeddingLine,
  type Embedder,
  type ModelFailure,
  type Workspace,
} from '@pawl/core';
import { CassetteRecorder } from './cassette-recorder.ts';

export interface CassetteEmbedderOptions {
  /** The first that has a vector gives it; new ones are appended to the first. */
  readonly cassettes: readonly string[];
  readonly record: 'none' | 'missing' | 'all';
  readonly workspace: Workspace;
  /** For the header of a new cassette, which answers will stand in too. */
  readonly model: string;
  /** Asked for what is not recorded, unless `record` is `none` and it would leave the machine. */
  readonly inner: Embedder;
  /** ISO 8601 */
  readonly now?: () => string;
}

type Vector = readonly number[];

const sha256 = (data: string | Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;

/** Vectors are 32-bit floats, recorded or not: a replay gives the same scores to the last bit. */
export async function cassetteEmbedder(options: CassetteEmbedderOptions): Promise<Embedder> {
  const { record, inner, workspace, model, cassettes, now } = options;
  const recorded = new Map<string, string>();
  const models = new Set<string>();
  for (const path of cassettes.toReversed()) {
    const text = await workspace.readText(path);
    // What is wrong with a cassette is told where answers are read.
    const replies = text === undefined ? undefined : readCassette(text, path).value?.replies;
    for (const [key, { vector, embedder }] of replies ?? []) {
      if (typeof vector !== 'string') continue;
      recorded.set(key, vector);
      if (typeof embedder === 'string') models.add(embedder);
    }
  }
  const [only, another] = models;
  // Where nobody says which model would be asked, the recording does, if it is of one.
  const id = inner.id === 'none' && only !== undefined && another === undefined ? only : inner.id;
  const [path] = cassettes;
  const recorder = new CassetteRecorder({
    provider: 'openai',
    model,
    path,
    workspace,
    ...(now !== undefined && { now }),
  });
  const recording = record !== 'none';
  const asking = recording || inner.local === true;
  const keyOf = (text: string): string => digestOf(embeddingKeyOf(id, text), sha256);
  const fresh = new Map<string, Vector>();

  return {
    id,
    ...(inner.inputs !== undefined && { inputs: inner.inputs }),
    embed: async (texts) => {
      const keys = texts.map(keyOf);
      const known = (key: string): Vector | undefined => {
        const vector = record === 'all' ? undefined : recorded.get(key);
        return fresh.get(key) ?? (vector === undefined ? undefined : decoded(vector));
      };
      const missing = texts.filter((_, index) => known(keys[index] as string) === undefined);
      let costUsd: number | undefined;
      if (missing.length > 0) {
        if (!asking) return notRecorded;
        const embedded = await inner.embed(missing);
        if ('failure' in embedded) return embedded;
        ({ costUsd } = embedded);
        for (const [index, text] of missing.entries()) {
          const key = keyOf(text);
          if (fresh.has(key)) continue;
          const given = embedded.vectors[index] ?? [];
          if (given.length === 0) return noVector;
          const vector = encoded(given);
          fresh.set(key, decoded(vector));
          if (recording) await recorder.add(writeEmbeddingLine(key, id, vector));
        }
      }
      return { vectors: keys.map((key) => known(key) ?? []), ...(costUsd !== undefined && { costUsd }) };
    },
    close: async () => {
      await recorder.flush();
      await inner.close?.();
    },
  };
}

const notRecorded: ModelFailure = {
  failure: 'there is no recorded embedding of this text',
  hint: 'Record it: give record: missing where the embedding model can be reached, and commit the cassette.',
};

const noVector: ModelFailure = {
  failure: 'the endpoint gave no vector for a text',
  hint: 'Check that the model is an embedding model.',
};

function encoded(vector: Vector): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}

function decoded(text: string): Vector {
  const bytes = Buffer.from(text, 'base64');
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readFloatLE(index * 4));
}
