// Answers in, outcome out: scores, verdict, report and record.
import type { Outcome } from '../formats/outcome.ts';
import { placeInPrompt } from '../formats/prompt.ts';
import type { Problem } from '../formats/problem.ts';
import { reportSchema, type Finding, type Report } from '../formats/report.ts';
import type { RunContext } from '../formats/run-context.ts';
import type { RunInput } from '../formats/run.ts';
import { isFailure, type Asked } from './ask.ts';
import type { Baseline } from './baseline.ts';
import { decide, type Decision } from './decide.ts';
import { comparison, explanation, headline, type Told } from './headline.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import type { Side } from './plan.ts';
import { casesFile, reproduceCommand, runOf } from './record.ts';
import { sideResult, usageOf, type CaseResult } from './results.ts';
import { sectionBlocks } from './section.ts';
import type { Suite } from './suite.ts';
import { count, dollars, grouped } from './words.ts';

export interface Answered {
  readonly inputs: PromptRegressionInputs;
  readonly suite: Suite;
  readonly asked: Asked;
  readonly warnings: readonly Problem[];
  readonly cassettes: readonly RunInput[];
  readonly baseline: Exclude<Baseline, { state: 'unreadable' }>;
  readonly before?: Side;
  readonly digest: string;
}

export function judgeAnswers(answered: Answered, context: RunContext): Outcome {
  const { inputs, suite, asked, baseline, before } = answered;
  const { policy, scorers, cases } = suite;
  const results = pairResults(answered);
  const failures = asked.distinct.filter(isFailure);
  const calls = { asked: asked.distinct.length, failed: failures.length };
  const evaluators = scorers.map(({ name }) => name);
  const slices = suite.side.prompt['x-pawl']?.slices ?? [];
  const decision = decide({ results, baseline: before !== undefined, calls, evaluators, slices }, policy);
  const usage = {
    after: usageOf(asked.answers[0]?.flat() ?? []),
    ...(before !== undefined && { before: usageOf(asked.answers[1]?.flat() ?? []) }),
  };
  const costs = [usage.after.costUsd, usage.before?.costUsd].filter((cost) => cost !== undefined);
  const told: Told = {
    decision,
    policy,
    calls,
    ...(baseline.state === 'absent' && { absent: baseline.words }),
    ...(failures[0] !== undefined && { failure: failures[0].failure }),
    ...(costs.length > 0 && { costPerCase: costs.reduce((sum, cost) => sum + cost, 0) / cases.length }),
  };
  const report: Report = {
    schema: reportSchema,
    kind: 'prompt-regression',
    name: suite.name,
    verdict: decision.verdict,
    ...(inputs.advisory && { advisory: true }),
    headline: headline(told),
    comparison: comparison(decision.accuracy),
    n: decision.accuracy?.n ?? (cases.length === 0 ? 0 : null),
    blocks: [
      ...sectionBlocks({
        told,
        candidate: suite.side,
        scorers,
        usage,
        ...(before !== undefined && { baseline: before }),
      }),
    ],
    findings: [...findings(told, suite)],
    problems: [...answered.warnings, ...failedCalls(asked, decision, suite), ...emptySuite(decision, suite)].map(
      (problem) => ({ ...problem }),
    ),
    footer: {
      baseline: baseline.state === 'absent' ? `none yet: ${baseline.words}` : baseline.words,
      ...costFooter(asked),
      reproduce: reproduceCommand(inputs, baseline.source),
    },
  };
  const files = { 'report.json': `${JSON.stringify(report)}\n`, 'cases.jsonl': casesFile(results, evaluators) };
  const run = runOf(
    {
      name: suite.name,
      digest: answered.digest,
      model: suite.side.model,
      policy,
      decision,
      baseline: baseline.source,
      inputs: [...suite.inputs, ...answered.cassettes],
      usage,
      costUsd: asked.costUsd,
    },
    report,
    files,
    context,
  );
  return { report, run, results: files, usage: false };
}

function pairResults({ suite, asked }: Answered): readonly CaseResult[] {
  const [after, before] = asked.answers;
  return suite.cases.map((item, index) => {
    const now = after?.[index] ?? [];
    const old = before?.[index];
    return {
      case: item,
      after: sideResult(now, suite.scorers, item),
      before: old === undefined ? undefined : sideResult(old, suite.scorers, item),
      unchanged: old !== undefined && old.every((answer, repeat) => answer === now[repeat]),
    };
  });
}

/** At the first message, which is where a reviewer of the prompt looks. */
function findings(told: Told, { name, source }: Suite): readonly Finding[] {
  const { verdict } = told.decision;
  // An error is told by its problem, where the reason stands.
  if (verdict === 'pass' || verdict === 'error') return [];
  return [
    {
      severity: verdict === 'fail' ? 'error' : 'warning',
      title: `${name}: ${headline(told)}`,
      message: explanation(told),
      ...placeInPrompt(source, ['messages', 0, 'content']),
    },
  ];
}

/** One problem for each kind of failure, with how often it came. */
function failedCalls({ distinct }: Asked, { verdict }: Decision, { source }: Suite): readonly Problem[] {
  const failures = new Map<string, { count: number; hint: string }>();
  for (const answer of distinct) {
    if (!isFailure(answer)) continue;
    const seen = failures.get(answer.failure);
    if (seen === undefined) failures.set(answer.failure, { count: 1, hint: answer.hint });
    else seen.count += 1;
  }
  return [...failures].slice(0, 5).map(([failure, { count, hint }]) => ({
    code: 'CALL_FAILED',
    severity: verdict === 'error' ? 'error' : 'warning',
    message: `${grouped(count)} of ${grouped(distinct.length)} requests failed: ${failure}.`,
    ...(hint !== '' && { hint }),
    file: source.file,
  }));
}

function emptySuite({ reasons }: Decision, { side, source }: Suite): readonly Problem[] {
  if (!reasons.includes('no-cases')) return [];
  const path = side.prompt['x-pawl']?.testData;
  return [
    {
      code: 'NO_CASES',
      severity: 'error',
      message: path === undefined ? 'The prompt has no testData.' : `There are no cases in "${path}".`,
      hint: 'Add cases; without one nothing can be judged.',
      ...(path === undefined ? { file: source.file } : placeInPrompt(source, ['x-pawl', 'testData'])),
    },
  ];
}

function costFooter({ distinct, costUsd }: Asked): { readonly cost?: string } {
  const answered = distinct.filter((answer) => !isFailure(answer));
  const reused = answered.filter((answer) => !isFailure(answer) && answer.reused).length;
  if (answered.length === 0) return {};
  const words =
    reused === 0
      ? count(answered.length, 'answer')
      : `${grouped(reused)} of ${count(answered.length, 'answer')} reused`;
  return { cost: costUsd === undefined ? words : `${words}, ${dollars(costUsd)}` };
}
