// The use case: a suite against its baseline, on the same cases, to a verdict.
import type { EvalSuite } from '../formats/eval-suite.ts';
import type { Outcome } from '../formats/outcome.ts';
import { promptStem } from '../formats/prompt.ts';
import { hasErrors, type Problem, type Read } from '../formats/problem.ts';
import { reportSchema } from '../formats/schema-names.ts';
import type { Report } from '../formats/report.ts';
import type { RunContext } from '../formats/run-context.ts';
import { modelProvider } from '../eval-suite/index.ts';
import type { Clock } from '../ports/clock.ts';
import type { GatewayOpener } from '../ports/gateway.ts';
import { folderOf, withProgram } from '../ports/script-runner.ts';
import type { ScorerWorld } from '../scorers/scorer.ts';
import { readAnswerLabels } from './answer-labels.ts';
import { baselineSide } from './baseline-side.ts';
import { resolveBaseline, type Baseline, type BaselinePorts } from './baseline.ts';
import { pairColumns, type Column, type Side } from './columns.ts';
import type { EvalRow } from './eval-row.ts';
import { goneCases } from './gone-cases.ts';
import { isOfBaseline, openGateways, throughGateway, unaskedGateway, type GatewaySides } from './gateway/index.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import { readQuarantines } from './flaky.ts';
import { isSettled, judgeAnswers } from './judge-answers.ts';
import { withStanding } from './judge-standing.ts';
import {
  cassetteInputs,
  concurrencyOf,
  openProviders,
  providerSettings,
  timeoutOf,
  type OpenedProviders,
} from './open-provider.ts';
import { openEmbedders } from './open-embedders.ts';
import type { EmbedderFactory, ProviderFactory, ProviderSettings } from './provider-settings.ts';
import { allowedEnvironment } from './read-format.ts';
import { planLooks, runRounds, tellPlan } from './run-rounds.ts';
import { checkCaches, prepareSides } from './run-sides.ts';
import { checkColumns } from './self-check-columns.ts';
import { dryRunOutcome } from './self-check-report.ts';
import { readSuite, type Suite } from './suite.ts';
import { timeLimit } from './time-limit.ts';

export interface PromptPorts extends BaselinePorts, Pick<ScorerWorld, 'scripts' | 'post' | 'readSql'> {
  /** Opens model providers; called when everything else has been read and found right. */
  readonly openProvider: ProviderFactory;
  /** Embedding models, with recordings; called when something is to be embedded. */
  readonly openEmbedder?: EmbedderFactory;
  /** Starts the gateway under test; where it is missing, one must run already. */
  readonly openGateway?: GatewayOpener;
  /** Asked for the variables that the input `env` names, and for no other. */
  readonly environment?: (name: string) => string | undefined;
  /** For max-minutes. */
  readonly clock?: Pick<Clock, 'now' | 'alarm'>;
}

/** Told what is evaluated and every answer as it is scored, for output that holds them all. */
export interface EvalWatcher {
  suite?(suite: EvalSuite): void;
  /** @param pair the same number for a candidate's column and the baseline's that it is compared with */
  row?(row: EvalRow, column: Column, side: 'candidate' | 'baseline', pair: number): void;
}

/**
 * Runs candidate and baseline over the candidate's cases and judges the paired difference.
 * Mistakes in the user's files stop it before anything is sent; an unreadable baseline is an `error`.
 */
export async function checkPrompts(
  inputs: PromptRegressionInputs,
  ports: PromptPorts,
  context: RunContext,
  watcher?: EvalWatcher,
): Promise<Outcome> {
  const read = await readSuite(inputs, ports);
  if (read.value === undefined) return stopped(inputs, read.problems, { usage: true });
  const byDefault = inputs.judge === undefined ? undefined : modelProvider(inputs.judge, { file: inputs.prompt });
  const standing = await withStanding({
    suite: read.value.suite,
    workspace: ports.workspace,
    byDefault,
    now: context.startedAt,
    sha256: context.sha256,
  });
  const labels = await readAnswerLabels(inputs, { suite: standing.suite, byDefault, ...context }, ports.workspace);
  if (hasErrors(labels.problems)) return stopped(inputs, [...read.problems, ...labels.problems], { usage: true });
  const suite = {
    value: { ...read.value, suite: standing.suite, ...(labels.value !== undefined && { labels: labels.value }) },
    problems: [...read.problems, ...standing.problems, ...labels.problems],
  };
  const baseRef = inputs['base-ref'] ?? context.baseRef;
  const resolved = await resolveBaseline(
    {
      asked: inputs.baseline,
      path: inputs.prompt,
      name: suite.value.suite.name,
      now: context.startedAt,
      ...(baseRef !== undefined && { baseRef }),
    },
    ports,
  );
  if (resolved.state === 'unreadable')
    return stopped(inputs, [...suite.problems, { file: inputs.prompt, ...resolved.problem }], {
      usage: false,
      headline: resolved.problem.message,
    });
  const { sha256, origin } = context;
  const gated = await openGateways({ inputs, found: resolved, sha256, trust: origin.trust ?? 'own' }, ports);
  const warnings = [...suite.problems, ...gated.problems];
  // A configuration at the baseline that cannot be read is no mistake of usage.
  if (gated.value === undefined) return stopped(inputs, warnings, { usage: !gated.problems.some(isOfBaseline) });
  const { found, gateways } = gated.value;
  try {
    const before = found.state === 'absent' ? undefined : await baselineSide(inputs, suite.value, found, ports);
    if (before !== undefined && 'problems' in before) {
      const headline = `the baseline ${found.words} cannot be evaluated`;
      return stopped(inputs, [...warnings, ...before.problems], { usage: false, headline });
    }
    const side = throughGateway(suite.value.side, gateways?.addresses.after);
    const old = before === undefined ? undefined : throughGateway(before, gateways?.addresses.before);
    const unasked = gateways === undefined ? [] : unaskedGateway(side, inputs);
    if (unasked.length > 0) return stopped(inputs, [...warnings, ...unasked], { usage: true });
    const { advisory } = standing;
    const whole = { ...suite.value, side };
    const gone = found.state === 'absent' ? [] : await goneCases({ inputs, suite: whole, found, sha256 }, ports);
    return await evaluate(
      { inputs, suite: whole, warnings: [...warnings, ...gone], found, before: old, gateways, watcher, advisory },
      ports,
      context,
    );
  } finally {
    await gateways?.close();
  }
}

interface Prepared {
  readonly inputs: PromptRegressionInputs;
  readonly suite: Suite;
  readonly warnings: readonly Problem[];
  readonly found: Exclude<Baseline, { state: 'unreadable' }>;
  readonly before: Side | undefined;
  readonly gateways: GatewaySides | undefined;
  readonly watcher: EvalWatcher | undefined;
  /** Judges alone decide some case, and nobody has certified them. */
  readonly advisory: boolean;
}

/** Programs run beside the suite, with what the inputs allow them and as many at a time as requests. */
function portsFor(inputs: PromptRegressionInputs, suite: EvalSuite, ports: PromptPorts): PromptPorts {
  const { scripts } = ports;
  if (scripts === undefined) return ports;
  const program = {
    folder: folderOf(suite.file),
    environment: allowedEnvironment(inputs, ports.environment),
    workers: concurrencyOf(inputs, suite),
    timeoutMs: timeoutOf(inputs, suite),
  };
  return { ...ports, scripts: withProgram(scripts, program) };
}

async function evaluate(prepared: Prepared, given: PromptPorts, context: RunContext): Promise<Outcome> {
  const { inputs, suite, warnings, found, before, gateways, watcher } = prepared;
  const time = timeLimit(inputs['max-minutes'], given.clock);
  const ports = portsFor(inputs, suite.suite, time?.openers(given) ?? given);
  watcher?.suite?.(suite.suite);
  const { pairs, gone } = pairColumns(suite.side, before);
  const old = pairs.flatMap((pair) => pair.before ?? []);
  const columns = [...suite.side.columns, ...old];
  // Nothing to ask: no provider is needed to say so.
  const empty = suite.suite.cases.length === 0;
  const settings = empty ? unasked : await providerSettings(inputs, { columns, suite: suite.suite }, ports.workspace);
  if (settings.value === undefined) return stopped(inputs, [...warnings, ...settings.problems], { usage: true });
  const opened = empty ? silent(columns) : await openProviders(settings.value, columns, ports.openProvider);
  if (opened.value === undefined) return stopped(inputs, [...warnings, ...opened.problems], { usage: true });
  const comparing = pairs.map((pair, index) => ({
    ...pair,
    places: pair.before === undefined ? ([index] as const) : ([index, columns.indexOf(pair.before)] as const),
  }));
  const embedders = ports.openEmbedder && openEmbedders(suite.suite.embedding, settings.value, ports.openEmbedder);
  const sides = { inputs, suite, columns, pairs, opened: opened.value, embedders, ports, context, watcher, time };
  if (inputs['self-check']) {
    const outcome = await checkColumns(sides, settings.value, ports.openProvider);
    await embedders?.close();
    return outcome;
  }
  const made = prepareSides(sides);
  const replay = settings.value.record === 'none';
  const running = await planLooks(sides, made, { compared: old.length > 0, replay });
  if (inputs['dry-run'] || !replay) {
    const { plan, problems } = await tellPlan(running);
    const told = [...warnings, ...opened.problems, ...problems];
    if (inputs['dry-run'] || problems.length > 0) await opened.value.close();
    if (inputs['dry-run']) return dryRunOutcome(suite.suite.name, plan, told);
    if (problems.length > 0) return stopped(inputs, told, { usage: true });
  }
  const quarantines = readQuarantines(suite.policy.quarantine ?? [], {
    ids: new Set(suite.suite.cases.map(({ id }) => id)),
    today: context.startedAt,
    file: suite.suite.file,
  });
  const judged = {
    inputs,
    suite,
    ...made,
    pairs: comparing,
    gone,
    baseline: found,
    quarantined: quarantines.held,
    ...(gateways !== undefined && { gateways }),
    advisory: prepared.advisory,
    warnings: [...warnings, ...opened.problems, ...quarantines.problems],
    cassettes: [],
  };
  const { taken, problems } = await runRounds(running, (rounds) => isSettled({ ...judged, rounds }));
  await checkCaches(sides, made);
  await opened.value.close();
  await embedders?.close();
  const used = (await embedders?.inputs()) ?? [];
  const cassettes = [...used, ...(await cassetteInputs(settings.value, ports.workspace))];
  const all = [...judged.warnings, ...problems];
  return judgeAnswers({ ...judged, rounds: taken, warnings: all, cassettes }, context);
}

const unasked: Read<ProviderSettings> = {
  value: { model: '', cassettes: [], record: 'none', timeoutMs: 0 },
  problems: [],
};

function silent(columns: readonly Column[]): { value: OpenedProviders; problems: readonly Problem[] } {
  const nobody = { id: 'none', model: 'none', complete: async () => ({ failure: 'never asked', hint: '' }) };
  return {
    value: { providers: columns.map(() => nobody), judge: async () => nobody, close: async () => {} },
    problems: [],
  };
}

/** Nothing was sent. */
function stopped(
  inputs: PromptRegressionInputs,
  problems: readonly Problem[],
  { usage, headline }: { readonly usage: boolean; readonly headline?: string },
): Outcome {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const many = errors.length === 1 ? '' : ` and ${errors.length - 1} more`;
  const report: Report = {
    schema: reportSchema,
    kind: 'prompt-regression',
    name: promptStem(inputs.prompt),
    verdict: 'error',
    headline: unfinished(headline ?? `${errors[0]?.message ?? 'the prompt cannot be evaluated'}${many}`),
    comparison: 'not judged',
    n: null,
    blocks: [],
    findings: [],
    problems: problems.map((problem) => ({ ...problem })),
    footer: {},
  };
  return { report, results: { 'report.json': `${JSON.stringify(report)}\n` }, usage };
}

const unfinished = (text: string): string => text.replace(/\.(?= and \d|$)/, '');
