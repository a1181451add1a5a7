// What is kept of an evaluation: the run's record, its result files and the command that repeats it.
import type { Report } from '../formats/report.ts';
import type { RunContext } from '../formats/run-context.ts';
import { runSchema, type BaselineSource, type Metric, type Run, type RunInput } from '../formats/run.ts';
import type { Compared, Decision } from './decide.ts';
import { promptRegressionInputs, type PromptRegressionInputs } from './inputs.ts';
import type { PromptPolicy } from './plan.ts';
import type { CaseResult, SideResult, Usage } from './results.ts';
import { cut } from './words.ts';

/** An answer's text in cases.jsonl. */
const textLimit = 2048;
/** The store takes results up to 1 MB: with many cases the texts are cut shorter. */
const fileLimit = 900_000;

/** One line per case: id, pass before and after, scores by evaluator, and both texts, cut. */
export function casesFile(results: readonly CaseResult[], evaluators: readonly string[]): string {
  const limit = Math.min(textLimit, Math.max(40, Math.floor(fileLimit / Math.max(1, results.length) / 2) - 150));
  const side = (result: SideResult | undefined): object | null =>
    result === undefined
      ? null
      : {
          pass: result.pass,
          scores: Object.fromEntries(evaluators.map((name, index) => [name, result.scores[index] ?? null])),
          text: cut(result.output, limit),
          ...(result.output.length > limit && { cut: true }),
        };
  return results
    .map(({ case: { id }, before, after, unchanged }) =>
      JSON.stringify({ id, unchanged, before: side(before), after: side(after) }),
    )
    .map((line) => `${line}\n`)
    .join('');
}

export interface RunFacts {
  readonly name: string;
  readonly digest: string;
  readonly model: string;
  readonly policy: PromptPolicy;
  readonly decision: Decision;
  readonly baseline: BaselineSource;
  readonly inputs: readonly RunInput[];
  readonly usage: { readonly after: Usage; readonly before?: Usage };
  readonly costUsd: number | undefined;
}

export function runOf(
  facts: RunFacts,
  report: Report,
  results: Readonly<Record<string, string>>,
  context: RunContext,
): Run {
  const { policy, decision, costUsd } = facts;
  return {
    schema: runSchema,
    id: context.runId,
    kind: 'prompt-regression',
    name: facts.name,
    verdict: report.verdict,
    ...(report.advisory === true && { advisory: true }),
    headline: report.headline,
    startedAt: context.startedAt,
    endedAt: context.endedAt(),
    origin: context.origin,
    subject: { name: facts.name, digest: facts.digest },
    baseline: facts.baseline,
    inputs: [...facts.inputs],
    params: {
      model: facts.model,
      margin: policy.margin,
      repeats: policy.repeats,
      minCases: policy.minCases,
      ...(policy.threshold !== undefined && { threshold: policy.threshold }),
    },
    metrics: metricsOf(decision, facts.usage, report),
    results: Object.fromEntries(Object.entries(results).map(([file, text]) => [file, context.sha256(text)])),
    ...(costUsd !== undefined && { costUsd }),
  };
}

function metricsOf(decision: Decision, usage: RunFacts['usage'], report: Report): Record<string, Metric> {
  const metrics: Record<string, Metric> = {};
  const { accuracy, evaluators } = decision;
  if (accuracy !== undefined) {
    metrics['accuracy'] = { ...metricOf(accuracy), verdict: report.verdict };
    if (evaluators.length > 1)
      for (const evaluator of evaluators) metrics[`score/${evaluator.name}`] = metricOf(evaluator);
    metrics['newly-wrong'] = { value: decision.newlyWrong.length, n: accuracy.n, direction: 'lower' };
    metrics['newly-right'] = { value: decision.newlyRight.length, n: accuracy.n, direction: 'higher' };
  }
  const add = (name: string, unit: string, read: (side: Usage) => number | undefined): void => {
    const value = read(usage.after);
    if (value === undefined) return;
    const baseline = usage.before === undefined ? undefined : read(usage.before);
    metrics[name] = { value, unit, direction: 'lower', ...(baseline !== undefined && { baseline }) };
  };
  add('latency-median', 'ms', (side) => side.latency?.median);
  add('latency-p95', 'ms', (side) => side.latency?.p95);
  add('cost', 'USD', (side) => side.costUsd);
  return metrics;
}

function metricOf({ n, after, before, judgement }: Compared): Metric {
  if (before === undefined || judgement === undefined) return { value: after, n, direction: 'higher' };
  const { difference, low, high } = judgement.shown;
  return { value: after, n, baseline: before, difference, interval: [low, high], level: 0.95, direction: 'higher' };
}

/** `pawl eval …` with every input that is not its default. No secret can be in it: keys are named, never given. */
export function reproduceCommand(inputs: PromptRegressionInputs, baseline: BaselineSource): string {
  const words = ['pawl', 'eval', quoted(inputs.prompt)];
  for (const [name, value] of Object.entries(inputs)) {
    if (value === undefined || name === 'prompt') continue;
    const spec = promptRegressionInputs[name as keyof typeof promptRegressionInputs];
    const text = Array.isArray(value) ? value.join(',') : String(value);
    if (text === '' || ('default' in spec && text === spec.default)) continue;
    words.push(...(value === true ? [`--${name}`] : [`--${name}`, quoted(text)]));
  }
  // On a laptop "auto" may find something else; the commit that was compared with does not move.
  if (inputs.baseline === 'auto' && baseline.source === 'merge-base' && baseline.commit !== undefined)
    words.push('--baseline', baseline.commit);
  return words.join(' ');
}

const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
