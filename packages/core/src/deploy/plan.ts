// What a start would do, without doing it.
import type { Deployment } from '../formats/deployment.ts';
import { requestsToPromote } from '../statistics/index.ts';
import type { Actors } from './actors.ts';
import type { Candidate } from './candidate.ts';
import { askGate } from './gate.ts';
import type { DeployInputs } from './inputs.ts';
import type { Rollout } from './rollout.ts';

export interface RolloutPlan {
  /** Absent when a start would register it. */
  readonly version?: string;
  readonly commit: string;
  readonly digest: string;
  /** The version that answers now. */
  readonly stable?: string;
  readonly gate: { readonly ok: boolean; readonly detail: string };
  /** A rollout that has not ended: a start goes on with it, or is refused. */
  readonly active?: string;
  readonly steps: readonly PlannedStep[];
}

export interface PlannedStep {
  readonly weight: number;
  /** Canary requests without a failure that promote. */
  readonly requests: number;
  readonly maxSeconds: number;
}

export async function planRollout(
  subject: {
    readonly candidate: Candidate;
    readonly deployment: Deployment;
    readonly inputs: DeployInputs;
    readonly last: Rollout | undefined;
  },
  actors: Actors,
): Promise<RolloutPlan> {
  const { candidate, deployment, inputs, last } = subject;
  const { requires } = deployment;
  const answer = requires.gate
    ? await askGate({ name: deployment.name, digest: candidate.digest, requires }, actors)
    : undefined;
  const route = (await actors.splitter.get(deployment.name))?.route;
  // Asked for nothing but an answer: a plan for a server that is away is no plan.
  await actors.target.served(deployment.name);
  return {
    commit: candidate.commit,
    digest: candidate.digest,
    ...(candidate.version !== undefined && { version: candidate.version }),
    ...(route !== undefined && { stable: route.stable.version }),
    gate: gateInWords(answer, inputs.force),
    ...(last !== undefined &&
      (last.state === 'step' || last.state === 'held') && {
        active: `${last.version ?? last.commit.slice(0, 7)} is ${last.state}`,
      }),
    steps: plannedSteps(deployment),
  };
}

/** Requests each step needs at best: the floor, or what the strictest guard's evidence takes. */
export function plannedSteps({ strategy, guards, alpha }: Deployment): readonly PlannedStep[] {
  const limits = [guards.errors.limit, ...(guards.latency === undefined ? [] : [guards.latency.limit])];
  const evidence = Math.max(...limits.map((limit) => requestsToPromote(limit, alpha.promote)));
  return strategy.steps.map((step) => ({
    weight: step.weight,
    requests: Math.max(step['min-requests'], evidence),
    maxSeconds: step['max-seconds'],
  }));
}

function gateInWords(
  answer: Awaited<ReturnType<typeof askGate>> | undefined,
  forced: string | undefined,
): RolloutPlan['gate'] {
  if (answer === undefined) return { ok: true, detail: 'the deployment file asks for none' };
  if ('run' in answer) return { ok: true, detail: `passed in run ${answer.run}` };
  if (forced !== undefined && answer.final !== true)
    return { ok: true, detail: `forced (${forced}), although ${answer.refusal}` };
  return { ok: false, detail: answer.refusal };
}
