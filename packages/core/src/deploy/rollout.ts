// A rollout as a value: the replay of its operations. Whoever can read the store can go on with it.
import * as z from 'zod/mini';
import { Deployment } from '../formats/deployment.ts';
import type { Operation } from '../formats/run.ts';

/**
 * The states, each with those that may follow. `held` waits for a person (or for evidence that comes after
 * all); a promoted version can still be rolled back.
 */
export const transitions = {
  requested: ['gated', 'refused'],
  gated: ['staged', 'rolling-back'],
  staged: ['loaded', 'rolling-back'],
  loaded: ['verified', 'rolling-back'],
  verified: ['step', 'promoted', 'rolling-back'],
  step: ['step', 'held', 'promoted', 'rolling-back'],
  held: ['step', 'promoted', 'rolling-back'],
  promoted: ['rolling-back'],
  'rolling-back': ['rolled-back'],
  'rolled-back': [],
  refused: [],
} as const;
export type RolloutState = keyof typeof transitions;

const states = Object.keys(transitions) as [RolloutState, ...RolloutState[]];

/** Counts of one arm since a step began. */
const Counts = z.looseObject({ requests: z.number(), errors: z.number(), slow: z.number() });
export type Counts = z.infer<typeof Counts>;
const Pair = z.looseObject({ canary: Counts, stable: Counts });
export type Pair = z.infer<typeof Pair>;

/** Log e-values by guard name: `errors`, `latency`. */
const Evidence = z.record(z.string(), z.number());

/** What a step saw and how it ended. */
export const StepRecord = z.looseObject({
  step: z.number(),
  weight: z.number(),
  seconds: z.number(),
  counts: Pair,
  promote: Evidence,
  rollback: Evidence,
  decision: z.enum(['promote', 'rollback', 'inconclusive', 'continue', 'by-hand']),
  reason: z.string(),
});
export type StepRecord = z.infer<typeof StepRecord>;

const Served = z.looseObject({
  version: z.string(),
  /** Unknown when somebody else set the route up; its endpoint still tells where to send requests. */
  servedAs: z.optional(z.string()),
  endpoint: z.looseObject({ url: z.string(), path: z.optional(z.string()), model: z.optional(z.string()) }),
});
export type Served = z.infer<typeof Served>;

/** One transition: `Operation.data` of kind `rollout`. Every member but the first two is set when it becomes known. */
export const RolloutEvent = z.looseObject({
  /** 0, 1, 2 …: when two processes append the same number, the earlier operation holds and the later is void. */
  seq: z.int(),
  state: z.enum(states),
  /** Milliseconds since 1970. */
  time: z.optional(z.number()),
  name: z.optional(z.string()),
  commit: z.optional(z.string()),
  digest: z.optional(z.string()),
  version: z.optional(z.string()),
  /** The rules as they stood at the start: a rollout is judged by one policy to its end. */
  deployment: z.optional(Deployment),
  /** `forced` says why, `against` what spoke against it. */
  gate: z.optional(
    z.looseObject({ run: z.optional(z.string()), forced: z.optional(z.string()), against: z.optional(z.string()) }),
  ),
  /** What answered before, and answers again after a rollback. */
  previous: z.optional(Served),
  servedAs: z.optional(z.string()),
  proof: z.optional(z.array(z.looseObject({ name: z.string(), ok: z.boolean(), detail: z.string() }))),
  /** Index of the step that begins. */
  step: z.optional(z.int()),
  /** Milliseconds since 1970 when the step began. */
  since: z.optional(z.number()),
  /** The splitter's counts when the step began. */
  entry: z.optional(Pair),
  /** Rollback evidence of the finished steps: log e-values by guard, one for each ratio. */
  carried: z.optional(z.record(z.string(), z.array(z.number()))),
  finished: z.optional(StepRecord),
  reason: z.optional(z.string()),
});
export type RolloutEvent = z.infer<typeof RolloutEvent>;

export interface Moment {
  readonly state: RolloutState;
  /** ISO 8601. */
  readonly at: string;
  readonly event: RolloutEvent;
  readonly actor?: string;
}

export interface Rollout {
  readonly id: string;
  readonly seq: number;
  readonly state: RolloutState;
  readonly name: string;
  readonly commit: string;
  readonly digest: string;
  readonly deployment: Deployment;
  readonly version?: string;
  readonly gate?: NonNullable<RolloutEvent['gate']>;
  readonly previous?: Served;
  readonly servedAs?: string;
  readonly proof?: NonNullable<RolloutEvent['proof']>;
  /** −1 before the first. */
  readonly step: number;
  readonly since: number;
  readonly entry: Pair;
  readonly carried: Readonly<Record<string, readonly number[]>>;
  readonly finished: readonly StepRecord[];
  readonly reason?: string;
  readonly timeline: readonly Moment[];
}

export const noCounts: Counts = { requests: 0, errors: 0, slow: 0 };

export const isTerminal = (state: RolloutState): boolean =>
  state === 'promoted' || state === 'rolled-back' || state === 'refused';

/** Where a next tick would change nothing by itself, or only by evidence that arrives late. */
export const isResting = (state: RolloutState): boolean => isTerminal(state) || state === 'held';

/**
 * Folds a rollout's operations, in any order. A transition that the machine does not have, or whose number is
 * taken, is void: two processes that tick at once cannot make a rollout skip a step.
 * @returns undefined when there is no readable first operation
 */
export function replay(id: string, operations: readonly Operation[]): Rollout | undefined {
  const moments = operations
    .filter((operation) => operation.kind === 'rollout' && operation.about === id)
    .flatMap((operation) => {
      const event = RolloutEvent.safeParse(operation.data);
      return event.success ? [{ operation, event: event.data }] : [];
    })
    .toSorted((a, b) => a.event.seq - b.event.seq || (a.operation.id < b.operation.id ? -1 : 1));
  let rollout: Rollout | undefined;
  for (const { operation, event } of moments) {
    const moment: Moment = {
      state: event.state,
      at: operation.at,
      event,
      ...(operation.actor !== undefined && { actor: operation.actor }),
    };
    rollout = rollout === undefined ? begin(id, moment) : apply(rollout, moment);
  }
  return rollout;
}

function begin(id: string, moment: Moment): Rollout | undefined {
  const { seq, state, name, commit, digest, deployment, version, gate } = moment.event;
  if (seq !== 0 || state !== 'requested') return undefined;
  if (name === undefined || commit === undefined || digest === undefined || deployment === undefined) return undefined;
  return {
    id,
    seq,
    state,
    name,
    commit,
    digest,
    deployment,
    ...(version !== undefined && { version }),
    ...(gate !== undefined && { gate }),
    step: -1,
    since: 0,
    entry: { canary: noCounts, stable: noCounts },
    carried: {},
    finished: [],
    timeline: [moment],
  };
}

function apply(rollout: Rollout, moment: Moment): Rollout {
  const { event } = moment;
  const followers: readonly RolloutState[] = transitions[rollout.state];
  if (event.seq !== rollout.seq + 1 || !followers.includes(event.state)) return rollout;
  const { version, gate, previous, servedAs, proof, step, since, entry, carried, finished, reason } = event;
  return {
    ...rollout,
    seq: event.seq,
    state: event.state,
    ...(version !== undefined && { version }),
    ...(gate !== undefined && { gate }),
    ...(previous !== undefined && { previous }),
    ...(servedAs !== undefined && { servedAs }),
    ...(proof !== undefined && { proof }),
    ...(step !== undefined && { step }),
    ...(since !== undefined && { since }),
    ...(entry !== undefined && { entry }),
    ...(carried !== undefined && { carried }),
    ...(reason !== undefined && { reason }),
    // A step that was held and went on has one record, the later one.
    finished:
      finished === undefined
        ? rollout.finished
        : [...rollout.finished.filter((record) => record.step !== finished.step), finished],
    timeline: [...rollout.timeline, moment],
  };
}
