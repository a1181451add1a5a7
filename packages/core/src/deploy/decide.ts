// Pure: a step's counts → continue, promote, roll back, or "could not tell in time".
import type { Deployment } from '../formats/deployment.ts';
import {
  addLogs,
  logAboveLimit,
  logBelowLimit,
  logFailureRace,
  logMean,
  requestsToPromote,
  type BadCounts,
} from '../statistics/index.ts';
import type { Pair } from './rollout.ts';

/** Five failures in a row need no statistics. */
const consecutiveTrip = 5;
/** A canary this many times slower than stable is broken, not slow. */
const slownessTrip = 10;
/** Fewer canary requests say nothing about a quantile. */
const slownessFloor = 20;

/** Latency varies more than failure does; a tenth above stable is no harm. */
const tolerances = { errors: 1, latency: 1.1 } as const;

export type Decision = 'continue' | 'promote' | 'rollback' | 'inconclusive';

export interface StepView {
  readonly deployment: Pick<Deployment, 'strategy' | 'guards' | 'alpha'>;
  /** Index of the step. */
  readonly step: number;
  /** Since the step began. */
  readonly seconds: number;
  readonly counts: Pair;
  /** Rollback evidence of earlier steps, by guard. */
  readonly carried: Readonly<Record<string, readonly number[]>>;
  readonly health: StepHealth;
}

/** What needs no statistics. */
export interface StepHealth {
  /** False when the server says the canary is no longer served. */
  readonly ready: boolean;
  readonly consecutiveErrors: { readonly canary: number; readonly stable: number };
  /** Milliseconds. */
  readonly p95: { readonly canary?: number; readonly stable?: number };
}

export interface StepDecision {
  readonly decision: Decision;
  readonly reason: string;
  /** Log e-values by guard, against "at or above the limit". */
  readonly promote: Readonly<Record<string, number>>;
  /** Log e-values by guard, against "no worse than stable"; all steps so far. */
  readonly rollback: Readonly<Record<string, number>>;
  /** The same by ratio: what the next step carries on with. */
  readonly carried: Readonly<Record<string, readonly number[]>>;
}

/**
 * Order: hard trips, rollback evidence, promotion, time. Rollback errs with at most `alpha.rollback` over the
 * whole rollout (Bonferroni over the guards, Ville over all looks and steps); promotion past a step errs with
 * at most `alpha.promote` at that step, since every guard must show it. No traffic never promotes.
 */
export function decideStep(view: StepView): StepDecision {
  const rule = view.deployment.strategy.steps[view.step];
  if (rule === undefined) throw new RangeError(`there is no step ${view.step}`);
  const guards = guardsOf(view);
  const evidence = evidenceOf(view, guards);
  const answer = (decision: Decision, reason: string): StepDecision => ({ decision, reason, ...evidence });

  const trip = hardTrip(view);
  if (trip !== undefined) return answer('rollback', trip);

  const { alpha } = view.deployment;
  const worst = guards.find(({ name }) => (evidence.rollback[name] ?? 0) >= Math.log(guards.length / alpha.rollback));
  if (worst !== undefined) return answer('rollback', harmSentence(view, worst));

  const asked = rule['min-requests'];
  const seen = view.counts.canary.requests;
  const unproven = guards.find(({ name }) => (evidence.promote[name] ?? 0) < Math.log(1 / alpha.promote));
  if (seen >= asked && unproven === undefined) {
    return answer('promote', `${count(seen, 'request')} at ${rule.weight} %: every guard is below its limit`);
  }
  const lacking =
    unproven === undefined || seen < asked
      ? `${seen} of at least ${Math.max(asked, ...guards.map(({ limit }) => requestsToPromote(limit, alpha.promote)))} requests`
      : `${unproven.title} of ${percent(unproven.canary)} is not yet surely below ${percent1(unproven.limit)}`;
  if (view.seconds >= rule['max-seconds']) {
    return answer('inconclusive', `${lacking} after ${Math.round(view.seconds)} s at ${rule.weight} %`);
  }
  return answer('continue', lacking);
}

interface Guard {
  readonly name: 'errors' | 'latency';
  readonly title: string;
  readonly limit: number;
  readonly canary: BadCounts;
  readonly stable: BadCounts;
}

function guardsOf({ deployment, counts }: StepView): readonly Guard[] {
  const { errors, latency } = deployment.guards;
  const { canary, stable } = counts;
  return [
    {
      name: 'errors',
      title: 'an error rate',
      limit: errors.limit,
      canary: { requests: canary.requests, bad: canary.errors },
      stable: { requests: stable.requests, bad: stable.errors },
    },
    ...(latency === undefined
      ? []
      : [
          {
            name: 'latency' as const,
            title: `a share slower than ${latency['objective-ms']} ms`,
            limit: latency.limit,
            canary: { requests: canary.requests, bad: canary.slow },
            stable: { requests: stable.requests, bad: stable.slow },
          },
        ]),
  ];
}

function evidenceOf(view: StepView, guards: readonly Guard[]): Pick<StepDecision, 'promote' | 'rollback' | 'carried'> {
  const weight = (view.deployment.strategy.steps[view.step]?.weight ?? 0) / 100;
  const { canary, stable } = view.counts;
  const total = canary.requests + stable.requests;
  // The larger of nominal and observed share is the conservative one; sticky users make them differ.
  const share = Math.max(weight, total === 0 ? 0 : canary.requests / total);
  const carried = Object.fromEntries(
    guards.map((guard) => [
      guard.name,
      addLogs(
        view.carried[guard.name] ?? [],
        weight < 1
          ? logFailureRace({ canary: guard.canary.bad, stable: guard.stable.bad }, share, tolerances[guard.name])
          : logAboveLimit(guard.canary, guard.limit),
      ),
    ]),
  );
  return {
    carried,
    rollback: Object.fromEntries(guards.map(({ name }) => [name, logMean(carried[name] ?? [0])])),
    promote: Object.fromEntries(guards.map(({ name, canary, limit }) => [name, logBelowLimit(canary, limit)])),
  };
}

function hardTrip({ health, counts, deployment }: StepView): string | undefined {
  if (!health.ready) return 'the server no longer serves it';
  const { canary, stable } = health.consecutiveErrors;
  // When stable fails as well, the server is down for both, and taking the canary away would prove nothing.
  if (canary >= consecutiveTrip && stable < consecutiveTrip) return `${canary} requests in a row failed`;
  const slow = health.p95.canary ?? 0;
  const objective = deployment.guards.latency?.['objective-ms'] ?? 0;
  if (
    health.p95.stable !== undefined &&
    counts.canary.requests >= slownessFloor &&
    counts.stable.requests >= slownessFloor &&
    slow > slownessTrip * health.p95.stable &&
    slow > objective
  ) {
    return `it is ${Math.round(slow / health.p95.stable)} times slower (95 % within ${Math.round(slow)} ms, stable ${Math.round(health.p95.stable)} ms)`;
  }
  return undefined;
}

function harmSentence(view: StepView, guard: Guard): string {
  const what = guard.name === 'errors' ? 'failed' : 'were too slow';
  const against =
    guard.stable.requests === 0 ? `the limit is ${percent1(guard.limit)}` : `${percent(guard.stable)} of stable's`;
  const earlier = view.step > 0 ? ', counting the evidence of earlier steps' : '';
  return `${guard.canary.bad} of its ${count(guard.canary.requests, 'request')} ${what} (${against})${earlier}`;
}

const percent1 = (share: number): string => `${Number((share * 100).toFixed(2))} %`;
const percent = ({ bad, requests }: BadCounts): string => (requests === 0 ? '0 %' : percent1(bad / requests));
const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
