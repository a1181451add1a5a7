// A rollout's operations in the store: the only place where its state lives.
import type { Operation } from '../formats/run.ts';
import { isoTime } from '../formats/time.ts';
import type { Clock, IdSource } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { replay, type Rollout, type RolloutEvent } from './rollout.ts';

export interface Journal {
  read(id: string): Promise<Rollout | undefined>;
  /** Newest first. */
  recent(name: string, limit: number): Promise<readonly Rollout[]>;
  begin(event: Partial<RolloutEvent>): Promise<Rollout>;
  /** @returns the rollout as the store has it afterwards: another process may have been first */
  append(rollout: Rollout, event: Partial<RolloutEvent>): Promise<Rollout>;
}

export interface JournalPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly actor: string | undefined;
}

export function openJournal({ store, clock, ids, actor }: JournalPorts): Journal {
  const operation = (about: string, data: Record<string, unknown>): Operation => ({
    schema: 'pawl.op/1',
    id: ids.next(),
    kind: 'rollout',
    about,
    at: isoTime(clock.now()),
    ...(actor !== undefined && { actor }),
    data,
  });
  const read = async (id: string): Promise<Rollout | undefined> => replay(id, await store.operations(id));
  const reread = async (id: string): Promise<Rollout> => {
    const rollout = await read(id);
    if (rollout === undefined) throw new Error(`The store does not give back rollout ${id}.`);
    return rollout;
  };
  return {
    read,
    recent: async (name, limit) => {
      const pointers = await store.operations(aboutDeployment(name));
      const ids = pointers.flatMap(({ data }) => (typeof data['rollout'] === 'string' ? [data['rollout']] : []));
      const rollouts = await Promise.all([...new Set(ids)].slice(-limit).toReversed().map(read));
      return rollouts.filter((rollout) => rollout !== undefined);
    },
    begin: async (event) => {
      const id = ids.next();
      const operations = [
        operation(aboutDeployment(String(event.name)), { rollout: id }),
        operation(id, { ...event, seq: 0, state: 'requested', time: clock.now() }),
      ];
      await store.add({ runs: [], operations });
      return reread(id);
    },
    append: async (rollout, event) => {
      await store.add({
        runs: [],
        operations: [operation(rollout.id, { ...event, seq: rollout.seq + 1, time: clock.now() })],
      });
      return reread(rollout.id);
    },
  };
}

/** Under this name lies the list of a deployment's rollouts. */
const aboutDeployment = (name: string): string => `deployment/${name}`;
