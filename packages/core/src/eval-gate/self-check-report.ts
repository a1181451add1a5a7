// The outcome of a self-check. It tells something of a policy and its rows and judges no candidate, so it leaves no run:
// it must never let a model go forward.
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Outcome } from '../formats/outcome.ts';
import type { Problem } from '../formats/problem.ts';
import { reportSchema } from '../formats/schema-names.ts';
import type { Block, Finding, Report } from '../formats/report.ts';
import type { Verdict } from '../formats/verdict.ts';
import type { ReadPolicy } from './read-policy.ts';
import { checkSelf, type SelfCheck, type SelfCheckPlan, type Share } from './self-check.ts';
import type { TaskEvidence } from './task.ts';
import { countText } from './words.ts';

export interface SelfChecked {
  readonly read: ReadPolicy;
  readonly evidence: TaskEvidence;
  readonly plan: SelfCheckPlan;
  readonly problems: readonly Problem[];
  readonly reproduce: string;
}

export function selfCheckOutcome({ read, evidence, plan, problems, reproduce }: SelfChecked): Outcome {
  const check = checkSelf(read.policy, evidence, plan);
  const report: Report = {
    schema: reportSchema,
    kind: 'eval-gate',
    // A name of its own: its check and its section of the comment must not stand where the gate's would.
    name: `${read.policy.name} self-check`,
    verdict: check.verdict,
    ...(read.policy.advisory && { advisory: true }),
    headline: `self-check: ${sentenceOf(check)}`,
    comparison: 'nothing had changed, by construction',
    n: check.rows,
    blocks: [...alarmBlocks(check), ...tableBlocks(check, evidence, read)],
    findings: findingsOf(check, read),
    problems: problems.map((problem) => ({ ...problem })),
    footer: { reproduce },
  };
  return {
    report,
    results: { 'report.json': JSON.stringify(report), 'self-check.json': `${JSON.stringify(check)}\n` },
    usage: false,
  };
}

/** One sentence: what the policy says of these rows when there is nothing to say. */
function sentenceOf({ verdicts, rounds, verdict, falseFails, alpha, seldomPasses }: SelfCheck): string {
  if (verdict === 'error') return 'a key metric has no value on these rows, so nothing could be checked';
  const open = verdicts.inconclusive;
  if (open.count === rounds) return 'this policy decides nothing on these rows: every comparison is inconclusive';
  const loud = verdict === 'fail' && falseFails.low > alpha ? `, more than the ${percent(alpha)} it may` : '';
  const seldom = verdict === 'inconclusive' && seldomPasses ? ': an equal model seldom passes' : '';
  return `with nothing changed this policy fails ${withBounds(verdicts.fail)}${loud}, passes ${percent(verdicts.pass.rate)} and is inconclusive in ${percent(open.rate)} of ${rounds} comparisons${seldom}`;
}

function alarmBlocks(check: SelfCheck): Block[] {
  if (check.verdict === 'inconclusive' && check.seldomPasses)
    return [{ type: 'text', text: 'More rows or a wider margin would let an equal model pass more often.' }];
  return alarmsOf(check).map((text) => ({ type: 'text', text: [{ text, style: 'strong' }] }));
}

function alarmsOf({ falseFails, falsePasses, alpha, verdict }: SelfCheck): string[] {
  if (verdict !== 'fail') return [];
  const lines: string[] = [];
  if (falseFails.low > alpha) {
    lines.push(
      `A loss is seen where there is none in ${withBounds(falseFails)} of comparisons; ${percent(alpha)} would be chance. Rows that come from one source make it so (name them in \`data.cluster\`), and so does a limit on worse slices.`,
    );
  }
  if (falsePasses !== undefined && falsePasses.low > alpha) {
    lines.push(
      `A candidate that is no better passes in ${withBounds(falsePasses)} of comparisons, though the policy asks for a gain; ${percent(alpha)} would be chance.`,
    );
  }
  return lines;
}

function tableBlocks(check: SelfCheck, evidence: TaskEvidence, { policy }: ReadPolicy): Block[] {
  const shown: readonly Verdict[] = ['pass', 'fail', 'inconclusive', 'error'];
  const row = (name: string, shares: Readonly<Record<Verdict, Share>>): string[] => [
    name,
    ...shown.map((verdict) => withBounds(shares[verdict])),
  ];
  const columns = ['', ...shown].map((title, index) => ({ title, align: index === 0 ? 'left' : 'right' }) as const);
  const how =
    check.method === 'exchange'
      ? `In each of ${check.rounds} rounds the two models' answers trade places by a coin for every ${evidence.clusters === undefined ? 'row' : 'cluster of rows'}, and the policy judges ${countText(check.rows)} rows as it would.`
      : `There is one model only: in each of ${check.rounds} rounds two halves of its ${countText(check.rows)} rows take the two sides. They share no row, so more is inconclusive here than in a paired comparison.`;
  return [
    {
      type: 'details',
      summary: 'Verdicts when nothing has changed',
      comment: false,
      blocks: [
        {
          type: 'table',
          columns: [...columns],
          rows: [
            row('the gate', check.verdicts),
            ...Object.values(check.metrics).map((metric) => row(metric.title, metric)),
          ],
        },
        {
          type: 'text',
          text: [
            {
              text: `${how} In parentheses exact 95 % bounds (Clopper and Pearson). Absolute bounds and guards are left out: no chance is in them.${leftOut(check, policy)}`,
              style: 'muted',
            },
          ],
        },
      ],
    },
  ];
}

/** What the gate judges and this check does not. */
export function leftOut(
  { method }: Pick<SelfCheck, 'method'>,
  { fairness, slices, budgets = {}, ...policy }: GatePolicy,
): string {
  const bounded = fairness.filter(({ margin }) => margin === undefined || method === 'split');
  const searched = policy['max-slices-worse'] !== undefined && slices?.auto !== undefined && slices.auto !== false;
  const parts = [
    ...(bounded.length === 0
      ? []
      : [method === 'split' ? 'fairness, which one model cannot change' : 'what fairness asks without a margin']),
    ...(searched ? ['slices that are searched for'] : []),
    ...(Object.keys(budgets).length === 0 ? [] : ['budgets']),
  ];
  return parts.length === 0 ? '' : ` Left out too: ${parts.join(', ')}.`;
}

function findingsOf(check: SelfCheck, { place }: ReadPolicy): Finding[] {
  return alarmsOf(check).map((message) => ({
    severity: 'error',
    title: 'The gate errs more often than it may',
    message,
    ...place('metrics'),
  }));
}

const percent = (share: number): string => `${(share * 100).toFixed(1).replace(/\.0$/, '')} %`;

const withBounds = ({ rate, low, high }: Share): string =>
  `${percent(rate)} (${(low * 100).toFixed(1)} … ${(high * 100).toFixed(1)} %)`;
