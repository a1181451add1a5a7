// Tallies in, outcome out: a decision for each column, and of all of them verdict, report and record.
import type { Outcome } from '../formats/outcome.ts';
import type { Problem } from '../formats/problem.ts';
import { reportSchema } from '../formats/schema-names.ts';
import type { Finding, Report } from '../formats/report.ts';
import type { RunContext } from '../formats/run-context.ts';
import { worstVerdict } from '../formats/verdict.ts';
import type { Baseline } from './baseline.ts';
import { answerProblems, costFooter, emptySuite, goneProblems, unpricedBudget } from './answer-problems.ts';
import type { AssertionValues } from './assertion-values.ts';
import { onlyGateway } from './changes.ts';
import type { Column, ColumnPair } from './columns.ts';
import { decide } from './decide.ts';
import { derivedOf } from './derived-metrics.ts';
import type { Evaluation } from './evaluation.ts';
import { expectedText } from './expected.ts';
import { comparison, explanation, headline, type Told } from './headline.ts';
import { configBlocks, gatewayProblems, type GatewaySides, type RouteWatch } from './gateway/index.ts';
import type { Quarantines } from './flaky.ts';
import { correctionOf, withCorrection } from './label-correction.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import { recordOf } from './eval-record.ts';
import { reproduceCommand } from './record.ts';
import { pairResults, type CaseResult } from './results.ts';
import { sectionBlocks } from './section.ts';
import { columnBlocks, columnsComparison, columnsHeadline, type ToldColumn } from './section-columns.ts';
import type { Suite } from './suite.ts';
import type { ColumnTally } from './tally.ts';
import { timedApart, type Usage, type UsageTally } from './usage.ts';

export interface Answered {
  /** Nothing but uncertified judges decides some case: the run reports and never fails. */
  readonly advisory: boolean;
  readonly inputs: PromptRegressionInputs;
  readonly suite: Suite;
  readonly evaluation: Evaluation;
  readonly values: AssertionValues;
  /** With the places of both columns in the evaluation. */
  readonly pairs: readonly (ColumnPair & { readonly places: readonly [after: number, before?: number] })[];
  readonly gone: readonly Column[];
  readonly isCompared: (item: CaseResult['case']) => boolean;
  readonly warnings: readonly Problem[];
  readonly cassettes: Suite['inputs'];
  readonly baseline: Exclude<Baseline, { state: 'unreadable' }>;
  readonly rounds: RoundsTaken;
  readonly quarantined: Quarantines['held'];
  readonly gateways?: GatewaySides;
  readonly routes?: RouteWatch;
}

/** The looks that were planned, and the rounds of repeats that have been asked. */
export interface RoundsTaken {
  readonly looks: readonly number[];
  readonly asked: number;
}

/** One column, judged. */
export interface JudgedColumn extends ToldColumn {
  readonly results: readonly CaseResult[];
  readonly derived: Readonly<Record<string, number>>;
}

export function judgeAnswers(answered: Answered, context: RunContext): Outcome {
  const { inputs, suite, evaluation, baseline } = answered;
  const kept = context.unkept === true ? {} : { kept: context.runId };
  const columns = answered.pairs.map((pair) => {
    const judged = judgeColumn(answered, pair);
    return { ...judged, section: { ...judged.section, ...kept } };
  });
  const [only, other] = columns;
  const single = other === undefined ? only : undefined;
  const { name, cases } = suite.suite;
  const decisions = columns.map(({ told }) => told.decision);
  const verdict = worstVerdict(decisions.map((decision) => decision.verdict));
  const judged = decisions.flatMap(({ accuracy }) => (accuracy === undefined ? [] : [accuracy.n]));
  const head = single === undefined ? columnsHeadline(columns, verdict) : headline(single.told);
  const report: Report = {
    schema: reportSchema,
    kind: 'prompt-regression',
    name,
    verdict,
    // What could not be judged at all is no report of an uncertified judge.
    ...((inputs.advisory || (answered.advisory && verdict !== 'error')) && { advisory: true }),
    headline: head,
    comparison: single === undefined ? columnsComparison(columns) : comparison(single.told.decision.accuracy),
    n: judged.length > 0 ? Math.min(...judged) : cases.length === 0 ? 0 : null,
    blocks:
      single === undefined
        ? [...columnBlocks(columns), ...configBlocks(answered.gateways)]
        : [...sectionBlocks({ ...single.section, changed: configBlocks(answered.gateways) })],
    findings: [...findings(columns, head, answered)],
    problems: [
      ...answered.warnings,
      ...answerProblems(evaluation, verdict, suite.suite.file),
      ...unpricedBudget(inputs, evaluation.calls, suite.suite.file),
      ...goneProblems(answered.gone, suite),
      ...gatewayProblems(
        answered.gateways,
        columns.map(({ section }) => section.routes),
        answered.rounds.asked,
      ),
      ...emptySuite(decisions, suite),
    ].map((problem) => ({ ...problem })),
    footer: {
      baseline: baseline.state === 'absent' ? `none yet: ${baseline.words}` : baseline.words,
      ...costFooter(evaluation.calls),
      reproduce: reproduceCommand(inputs, baseline.source),
    },
  };
  const endedAt = context.endedAt();
  const record = once(() => recordOf(answered, { columns, report }, { ...context, endedAt: () => endedAt }));
  // Made when somebody keeps them: a line for each of ten thousand cases is half as much work as asking them.
  return {
    report,
    get run() {
      return record().run;
    },
    get results() {
      return record().results;
    },
    usage: false,
  };
}

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

/** Whether more repeats could not change the verdict: it is reached in every column, or cases are what lacks. */
export const isSettled = (answered: Answered): boolean =>
  answered.pairs.every((pair) => {
    const { verdict, reasons } = judgeColumn(answered, pair).told.decision;
    const beyond = (['too-few-cases', 'nothing-to-judge-by'] as const).some((each) => reasons.includes(each));
    return verdict !== 'inconclusive' || beyond;
  });

function judgeColumn(answered: Answered, pair: Answered['pairs'][number]): JudgedColumn {
  const { suite, evaluation, baseline, values } = answered;
  const { policy } = suite;
  const { cases, dialect, derivedMetrics } = suite.suite;
  const { after: column, before, places } = pair;
  const [now, old] = places;
  const tally = evaluation.tallies[now] as ColumnTally;
  const oldTally = old === undefined ? undefined : evaluation.tallies[old];
  const results = pairResults({
    cases,
    pair,
    after: tally,
    ...(oldTally !== undefined && { before: oldTally }),
    isCompared: answered.isCompared,
  });
  const calls = callsOf(answered, results);
  const slices = [...new Set(cases.flatMap((item) => Object.keys(item.slices)))];
  const evaluators = evaluation.metrics.names;
  const evidence = { results, baseline: before !== undefined, calls, evaluators, slices };
  // Where the whole run only reports, its judges' scores are what it reports.
  const uncertified = answered.advisory
    ? new Set<string>()
    : new Set(evaluators.filter((name) => tally.uncertified.has(`score/${name}`)));
  const { looks, asked } = answered.rounds;
  const usage = usageOf(evaluation, places);
  const apart = usage.before !== undefined && timedApart(usage.before, usage.after);
  const correction = before === undefined ? undefined : correctionOf(results, suite.labels, evaluators);
  const decision = withCorrection(
    decide(
      { ...evidence, looks, rounds: asked, quarantined: answered.quarantined, uncertified, timedApart: apart },
      policy,
    ),
    correction,
    suite.labels?.decides === true,
  );
  const costs = [usage.after.costUsd, usage.before?.costUsd].filter((cost) => cost !== undefined);
  const failure = firstFailure(evaluation, results);
  const told: Told = {
    decision,
    policy,
    calls,
    thresholdKey: dialect === 'prompt-yml' ? 'x-pawl.threshold' : 'the input threshold',
    ...(baseline.state === 'absent' && { absent: baseline.words }),
    ...(baseline.state === 'present' && before === undefined && { absent: 'the baseline has no such column' }),
    ...(failure !== undefined && { failure }),
    ...(costs.length > 0 && { costPerCase: costs.reduce((sum, cost) => sum + cost, 0) / results.length }),
  };
  const routes = answered.routes?.routes(places);
  const section = {
    told,
    candidate: column,
    expected: (item: CaseResult['case']) => expectedText(item, values, dialect === 'prompt-yml'),
    usage,
    ...(before !== undefined && { baseline: before }),
    ...(routes !== undefined && { routes }),
    ...(correction !== undefined && { correction }),
  };
  const derived = derivedOf(derivedMetrics, tally);
  return { label: column.label, told, section, results, derived };
}

/** Of a suite's only column what was sent; of several each its own answers, since they share requests. */
function callsOf({ evaluation, pairs }: Answered, results: readonly CaseResult[]): Told['calls'] {
  const { calls, unjudged } = evaluation;
  if (pairs.length === 1)
    return {
      asked: Math.max(calls.asked, unjudged.count),
      failed: calls.failed + unjudged.count,
      unjudged: unjudged.count,
      cutShort: calls.cutShort,
    };
  const sides = results.flatMap(({ after, before, errors }) => [
    ...(after === undefined && errors?.after === undefined ? [] : [errors?.after !== undefined]),
    ...(before === undefined && errors?.before === undefined ? [] : [errors?.before !== undefined]),
  ]);
  return { asked: sides.length, failed: sides.filter(Boolean).length, cutShort: calls.cutShort };
}

function usageOf(evaluation: Evaluation, [now, old]: readonly [number, number?]): { after: Usage; before?: Usage } {
  const after = (evaluation.usage[now] as UsageTally).usage;
  const before = old === undefined ? undefined : evaluation.usage[old]?.usage;
  return { after, ...(before !== undefined && { before }) };
}

/** Of this column where one is known: another's says nothing of it. */
function firstFailure({ calls, unjudged }: Evaluation, results: readonly CaseResult[]): string | undefined {
  const own = results.find(({ errors }) => errors !== undefined)?.errors;
  return own?.after ?? own?.before ?? [...calls.failures.keys()][0] ?? [...unjudged.kinds.keys()][0];
}

/** At the prompt, which is where its reviewer looks; where nothing but the gateway changed, there. */
function findings(
  columns: readonly JudgedColumn[],
  head: string,
  { suite: { suite }, gateways }: Answered,
): readonly Finding[] {
  const single = columns.length === 1;
  const change = gateways?.changes.find(({ gone }) => gone !== true);
  return columns.flatMap(({ label, told, section }) => {
    const { verdict } = told.decision;
    // An error is told by its problem, where the reason stands.
    if (verdict === 'pass' || verdict === 'error') return [];
    return [
      {
        severity: verdict === 'fail' ? ('error' as const) : ('warning' as const),
        title: single ? `${suite.name}: ${head}` : `${suite.name}, ${label}: ${headline(told)}`,
        message: explanation(told),
        ...(change !== undefined && onlyGateway(section.baseline, section.candidate)
          ? change.place
          : section.candidate.compiled.prompt.place),
      },
    ];
  });
}
