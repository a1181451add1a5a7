// `cassette: store`: recorded answers kept with the runs instead of in committed files. A run keeps what it used and what
// it recorded among its results, and the next run of the suite goes on from there; a fork replays it without a key.
import { readCassette, writeCassetteHeader, type Outcome, type Sha256, type Workspace } from '@pawl/core';
import type { World } from './world.ts';

/** As users name it among their cassettes; a file of that name is written `./store`. */
export const storeCassette = 'store';

/** Results are files of 1 MB at most. */
const partCharacters = 300_000;
/** What is older is left out, and asked again when it is needed. */
const mostParts = 24;
/** Further back nobody looks: an answer of then is of another prompt. */
const runsLookedAt = 20;

export interface StoreCassette {
  readonly workspace: Workspace;
  /** The outcome with the recordings among its results. */
  kept(outcome: Outcome, sha256: Sha256): Outcome;
}

interface StoreCassetteSettings {
  /** Of the suite's runs; asked when the recording is first needed, since the suite itself may say it. */
  readonly name: () => string;
  /** A fork's run replays, and its recordings are never believed. */
  readonly trust: 'own' | 'fork';
  readonly sha256: Sha256;
}

export function openStoreCassette(
  { store, workspace }: Pick<World, 'store' | 'workspace'>,
  { name, trust, sha256 }: StoreCassetteSettings,
): StoreCassette {
  let text: string | undefined;
  let found: Promise<void> | undefined;
  const load = async (): Promise<void> => {
    text = await newestRecording(store, name());
  };
  const recording = async (): Promise<string | undefined> => {
    found ??= load();
    await found;
    return text;
  };
  const own = (path: string): boolean => path === storeCassette;
  const bytes = async (): Promise<Uint8Array | undefined> => {
    const now = await recording();
    return now === undefined ? undefined : new TextEncoder().encode(now);
  };
  return {
    workspace: {
      read: (path) => (own(path) ? bytes() : workspace.read(path)),
      readText: (path) => (own(path) ? recording() : workspace.readText(path)),
      list: (glob) => workspace.list(glob),
      fingerprint: async (path) => {
        if (!own(path)) return workspace.fingerprint(path);
        const data = await bytes();
        return data === undefined ? undefined : { digest: sha256(data), bytes: data.length };
      },
      resolve: (path) => workspace.resolve(path),
      write: async (path, data) => {
        if (!own(path)) return workspace.write(path, data);
        await recording();
        text = typeof data === 'string' ? data : new TextDecoder().decode(data);
      },
    },
    kept: (outcome, digest) => {
      if (text === undefined || trust === 'fork' || outcome.run === undefined) return outcome;
      const files = Object.fromEntries(parts(text).map((part, index) => [`cassette-${index + 1}.jsonl`, part]));
      const digests = Object.fromEntries(Object.entries(files).map(([file, part]) => [file, digest(part)]));
      return {
        ...outcome,
        results: { ...outcome.results, ...files },
        run: { ...outcome.run, results: { ...outcome.run.results, ...digests } },
      };
    },
  };
}

async function newestRecording(store: World['store'], name: string): Promise<string | undefined> {
  const runs = await store.list({ kind: 'prompt-regression', name, limit: runsLookedAt });
  for (const { id, trust } of runs) {
    if (trust === 'fork') continue;
    const found: string[] = [];
    for (let part = 1; part <= mostParts; part++) {
      const text = await store.readResult(id, `cassette-${part}.jsonl`);
      if (text === undefined) break;
      found.push(text);
    }
    if (found.length > 0) return joined(found);
  }
  return undefined;
}

/** The first part's header is that of all. */
const joined = ([first = '', ...others]: readonly string[]): string =>
  first + others.map((text) => text.slice(text.indexOf('\n') + 1)).join('');

/** Each a cassette of its own; the newest lines when they are too many. */
function parts(text: string): readonly string[] {
  const header = readCassette(text, storeCassette).value?.header;
  if (header === undefined) return [];
  const made: string[][] = [[]];
  let length = 0;
  for (const line of text.slice(text.indexOf('\n') + 1).split('\n')) {
    // An answer longer than a part is asked again.
    if (line === '' || line.length > partCharacters) continue;
    if (length + line.length > partCharacters && length > 0) {
      made.push([]);
      length = 0;
    }
    made.at(-1)?.push(`${line}\n`);
    length += line.length;
  }
  return made.slice(-mostParts).map((lines) => writeCassetteHeader(header) + lines.join(''));
}
