// Where costs and variants meet the gate: metrics beside the task's own, and what is told of a variant.
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { RunContext } from '../formats/run-context.ts';
import type { ModelScorer } from '../ports/model-scorer.ts';
import type { Baseline } from './baseline.ts';
import type { CandidateFiles } from './candidate.ts';
import type { MetricEvidence } from './decide.ts';
import { costEvidence } from './resources-evidence.ts';
import { fedAs, type RunModel, type RunModels } from './resources-models.ts';
import { measureCosts } from './resources.ts';
import type { TaskEvidence } from './task.ts';
import { outputDifference, variantBlocks } from './variant-outputs.ts';

export interface Told {
  readonly evidence: TaskEvidence;
  readonly more: readonly MetricEvidence[];
}

export interface RanModels {
  readonly policy: GatePolicy;
  readonly candidate: CandidateFiles;
  readonly baseline: Baseline;
  readonly runs: RunModels;
  readonly seed: number;
  readonly context: RunContext;
}

/** The candidate as the gate ran it; undefined where its predictions were read instead. */
export const candidateRun = ({ candidate, runs }: Pick<RanModels, 'candidate' | 'runs'>): RunModel | undefined =>
  candidate.predictions === undefined && candidate.path !== undefined ? runs.models.get(candidate.path) : undefined;

/**
 * Measures what running the models costs, as far as budgets ask, and everything about a variant: a model whose
 * baseline is the file of another one.
 */
export async function withCosts(scorer: ModelScorer, evidence: TaskEvidence, ran: RanModels): Promise<Told> {
  const { policy, candidate, baseline, runs, seed, context } = ran;
  const original = baseline.state === 'present' && baseline.model !== undefined ? baseline : undefined;
  const [run, other] = [candidateRun(ran), original === undefined ? undefined : runs.models.get(original.path)];
  const everything = run !== undefined && other !== undefined && original?.source.source === 'file';
  const costs = await measureCosts(scorer, {
    policy,
    candidate: run,
    // Production's answers may be kept from an earlier run; what it costs is measured beside the candidate all the same.
    baseline:
      other ?? (run && original?.model && (await fedAs(run, { name: original.path, bytes: original.model }, scorer))),
    candidateBytes: candidate.inputs.find(({ role }) => role === 'model')?.bytes,
    compared: evidence.compared,
    everything,
    seed,
    progress: context.progress,
  });
  const more = costEvidence(policy, costs);
  if (!everything) return { evidence, more };
  const blocks = variantBlocks(outputDifference(run.scores, other.scores, evidence), costs);
  return { evidence: { ...evidence, examples: (against) => [...blocks, ...evidence.examples(against)] }, more };
}
