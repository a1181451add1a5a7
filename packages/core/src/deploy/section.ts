// The rollout's part of the report: what happened, step by step, with the numbers each decision stood on.
import { counted, thousands } from '../dataset/plain-words.ts';
import type { Problem } from '../formats/problem.ts';
import { reportSchema } from '../formats/schema-names.ts';
import type { Block, Cell, Report } from '../formats/report.ts';
import type { Verdict } from '../formats/verdict.ts';
import { hasErrors } from '../formats/problem.ts';
import type { RolloutPlan } from './plan.ts';
import type { Rollout, StepRecord } from './rollout.ts';
import { comparisonOf, headlineOf, rate, totals, verdictOf } from './rollout-words.ts';
import { weightChart } from './weight-chart.ts';

export interface SectionOptions {
  readonly problems: readonly Problem[];
  readonly reproduce: string;
}

export function rolloutReport(rollout: Rollout, options: SectionOptions): Report {
  const { name, finished, previous, timeline } = rollout;
  const failed = options.problems.find(({ severity }) => severity === 'error');
  const total = totals(finished);
  return {
    schema: reportSchema,
    kind: 'deploy',
    name,
    verdict: failed === undefined ? verdictOf(rollout) : 'error',
    headline: failed === undefined ? headlineOf(rollout) : `could not go on: ${failed.message.replace(/\.$/, '')}`,
    comparison: comparisonOf(rollout),
    n: finished.length === 0 ? null : total.requests,
    blocks: [
      ...(finished.length > 0 ? [stepTable(finished)] : []),
      ...(timeline.some(({ state }) => state === 'step') ? [weightChart(rollout)] : []),
      ...gateText(rollout),
      proofBlock(rollout),
      timelineBlock(rollout),
    ].filter((block) => block !== undefined),
    findings: findingsOf(rollout),
    problems: options.problems.map((problem) => ({ ...problem })),
    footer: {
      baseline: previous === undefined ? 'none: the first version' : `${name}@${previous.version}`,
      reproduce: options.reproduce,
    },
  };
}

export function planReport(name: string, plan: RolloutPlan, options: SectionOptions): Report {
  const version = plan.version ?? `commit ${plan.commit.slice(0, 7)}, as the next version,`;
  const verdict: Verdict = hasErrors(options.problems) ? 'error' : plan.gate.ok ? 'pass' : 'fail';
  return {
    schema: reportSchema,
    kind: 'deploy',
    name,
    verdict,
    headline: plan.gate.ok
      ? `${version} would go out in ${counted(plan.steps.length, 'step')}`
      : `${version} would be refused: ${plan.gate.detail}`,
    comparison: `${plan.stable ?? 'nothing'} serves now`,
    n: null,
    blocks: [
      { type: 'text', text: `Gate: ${plan.gate.detail}.` },
      ...(plan.active === undefined
        ? []
        : [{ type: 'text', text: `A rollout is under way: ${plan.active}.` } as const]),
      {
        type: 'table',
        columns: [{ title: 'step' }, right('weight'), right('canary requests, at least'), right('at most')],
        rows: plan.steps.map((step, index) => [
          String(index + 1),
          `${step.weight} %`,
          thousands(step.requests),
          `${thousands(step.maxSeconds)} s`,
        ]),
      },
    ],
    findings: [],
    problems: options.problems.map((problem) => ({ ...problem })),
    footer: { baseline: plan.stable ?? 'none yet', reproduce: options.reproduce },
  };
}

function stepTable(finished: readonly StepRecord[]): Block {
  return {
    type: 'table',
    columns: [
      right('weight'),
      right('requests'),
      right('failed'),
      right('stable failed'),
      right('too slow'),
      right('evidence that it is fine'),
      { title: 'decision' },
    ],
    rows: finished.map((record): Cell[] => {
      const { canary, stable } = record.counts;
      const promote = Math.min(...Object.values(record.promote));
      return [
        `${record.weight} %`,
        thousands(canary.requests),
        `${thousands(canary.errors)} (${rate(canary)})`,
        `${thousands(stable.errors)} (${rate(stable)})`,
        thousands(canary.slow),
        odds(promote),
        `${record.decision}: ${record.reason}`,
      ];
    }),
  };
}

function gateText({ gate, state }: Rollout): Block[] {
  if (gate?.forced !== undefined && state !== 'refused') {
    return [{ type: 'text', text: [{ text: 'Forced without a passing gate: ', style: 'strong' }, gate.forced] }];
  }
  return gate?.run === undefined
    ? []
    : [{ type: 'text', text: ['Passed its gate in run ', { text: gate.run, style: 'code' }, '.'] }];
}

function proofBlock({ proof }: Rollout): Block | undefined {
  if (proof === undefined) return undefined;
  const failed = proof.filter(({ ok }) => !ok).length;
  return {
    type: 'details',
    summary:
      failed === 0
        ? `${counted(proof.length, 'check')} before the first request`
        : `${failed} of ${counted(proof.length, 'check')} failed before the first request`,
    blocks: [
      {
        type: 'table',
        columns: [{ title: 'check' }, { title: 'result' }, { title: 'detail' }],
        rows: proof.map(({ name, ok, detail }) => [name, { verdict: ok ? 'pass' : 'fail' } as const, detail]),
      },
    ],
  };
}

const timelineBlock = ({ timeline }: Rollout): Block => ({
  type: 'details',
  summary: `Timeline of ${counted(timeline.length, 'transition')}`,
  blocks: [
    {
      type: 'table',
      columns: [{ title: 'when' }, { title: 'state' }, { title: 'by' }, { title: 'why' }],
      rows: timeline.map(({ at, state, actor, event }) => [
        at,
        state === 'step' ? `step ${(event.step ?? 0) + 1}` : state,
        actor ?? '',
        event.reason ?? event.finished?.reason ?? '',
      ]),
    },
  ],
});

function findingsOf({ state, version, reason, name }: Rollout): Report['findings'] {
  if (state !== 'rolled-back' && state !== 'refused' && state !== 'held') return [];
  return [
    {
      severity: state === 'held' ? 'warning' : 'error',
      title: `${name} ${version ?? ''} ${state}`.replaceAll('  ', ' '),
      message: reason ?? state,
    },
  ];
}

/** An e-value as odds: "20 : 1". */
const odds = (log: number): string =>
  log > Math.log(9999) ? 'over 9,999 : 1' : `${Number(Math.exp(log).toPrecision(2))} : 1`;
const right = (title: string) => ({ title, align: 'right' as const });
