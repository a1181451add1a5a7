// What is kept of an evaluation: the run's record, its result files and the command that repeats it.
import type { Report } from '../formats/report.ts';
import type { RunContext } from '../formats/run-context.ts';
import { runSchema } from '../formats/schema-names.ts';
import type { BaselineSource, Metric, Run, RunInput } from '../formats/run.ts';
import type { CorrectedDifference } from '../judges/index.ts';
import type { Compared, Decision } from './decide.ts';
import { routeMetrics, type GatewayRoutes } from './gateway/index.ts';
import type { Correction } from './label-correction.ts';
import { promptRegressionInputs, type PromptRegressionInputs } from './inputs.ts';
import type { PromptPolicy } from './policy.ts';
import type { CaseResult, SideResult } from './results.ts';
import { comparedOf } from './section.ts';
import { measuredOf } from './tally-round.ts';
import type { Usage } from './usage.ts';
import { cut } from './words.ts';

/** An answer's text in cases.jsonl. */
const textLimit = 2048;
/** The store takes results up to 1 MB: with many cases the texts are cut shorter. */
const fileLimit = 900_000;

/** The cases of one column; its label is written when there are several. */
export interface ColumnCases {
  readonly label?: string;
  readonly results: readonly CaseResult[];
  readonly routes?: GatewayRoutes;
  /** Names of the cases that are kept out of the judgement. */
  readonly quarantined?: ReadonlySet<string>;
}

/** One line per case and column: id, what it scored before and after, repeat by repeat where there are several, and both texts, cut. */
export function casesFile(columns: readonly ColumnCases[], metrics: readonly string[]): string {
  const count = columns.reduce((sum, { results }) => sum + results.length, 0);
  const limit = Math.min(textLimit, Math.max(40, Math.floor(fileLimit / Math.max(1, count) / 2) - 150));
  let text = '';
  for (const { label, results, routes, quarantined } of columns)
    for (const { case: item, before, after, unchanged, errors } of results) {
      const { id } = item;
      const line = {
        id,
        // Left out where there is one column.
        column: label,
        unchanged,
        quarantined: quarantined?.has(id) === true ? true : undefined,
        before: routed(sideLine(before, errors?.before, metrics, limit), routes?.before?.taken.get(id)),
        after: routed(sideLine(after, errors?.after, metrics, limit), routes?.after.taken.get(id)),
      };
      text += `${JSON.stringify(line)}\n`;
    }
  return text;
}

function sideLine(
  result: SideResult | undefined,
  error: string | undefined,
  metrics: readonly string[],
  limit: number,
): object | null {
  if (result === undefined) return error === undefined ? null : { pass: null, scores: {}, error: cut(error, limit) };
  const { pass, score, scores, output, repeats } = result;
  const [only, other] = repeats;
  // Members that are undefined are not written.
  const line = {
    pass,
    score: score === pass ? undefined : score,
    scores: Object.fromEntries(metrics.map((name, place) => [name, scores[place]])),
    text: cut(output, limit),
    cut: output.length > limit ? true : undefined,
  };
  return other === undefined
    ? Object.assign(line, measured(only))
    : { ...line, repeats: repeats.map((each) => ({ pass: Number(each.pass), score: each.score, ...measured(each) })) };
}

/** The models that a gateway chose: one, or one for each repeat. */
function routed(line: object | null, taken: readonly string[] | undefined): object | null {
  if (line === null || taken === undefined) return line;
  const [only] = taken;
  return { ...line, route: taken.every((each) => each === only) ? only : taken };
}

const measured = (repeat: SideResult['repeats'][number] | undefined): object => measuredOf(repeat ?? {});

/** What the record says of one column. */
export interface ColumnFacts {
  readonly label?: string;
  readonly decision: Decision;
  readonly usage: { readonly after: Usage; readonly before?: Usage };
  readonly derived: Readonly<Record<string, number>>;
  readonly routes?: GatewayRoutes;
  readonly correction?: Correction;
}

export interface RunFacts {
  readonly name: string;
  readonly digest: string;
  readonly model: string;
  readonly policy: PromptPolicy;
  /** `case` or `filter` left cases out. */
  readonly chosen: boolean;
  readonly columns: readonly ColumnFacts[];
  readonly baseline: BaselineSource;
  readonly inputs: readonly RunInput[];
  readonly costUsd: number | undefined;
  /** By metric, why its judges have no standing. */
  readonly uncertified: Readonly<Record<string, string>>;
}

export function runOf(
  facts: RunFacts,
  report: Report,
  results: Readonly<Record<string, string>>,
  context: RunContext,
): Run {
  const { policy, columns, costUsd } = facts;
  return {
    schema: runSchema,
    id: context.runId,
    kind: 'prompt-regression',
    name: facts.name,
    verdict: report.verdict,
    ...(report.advisory === true && { advisory: true }),
    uncertified: { ...facts.uncertified },
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
      ...(policy.maxRepeats !== undefined && { maxRepeats: policy.maxRepeats }),
      minCases: policy.minCases,
      // Of a part of the cases: it lets nothing go forward.
      ...(facts.chosen && { rows: 'inputs' }),
      ...(policy.threshold !== undefined && { threshold: policy.threshold }),
    },
    metrics: Object.assign({}, ...columns.map((column) => metricsOf(column, report, columns.length))) as Record<
      string,
      Metric
    >,
    results: Object.fromEntries(Object.entries(results).map(([file, text]) => [file, context.sha256(text)])),
    ...(costUsd !== undefined && { costUsd }),
  };
}

/** Of the only column by their names; of several each by its column's label too. */
function metricsOf(
  { label, decision, usage, derived, routes, correction }: ColumnFacts,
  report: Report,
  columns: number,
): Record<string, Metric> {
  const metrics: Record<string, Metric> = {};
  const { accuracy } = decision;
  if (accuracy !== undefined) {
    metrics['accuracy'] = { ...metricOf(accuracy), verdict: columns === 1 ? report.verdict : decision.verdict };
    for (const evaluator of comparedOf(decision).slice(1)) metrics[`score/${evaluator.name}`] = metricOf(evaluator);
    metrics['newly-wrong'] = { value: decision.newlyWrong.length, n: accuracy.n, direction: 'lower' };
    metrics['newly-right'] = { value: decision.newlyRight.length, n: accuracy.n, direction: 'higher' };
  }
  for (const { name, n, after, before, ratio, low, high } of decision.ratios ?? [])
    metrics[`ratio/${name.replace(/\W+/g, '-')}`] = {
      value: after,
      baseline: before,
      n,
      difference: ratio - 1,
      interval: [low - 1, high - 1],
      level: 0.95,
      direction: 'lower',
    };
  for (const { score, events, n, atMost } of decision.safety ?? [])
    metrics[`safety/${score}`] = {
      value: n === 0 ? 0 : events / n,
      n,
      interval: [0, atMost],
      level: 0.95,
      direction: 'lower',
    };
  if (decision.flaky !== undefined) metrics['flaky'] = { value: decision.flaky.length, direction: 'lower' };
  for (const [name, value] of Object.entries(derived)) metrics[`derived/${name}`] = { value };
  const add = (name: string, unit: string, read: (side: Usage) => number | undefined): void => {
    const value = read(usage.after);
    if (value === undefined) return;
    const baseline = usage.before === undefined ? undefined : read(usage.before);
    metrics[name] = { value, unit, direction: 'lower', ...(baseline !== undefined && { baseline }) };
  };
  const times = [
    ['latency', 'latency'],
    ['first-token', 'firstToken'],
    ['between-tokens', 'betweenTokens'],
  ] as const;
  for (const [name, key] of times) {
    add(`${name}-median`, 'ms', (side) => side[key]?.median);
    add(`${name}-p95`, 'ms', (side) => side[key]?.p95);
  }
  add('cost', 'USD', (side) => side.costUsd);
  add('cost-per-case', 'USD', (side) => (side.costUsd === undefined ? undefined : side.costUsd / side.answers));
  add('tokens-in', 'tokens', (side) => side.tokens?.prompt);
  add('tokens-out', 'tokens', (side) => side.tokens?.completion);
  if (routes !== undefined) Object.assign(metrics, routeMetrics(routes));
  if (correction?.corrected !== undefined)
    metrics[`corrected/${correction.name}`] = correctedMetric(correction.corrected);
  if (label === undefined) return metrics;
  return Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [`${name} [${label}]`, metric]));
}

function metricOf({ n, after, before, judgement }: Compared): Metric {
  if (before === undefined || judgement === undefined) return { value: after, n, direction: 'higher' };
  const { difference, low, high } = judgement.shown;
  return { value: after, n, baseline: before, difference, interval: [low, high], level: 0.95, direction: 'higher' };
}

/** By people's labels: what they would say of all cases. */
function correctedMetric({ after, before, difference }: CorrectedDifference): Metric {
  const { mean, low, high, n } = difference;
  const sides = { value: after.mean, baseline: before.mean, difference: mean };
  return { ...sides, n, interval: [low, high], level: 0.95, direction: 'higher' };
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
