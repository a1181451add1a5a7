// Puts the parts of an evaluation together and runs it.
import type { EvalCase, EvalProvider } from '../formats/eval-suite.ts';
import type { RunContext } from '../formats/run-context.ts';
import { modelProvider } from '../eval-suite/index.ts';
import type { ModelProvider } from '../ports/model-provider.ts';
import type { ScorerWorld } from '../scorers/scorer.ts';
import type { Answer } from './ask.ts';
import type { BudgetLimits } from './budget.ts';
import { AssertionValues } from './assertion-values.ts';
import type { PromptPorts, EvalWatcher } from './check-prompts.ts';
import { CaseVars } from './case-vars.ts';
import type { Column, ColumnPair } from './columns.ts';
import type { ComparedColumn } from './comparisons.ts';
import { Evaluation } from './evaluation.ts';
import { RouteWatch } from './gateway/index.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import type { OpenedEmbedders } from './open-embedders.ts';
import { concurrencyOf, type OpenedProviders } from './open-provider.ts';
import type { PlannedRequests } from './planned-requests.ts';
import type { Scoring } from './score-answer.ts';
import { comparers, scorersOf } from './scorer-tables.ts';
import type { Suite } from './suite.ts';
import type { TimeLimit } from './time-limit.ts';

export interface SidesToRun {
  readonly inputs: PromptRegressionInputs;
  readonly suite: Suite;
  /** The candidate's, then the baseline's. */
  readonly columns: readonly Column[];
  /** Which of them are compared. */
  readonly pairs: readonly ColumnPair[];
  readonly opened: OpenedProviders;
  readonly embedders: OpenedEmbedders | undefined;
  readonly ports: PromptPorts;
  readonly context: RunContext;
  readonly watcher: EvalWatcher | undefined;
  readonly time: TimeLimit | undefined;
}

export interface PreparedSides {
  readonly evaluation: Evaluation;
  /** Where a gateway is under test. */
  readonly routes?: RouteWatch;
  readonly values: AssertionValues;
  readonly isCompared: (item: EvalCase) => boolean;
  readonly scoring: Scoring;
}

export function prepareSides(sides: SidesToRun): PreparedSides {
  const { inputs, suite, columns, pairs, opened, context, watcher } = sides;
  const { cases, dialect } = suite.suite;
  const own = suite.side.columns.length;
  const values = new AssertionValues(dialect === 'prompt-yml' ? 'braces' : 'jinja', dialect === 'promptfoo');
  const routes = columns.some(({ gateway }) => gateway !== undefined) ? new RouteWatch(columns) : undefined;
  const scoring: Scoring = {
    table: scorersOf(dialect),
    world: worldOf(sides, (answer) => evaluation.calls.notePrice(answer)),
    values,
    waits: (type) => comparers.has(type),
  };
  const places = columns.map((column) => pairs.findIndex(({ after, before }) => after === column || before === column));
  const evaluation = new Evaluation({
    columns,
    compared: comparedColumns(sides),
    providers: opened.providers,
    cases,
    scoring,
    comparers,
    references: dialect === 'promptfoo',
    concurrency: concurrencyOf(inputs, suite.suite),
    progress: context.progress,
    limits: limitsOf(sides),
    ...((watcher?.row !== undefined || routes !== undefined) && {
      onRow: (row) => {
        routes?.add(row);
        const { column } = row;
        const side = column < own ? 'candidate' : 'baseline';
        watcher?.row?.(row, columns[column] as Column, side, places[column] as number);
      },
    }),
  });
  const isCompared = ({ assertions }: EvalCase): boolean =>
    assertions.some((each) => each.kind === 'assertion' && comparers.has(each.type));
  return { evaluation, values, isCompared, scoring, ...(routes !== undefined && { routes }) };
}

/** A baseline's column is its own baseline: what is compared with it starts from a tie. */
function comparedColumns({ columns, pairs, suite }: SidesToRun): readonly ComparedColumn[] {
  const own = suite.side.columns.length;
  return columns.map((column, index) => {
    const pair = pairs.find(({ after, before }) => after === column || before === column);
    const before = pair?.before === undefined ? -1 : columns.indexOf(pair.before);
    return { label: column.label, side: index < own ? 0 : 1, ...(before >= 0 && { before }) };
  });
}

/** Answers of a gateway's cache, asked again past it, as long as there is money. */
export async function checkCaches(
  { inputs, suite, opened, ports }: SidesToRun,
  { evaluation, routes, scoring, isCompared }: PreparedSides,
): Promise<void> {
  const { cases, dialect } = suite.suite;
  const most = inputs['max-cost-usd'] ?? Infinity;
  await routes?.checkCaches({
    providers: opened.providers,
    cases,
    vars: new CaseVars(dialect === 'promptfoo', ports.scripts),
    scoring,
    isCompared,
    pay: (costUsd) => {
      if (costUsd > 0) evaluation.calls.spend(costUsd);
      return (evaluation.calls.costUsd ?? 0) < most;
    },
  });
}

/** What will be asked, to be looked through beforehand. */
export async function plannedRequests(
  { suite, columns, opened, ports }: SidesToRun,
  { evaluation }: PreparedSides,
): Promise<PlannedRequests> {
  const { cases, dialect } = suite.suite;
  const vars = new CaseVars(dialect === 'promptfoo', ports.scripts);
  return { plan: await evaluation.plan(), columns, providers: opened.providers, cases, vars };
}

function limitsOf({ inputs, ports: { clock }, time }: SidesToRun): BudgetLimits {
  const [maxCostUsd, maxTokens, maxMinutes] = [inputs['max-cost-usd'], inputs['max-tokens'], inputs['max-minutes']];
  return {
    ...(maxCostUsd !== undefined && { maxCostUsd }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(maxMinutes !== undefined && { maxMinutes }),
    ...(clock !== undefined && { now: () => clock.now() }),
    ...(time !== undefined && { time }),
  };
}

function worldOf(
  { inputs, suite, opened, embedders, ports }: SidesToRun,
  judged: (answer: Answer) => void,
): ScorerWorld {
  const { scripts, post, readSql } = ports;
  const byDefault =
    inputs.judge === undefined ? suite.suite.judge : modelProvider(inputs.judge, { file: suite.suite.file });
  return {
    judge: (as) => {
      const provider = isProvider(as) ? as : byDefault;
      if (provider !== undefined) return opened.judge(provider).then((judge) => toldOf(judge, judged));
      const failure = 'the suite names no judge model';
      const hint = 'Give the input "judge", or a provider at the assertion.';
      return Promise.resolve({ id: 'none', model: 'none', complete: async () => ({ failure, hint }) });
    },
    ...(scripts !== undefined && { scripts }),
    ...(embedders !== undefined && { embedder: (as) => embedders.of(as) }),
    ...(post !== undefined && { post }),
    ...(readSql !== undefined && { readSql }),
  };
}

const toldOf = <P extends ModelProvider>(provider: P, told: (answer: Answer) => void): P => ({
  ...provider,
  complete: async (request) => {
    const answer = await provider.complete(request);
    told(answer);
    return answer;
  },
});

const isProvider = (as: unknown): as is EvalProvider =>
  typeof as === 'object' && as !== null && 'id' in as && 'kind' in as && 'config' in as;
