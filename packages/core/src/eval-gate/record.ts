// The run that the store keeps of a gate: what deploy and the registry ask for.
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Report } from '../formats/report.ts';
import type { RunContext } from '../formats/run-context.ts';
import { runSchema } from '../formats/schema-names.ts';
import type { BaselineSource, Metric, Run, RunInput } from '../formats/run.ts';
import { shownLevel } from '../statistics/difference-estimate.ts';
import type { GateJudgement, MetricJudgement } from './decide.ts';

export interface GateRecord {
  readonly policy: GatePolicy;
  readonly report: Report;
  readonly context: RunContext;
  /** Digest of the model file, or of the predictions where only they were given. */
  readonly subject?: string;
  readonly baseline?: BaselineSource;
  readonly inputs: readonly RunInput[];
  readonly params: Run['params'];
  readonly judgement?: GateJudgement;
  readonly rows?: number;
  readonly results: Readonly<Record<string, string>>;
}

export function gateRun(record: GateRecord): Run {
  const { policy, report, context, subject, baseline, judgement, results } = record;
  return {
    schema: runSchema,
    id: context.runId,
    kind: 'eval-gate',
    name: policy.name,
    verdict: report.verdict,
    ...(policy.advisory && { advisory: true }),
    headline: report.headline,
    startedAt: context.startedAt,
    endedAt: context.endedAt(),
    origin: context.origin,
    ...(subject !== undefined && { subject: { name: policy.name, digest: subject } }),
    ...(baseline !== undefined && { baseline }),
    inputs: [...record.inputs],
    params: {
      ...record.params,
      ...(policy.override !== undefined && { override: policy.override.by.join(', ') }),
    },
    metrics: Object.fromEntries(
      (judgement?.metrics ?? []).map((metric) => [metric.name, metricOf(metric, record.rows)]),
    ),
    results: Object.fromEntries(Object.entries(results).map(([file, text]) => [file, context.sha256(text)])),
  };
}

function metricOf(metric: MetricJudgement, rows: number | undefined): Metric {
  const { traits, candidate, baseline, difference, verdict, power } = metric;
  return {
    value: candidate.value,
    direction: traits.direction,
    ...(rows !== undefined && { n: rows }),
    ...(baseline !== undefined && { baseline: baseline.value }),
    ...(difference !== undefined && {
      difference: difference.difference,
      interval: [difference.shown[0], difference.shown[1]] as [number, number],
      level: shownLevel,
    }),
    ...(verdict !== undefined && { verdict }),
    ...(power !== undefined && { smallestLoss: power.loss, smallestGain: power.gain }),
  };
}
