// Outcomes: the report, and the run that the store keeps of it.
import type { Outcome } from '../formats/outcome.ts';
import type { Problem } from '../formats/problem.ts';
import { reportSchema } from '../formats/schema-names.ts';
import type { Report } from '../formats/report.ts';
import { runSchema } from '../formats/schema-names.ts';
import type { Metric, Run } from '../formats/run.ts';
import type { Deployment } from '../formats/deployment.ts';
import type { RunContext } from '../formats/run-context.ts';
import type { DeployInputs } from './inputs.ts';
import type { RolloutPlan } from './plan.ts';
import type { Rollout } from './rollout.ts';
import { totals } from './rollout-words.ts';
import { planReport, rolloutReport } from './section.ts';

export interface Subject {
  readonly request: { readonly inputs: DeployInputs; readonly context: RunContext };
  readonly name: string;
  readonly deployment?: { readonly text: string; readonly value: Deployment };
}

/** @param usage true when the user's own files or inputs are wrong */
export function problemOutcome(subject: Subject, problems: readonly Problem[], usage: boolean): Outcome {
  const first = problems.find(({ severity }) => severity === 'error') ?? problems[0];
  const report: Report = {
    schema: reportSchema,
    kind: 'deploy',
    name: subject.name,
    verdict: 'error',
    headline: `nothing was rolled out: ${(first?.message ?? 'for no known reason').replace(/\.$/, '')}`,
    comparison: '',
    n: null,
    blocks: [],
    findings: [],
    problems: problems.map((problem) => ({ ...problem })),
    footer: { reproduce: reproduce(subject) },
  };
  if (usage) return { report, results: {}, usage };
  return { report, run: runOf(subject, report), results: resultsOf(report), usage };
}

export function planOutcome(subject: Subject, plan: RolloutPlan, problems: readonly Problem[]): Outcome {
  const report = planReport(subject.name, plan, { problems, reproduce: reproduce(subject) });
  return { report, results: resultsOf(report), usage: false };
}

/** @param changed false when nothing happened that the store does not know: then there is no run */
export function rolloutOutcome(
  subject: Subject,
  rollout: Rollout,
  { changed, problems }: { readonly changed: boolean; readonly problems: readonly Problem[] },
): Outcome {
  const report = rolloutReport(rollout, { problems, reproduce: reproduce(subject) });
  const timeline = rollout.timeline.map(({ at, actor, event }) => JSON.stringify({ at, actor, ...event }));
  const results = { ...resultsOf(report), 'timeline.jsonl': `${timeline.join('\n')}\n` };
  if (!changed) return { report, results, usage: false };
  return { report, run: { ...runOf(subject, report), ...rolloutFields(rollout) }, results, usage: false };
}

function rolloutFields(rollout: Rollout): Pick<Run, 'subject' | 'baseline' | 'metrics' | 'params'> {
  const { id, state, digest, version, previous, name, finished, gate } = rollout;
  const canary = totals(finished);
  const stable = totals(finished, 'stable');
  const share = ({ requests, errors }: typeof canary): number | null => (requests === 0 ? null : errors / requests);
  const metrics: Record<string, Metric> = {
    'canary-requests': { value: canary.requests },
    'error-rate': { value: share(canary), n: canary.requests, baseline: share(stable), direction: 'lower' },
  };
  return {
    subject: { name, digest, ...(version !== undefined && { version }) },
    baseline: previous === undefined ? { source: 'none' } : { source: 'version', name, version: previous.version },
    metrics: finished.length === 0 ? {} : metrics,
    params: {
      rollout: id,
      state,
      ...(version !== undefined && { version }),
      ...(gate?.run !== undefined && { gate: gate.run }),
      ...(gate?.forced !== undefined && { forced: gate.forced }),
    },
  };
}

function runOf({ request, name, deployment }: Subject, report: Report): Run {
  const { context, inputs } = request;
  return {
    schema: runSchema,
    id: context.runId,
    kind: 'deploy',
    name,
    verdict: report.verdict,
    headline: report.headline,
    startedAt: context.startedAt,
    endedAt: context.endedAt(),
    origin: context.origin,
    inputs:
      deployment === undefined
        ? []
        : [{ role: 'deployment', path: inputs.deployment, digest: context.sha256(deployment.text) }],
    params: { command: inputs.command },
    metrics: {},
    results: {},
  };
}

const resultsOf = (report: Report): Record<string, string> => ({
  'report.json': `${JSON.stringify(report, null, 2)}\n`,
});

const reproduce = ({ request: { inputs } }: Subject): string => `pawl deploy status --deployment ${inputs.deployment}`;
