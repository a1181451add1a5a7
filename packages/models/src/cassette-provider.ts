// Recorded answers first, the endpoint for the rest: unchanged requests cost nothing, and forks need no key.
import { createHash } from 'node:crypto';
import {
  cassetteKeyOf,
  digestOf,
  readCassette,
  writeCassetteLine,
  type Cassette,
  type ModelFailure,
  type ModelProvider,
  type ModelReply,
  type ModelRequest,
  type Problem,
  type Read,
  type Workspace,
} from '@pawl/core';
import { CassetteRecorder } from './cassette-recorder.ts';
import { redactReply } from './redact.ts';

export interface CassetteOptions {
  /** The first that has an answer gives it; new answers are appended to the first. */
  readonly cassettes: readonly string[];
  /** `none` replays only, `missing` asks for what is not recorded, `all` asks for everything anew. */
  readonly record: 'none' | 'missing' | 'all';
  readonly workspace: Workspace;
  /** Written into the header of a new cassette. */
  readonly model: string;
  /** Part of the keys. Of the endpoint, unless given; without one, of the first cassette. */
  readonly id?: string;
  /** What older versions had for it. Nothing that they recorded is used; that it is there is told. */
  readonly formerId?: string;
  /** Digest of the gateway's configuration that answers came through: part of the keys, and of nothing else. */
  readonly through?: string;
  /** Needed unless `record` is `none`. */
  readonly inner?: ModelProvider;
  /** Never written. */
  readonly secrets?: readonly string[];
  /** Never written either: patterns with the flag `g`. */
  readonly redact?: readonly RegExp[];
  /** What is said where nothing is recorded and nobody may be asked. */
  readonly missing?: ModelFailure;
  /** ISO 8601, for the header of a new cassette. */
  readonly now?: () => string;
}

const sha256 = (data: string | Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;

/** Problems of corrupt cassettes; a cassette that is not there yet is an empty one when answers are recorded. */
export async function cassetteProvider(options: CassetteOptions): Promise<Read<ModelProvider>> {
  const read: Cassette[] = [];
  const problems: Problem[] = [];
  for (const path of options.cassettes) {
    const text = await options.workspace.readText(path);
    if (text === undefined) continue;
    const cassette = readCassette(text, path);
    problems.push(...cassette.problems);
    if (cassette.value !== undefined) read.push(cassette.value);
  }
  if (problems.length > 0) return { problems };
  // Without an endpoint the recording says which kind of provider its keys were made for.
  const id = options.id ?? options.inner?.id ?? read[0]?.header.provider ?? 'openai';
  return { value: provider(id, read, options), problems };
}

const recordedFormerly =
  'An answer is recorded without the address and the headers that the suite gives: it may be of another model and is not used.';
const onceMore = 'Record once more with record: missing, and commit the cassette.';

const notRecorded: ModelFailure = {
  failure: 'there is no recorded answer to this request',
  hint: 'Record it: give base-url and record: missing where the endpoint can be reached, and commit the cassette.',
};

function provider(id: string, cassettes: readonly Cassette[], options: CassetteOptions): ModelProvider {
  const { record, inner, workspace, model, now, secrets = [], redact } = options;
  const [path] = options.cassettes;
  const recorder = new CassetteRecorder({ provider: id, model, path, workspace, ...(now !== undefined && { now }) });
  const keyOf = (request: ModelRequest, by = id): string =>
    digestOf(cassetteKeyOf(options.through === undefined ? by : `${by} through ${options.through}`, request), sha256);
  const missing = (request: ModelRequest): ModelFailure => {
    const failure = options.missing ?? notRecorded;
    const formerly = options.formerId === undefined ? undefined : lookUp(keyOf(request, options.formerId));
    if (formerly === undefined) return failure;
    return { ...failure, hint: `${recordedFormerly} ${options.missing?.hint ?? onceMore}` };
  };
  const lookUp = (key: string): ModelReply | undefined => {
    if (record === 'all') return undefined;
    for (const { replies } of cassettes) {
      const reply = replies.get(key);
      if (reply !== undefined) return { ...(reply as Omit<ModelReply, 'reused'>), reused: true };
    }
    return undefined;
  };
  const redaction = { secrets, ...(redact !== undefined && { patterns: redact }) };
  return {
    id,
    ...(inner?.paced === true && { paced: true }),
    ...(inner?.listPrice !== undefined && { listPrice: inner.listPrice }),
    recorded: (request) => lookUp(keyOf(request)),
    complete: async (request) => {
      const key = keyOf(request);
      const known = lookUp(key);
      if (known !== undefined) return known;
      if (record === 'none' || inner === undefined) return missing(request);
      const reply = await inner.complete(request);
      if ('failure' in reply) return reply;
      // Judged is what is recorded, or the replay would be judged otherwise.
      const clean = redactReply(reply, redaction);
      await recorder.add(writeCassetteLine(key, clean));
      return clean;
    },
    close: async () => {
      await recorder.flush();
      await inner?.close?.();
    },
  };
}
