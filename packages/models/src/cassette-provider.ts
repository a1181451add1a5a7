// Recorded answers first, the endpoint for the rest: unchanged requests cost nothing, and forks need no key.
import { createHash } from 'node:crypto';
import {
  cassetteKeyOf,
  cassetteSchema,
  digestOf,
  readCassette,
  writeCassetteHeader,
  writeCassetteLine,
  type Cassette,
  type ModelProvider,
  type ModelReply,
  type Problem,
  type Read,
  type Workspace,
} from '@pawl/core';
import { maskSecrets } from '@pawl/wire';

export interface CassetteOptions {
  /** The first that has an answer gives it; new answers are appended to the first. */
  readonly cassettes: readonly string[];
  /** `none` replays only, `missing` asks for what is not recorded, `all` asks for everything anew. */
  readonly record: 'none' | 'missing' | 'all';
  readonly workspace: Workspace;
  /** Written into the header of a new cassette. */
  readonly model: string;
  /** Needed unless `record` is `none`. */
  readonly inner?: ModelProvider;
  /** Never written. */
  readonly secrets?: readonly string[];
  /** ISO 8601, for the header of a new cassette. */
  readonly now?: () => string;
}

/** New answers are written together, at this many and at the end: a stopped run loses few of them. */
const flushEvery = 50;

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
  const id = options.inner?.id ?? read[0]?.header.provider ?? 'openai';
  return { value: provider(id, read, options), problems };
}

function provider(id: string, cassettes: readonly Cassette[], options: CassetteOptions): ModelProvider {
  const { record, inner } = options;
  const recorder = new Recorder(id, options);
  return {
    id,
    complete: async (request) => {
      const key = digestOf(cassetteKeyOf(id, request), sha256);
      if (record !== 'all') {
        for (const { replies } of cassettes) {
          const reply = replies.get(key);
          if (reply !== undefined) return { ...(reply as Omit<ModelReply, 'reused'>), reused: true };
        }
      }
      if (record === 'none' || inner === undefined) {
        return {
          failure: 'there is no recorded answer to this request',
          hint: 'Record it: give base-url and record: missing where the endpoint can be reached, and commit the cassette.',
        };
      }
      const reply = await inner.complete(request);
      if (!('failure' in reply)) await recorder.add(key, reply);
      return reply;
    },
    close: async () => {
      await recorder.flush();
      await inner?.close?.();
    },
  };
}

/** Appends to the first cassette, one write at a time; the workspace replaces the file in one step. */
class Recorder {
  readonly #id: string;
  readonly #options: CassetteOptions;
  #lines: string[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(id: string, options: CassetteOptions) {
    this.#id = id;
    this.#options = options;
  }

  async add(key: string, reply: ModelReply): Promise<void> {
    const text = maskSecrets(reply.text, this.#options.secrets ?? []);
    this.#lines.push(writeCassetteLine(key, { ...reply, text }));
    if (this.#lines.length >= flushEvery) await this.flush();
  }

  async flush(): Promise<void> {
    const lines = this.#lines;
    const [path] = this.#options.cassettes;
    if (lines.length > 0 && path !== undefined) {
      this.#lines = [];
      this.#writing = this.#writing.then(() => this.#append(path, lines));
    }
    await this.#writing;
  }

  async #append(path: string, lines: readonly string[]): Promise<void> {
    const { workspace, model, now } = this.#options;
    const old = (await workspace.readText(path)) ?? '';
    const recordedAt = now?.();
    const header = writeCassetteHeader({
      schema: cassetteSchema,
      provider: this.#id,
      model,
      ...(recordedAt !== undefined && { recordedAt }),
    });
    const start = old.trim() === '' ? header : old.endsWith('\n') ? old : `${old}\n`;
    await workspace.write(path, start + lines.join(''));
  }
}
