// The outcome of a self-check, and of a dry run: both tell something of a suite and judge no change of it.
import type { Outcome } from '../formats/outcome.ts';
import type { Problem } from '../formats/problem.ts';
import { reportSchema } from '../formats/schema-names.ts';
import type { Block, Report } from '../formats/report.ts';
import type { PlannedRequests } from './planned-requests.ts';
import { recordedRepeats } from './planned-requests.ts';
import type { SpendPlan } from './plan-spend.ts';
import { planBlocks, planWords } from './plan-words.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import type { Evaluation } from './evaluation.ts';
import type { PromptPolicy } from './policy.ts';
import { failureLimit } from './decide.ts';
import { checkSelf, type SelfCheck } from './self-check.ts';
import type { Suite } from './suite.ts';
import { count, grouped, verb } from './words.ts';

/** More repeats than these tell little more. */
const mostRepeats = 10;

export interface SelfChecked {
  readonly suite: Suite;
  readonly inputs: PromptRegressionInputs;
  /** Of one column, the baseline's where there is one. */
  readonly evaluation: Evaluation;
  readonly requests: PlannedRequests;
  readonly side: string;
}

/** From recorded answers alone; says what is needed when they are too few. */
export async function selfCheckOutcome({ suite, inputs, evaluation, requests, side }: SelfChecked): Promise<Outcome> {
  const { name, cases } = suite.suite;
  const repeats = await recordedRepeats(requests, mostRepeats);
  if (requests.plan.count === 0 || repeats < 2) {
    const command = `pawl eval ${inputs.prompt} --repeats 4 --record missing`;
    return told(name, {
      verdict: 'error',
      headline: 'there are no two recorded repeats to compare the suite with itself',
      problems: [
        {
          code: 'SELF_CHECK_WITHOUT_REPEATS',
          severity: 'error',
          message: `Of ${repeats === 1 ? 'some requests only one answer is' : 'some requests no answer is'} recorded; a self-check compares two or more of each.`,
          hint: `Record them first: ${command}, with base-url.`,
          file: suite.suite.file,
        },
      ],
    });
  }
  await evaluation.round(
    Array.from({ length: repeats }, (_, repeat) => repeat),
    () => repeats,
  );
  const complete = cases.flatMap((item, index) => {
    const [tally] = evaluation.tallies;
    const repeats = tally?.error(index) === undefined ? (tally?.repeats(index) ?? []) : [];
    return repeats.length < 2 ? [] : [{ item, repeats }];
  });
  const unscored = cases.filter((_, index) => evaluation.tallies[0]?.error(index) !== undefined).length;
  const run = unscored + complete.length;
  if (complete.length === 0 || unscored > failureLimit * run) {
    const [failure] = [...evaluation.calls.failures.keys(), ...evaluation.unjudged.kinds.keys()];
    const which = complete.length === 0 ? 'no recorded answer' : `${grouped(unscored)} of ${count(run, 'case')}`;
    const could = complete.length === 0 ? 'could be scored' : 'could not be scored from what is recorded';
    return told(name, { verdict: 'error', headline: `${which} ${could} (${failure ?? 'no case was run'})` });
  }
  const clustered = complete.some(({ item }) => item.cluster !== undefined);
  const check = checkSelf(
    complete.map(({ repeats: own }) => own.map(({ pass }) => Number(pass))),
    suite.policy,
    clustered
      ? complete.map(({ item }) => (item.cluster === undefined ? `case ${item.id}` : `of ${item.cluster}`))
      : undefined,
  );
  return told(name, {
    verdict: check.verdict,
    headline: headlineOf(check, suite.policy),
    n: check.cases,
    blocks: blocksOf(check, side, suite.policy),
    file: { 'self-check.json': check },
  });
}

function headlineOf(check: SelfCheck, { minCases }: Pick<PromptPolicy, 'minCases'>): string {
  const { rate, low, high, rounds, cases, passed, verdict, seldomPasses } = check;
  if (cases < minCases)
    return `${count(cases, 'case')} ${verb(cases, 'is', 'are')} too few for the gate to decide anything`;
  const alarms = `compared with itself the suite raises a false alarm in ${percent(rate)} of comparisons (95 % CI ${percent(low)} … ${percent(high)})`;
  const seldom = verdict === 'inconclusive' && seldomPasses ? 'only ' : '';
  return `${alarms} and passes in ${seldom}${percent(passed)}, with ${count(rounds, 'round')}`;
}

function blocksOf(check: SelfCheck, side: string, policy: PromptPolicy): readonly Block[] {
  const rows = [
    ['cases', grouped(check.cases)],
    ['recorded repeats of each', grouped(check.repeats)],
    ['comparisons drawn', grouped(check.resamples)],
    ['false alarms', `${grouped(check.alarms)} (${percent(check.rate)})`],
    ['passes', `${grouped(Math.round(check.passed * check.resamples))} (${percent(check.passed)})`],
    ['inconclusive', `${grouped(check.open)} (${percent(check.open / check.resamples)})`],
    ['cases whose repeats disagree', percent(check.flakyShare)],
  ];
  const text = `Both sides are the ${side}: its recorded repeats are dealt at random to two sides, so that no fail is a real one. At most 5 % may be.`;
  return [
    { type: 'text', text: `${text}${seldomWords(check, policy)}` },
    { type: 'table', columns: [{ title: 'self-check' }, { title: 'amount', align: 'right' }], rows },
  ];
}

/** What would let equal versions pass; more repeats only where the gate may ask for more than could be dealt. */
function seldomWords(
  { seldomPasses, rounds }: SelfCheck,
  { repeats, maxRepeats = repeats, margin }: PromptPolicy,
): string {
  if (!seldomPasses) return '';
  const most = Math.min(mostRepeats / 2, Math.max(repeats, maxRepeats));
  const ways = `More cases, or a margin above ${(margin * 100).toFixed(1)} points, would let equal versions pass more often.`;
  if (most <= rounds) return ` ${ways}`;
  return ` ${ways} The gate may ask more than ${count(rounds, 'round')}; with ${grouped(2 * most)} recorded repeats the check could deal ${grouped(most)}.`;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Nothing was asked and nothing is judged, so it neither passes nor fails a job. */
export function dryRunOutcome(name: string, plan: SpendPlan, problems: readonly Problem[]): Outcome {
  return told(name, {
    verdict: 'inconclusive',
    advisory: true,
    headline: `plan: ${planWords(plan)}; nothing was asked`,
    blocks: planBlocks(plan),
    problems,
    file: { 'plan.json': plan },
  });
}

interface Told {
  readonly verdict: Report['verdict'];
  readonly headline: string;
  readonly advisory?: boolean;
  readonly n?: number;
  readonly blocks?: readonly Block[];
  readonly problems?: readonly Problem[];
  readonly file?: Readonly<Record<string, object>>;
}

/** Without a run: it must never become somebody's baseline. */
function told(name: string, { verdict, headline, advisory, n, blocks = [], problems = [], file = {} }: Told): Outcome {
  const report: Report = {
    schema: reportSchema,
    kind: 'prompt-regression',
    name,
    verdict,
    ...(advisory === true && { advisory }),
    headline,
    comparison: 'not judged',
    n: n ?? null,
    blocks: [...blocks],
    findings: [],
    problems: problems.map((problem) => ({ ...problem })),
    footer: {},
  };
  const files = Object.entries(file).map(([path, value]) => [path, `${JSON.stringify(value)}\n`] as const);
  return {
    report,
    results: { 'report.json': `${JSON.stringify(report)}\n`, ...Object.fromEntries(files) },
    usage: false,
  };
}
