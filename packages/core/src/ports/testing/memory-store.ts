// The Store port in memory: same promises as the Git store, held by the same contract suite.
import { canonicalJson, type Sha256 } from '../../formats/canonical.ts';
import { Operation, Run, summaryOf } from '../../formats/run.ts';
import { isUlid } from '../../formats/ulid.ts';
import type { Bundle, Store, StoredRun } from '../store.ts';
import { selectRuns } from '../../runs/select.ts';
import { fakeContext } from './fake-context.ts';

/** Stores opened with the same world see the same records, as two clones of one repository do. */
export interface MemoryWorld {
  readonly folded: Map<string, Kept>;
  readonly inbox: Map<string, Kept>;
}

type Kept = { readonly run: StoredRun } | { readonly operation: Operation };

export const memoryWorld = (): MemoryWorld => ({ folded: new Map(), inbox: new Map() });

export function memoryStore(world: MemoryWorld = memoryWorld(), sha256: Sha256 = fakeContext().sha256): Store {
  const find = (id: string): Kept | undefined => world.folded.get(id) ?? firstInbox(world, id);
  const all = (): readonly Kept[] => [
    ...new Map([...world.inbox.values(), ...world.folded.values()].map((kept) => [idOf(kept), kept])).values(),
  ];
  return {
    add: async (bundle) => {
      const kept = keep(bundle, sha256);
      for (const one of kept) world.inbox.set(`${idOf(one)} ${canonicalJson(one)}`, one);
      return { kept: 'local', ref: `memory/${idOf(kept[0])}` };
    },
    list: async (query = {}) => {
      const runs = all().flatMap((kept) => ('run' in kept ? [summaryOf(kept.run.run)] : []));
      const hidden = all().flatMap((kept) =>
        'operation' in kept && kept.operation.kind === 'tombstone' ? [kept.operation.about] : [],
      );
      const selection = selectRuns(query, new Set(hidden));
      return runs.toSorted((a, b) => (a.id < b.id ? 1 : -1)).filter((run) => selection.takes(run));
    },
    read: async (id) => {
      const kept = find(id);
      return kept !== undefined && 'run' in kept ? structuredClone(kept.run.run) : undefined;
    },
    readResult: async (id, file) => {
      const kept = find(id);
      return kept !== undefined && 'run' in kept && Object.hasOwn(kept.run.results, file)
        ? kept.run.results[file]
        : undefined;
    },
    operations: async (about) =>
      all()
        .flatMap((kept) =>
          'operation' in kept && kept.operation.about === about ? [structuredClone(kept.operation)] : [],
        )
        .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    compact: async ({ atLeast = 0 } = {}) => {
      if (world.inbox.size < atLeast) return { folded: 0, quarantined: 0 };
      const folded = world.inbox.size;
      let quarantined = 0;
      for (const kept of world.inbox.values()) {
        const first = world.folded.get(idOf(kept));
        if (first === undefined) world.folded.set(idOf(kept), kept);
        else if (canonicalJson(first) !== canonicalJson(kept)) quarantined += 1;
      }
      world.inbox.clear();
      return { folded, quarantined };
    },
  };
}

const idOf = (kept: Kept | undefined): string =>
  kept === undefined ? '' : 'run' in kept ? kept.run.run.id : kept.operation.id;

const firstInbox = (world: MemoryWorld, id: string): Kept | undefined =>
  [...world.inbox.values()].find((kept) => idOf(kept) === id);

function keep({ runs, operations }: Bundle, sha256: Sha256): readonly Kept[] {
  if (runs.length + operations.length === 0) throw new Error('There is nothing to store.');
  return [
    ...runs.map(({ run, results }): Kept => {
      if (!isUlid(run.id) || !Run.safeParse(run).success) throw new Error(`Run ${run.id} cannot be stored.`);
      const digests = Object.fromEntries(Object.entries(results).map(([file, text]) => [file, sha256(text)]));
      for (const [file, digest] of Object.entries(digests)) {
        if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(file)) throw new Error(`${file} cannot be a result's name.`);
        if ((run.results[file] ?? digest) !== digest) throw new Error(`Result ${file} is not what its digest says.`);
        if (new TextEncoder().encode(results[file]).length > 1_000_000) throw new Error(`Result ${file} is over 1 MB.`);
      }
      return { run: structuredClone({ run: { ...run, results: { ...run.results, ...digests } }, results }) };
    }),
    ...operations.map((operation): Kept => {
      if (!Operation.safeParse(operation).success) throw new Error(`Operation ${operation.id} cannot be stored.`);
      return { operation: structuredClone(operation) };
    }),
  ];
}
