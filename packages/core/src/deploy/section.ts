// The rollout's part of the report: what happened, step by step, with the numbers each decision stood on.
import { counted, percent, thousands } from '../dataset/plain-words.ts';
import type { Problem } from '../formats/problem.ts';
import { reportSchema, type Block, type Cell, type Report } from '../formats/report.ts';
import type { Verdict } from '../formats/verdict.ts';
import { hasErrors } from '../formats/problem.ts';
import type { RolloutPlan } from './plan.ts';
import type { Rollout, StepRecord } from './rollout.ts';

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

/** "Could not tell" and "not yet known" are both inconclusive. */
export function verdictOf({ state }: Rollout): Verdict {
  if (state === 'promoted') return 'pass';
  return state === 'rolled-back' || state === 'rolling-back' || state === 'refused' ? 'fail' : 'inconclusive';
}

function headlineOf(rollout: Rollout): string {
  const { state, version = rollout.commit.slice(0, 7), previous, finished, deployment, reason = '' } = rollout;
  const { requests, errors } = totals(finished);
  const steps = new Set(finished.map(({ step }) => step)).size;
  const hand = reason.startsWith('by ');
  switch (state) {
    case 'promoted':
      if (previous === undefined) return `${version} serves all requests; ${reason}`;
      return `${version} serves all requests after ${counted(steps, 'step')}${hand ? `, promoted ${reason}` : ''}; ${thousands(errors)} of ${counted(requests, 'canary request')} failed`;
    case 'rolling-back':
    case 'rolled-back': {
      const back = previous === undefined ? 'and was taken away' : `and ${previous.version} serves all requests again`;
      const word = state === 'rolled-back' ? 'was rolled back' : 'is being rolled back';
      return `${version} ${word} ${hand ? reason : `because ${reason}`}, ${back}`;
    }
    case 'refused':
      return `${version} was refused: ${reason}`;
    case 'held':
      return `${version} is held at ${deployment.strategy.steps[rollout.step]?.weight ?? 0} %: ${reason}`;
    case 'step':
      return `${version} is at step ${rollout.step + 1} of ${deployment.strategy.steps.length}, with ${deployment.strategy.steps[rollout.step]?.weight ?? 0} % of the requests`;
    default:
      return `${version} is ${state}, and answers nobody yet`;
  }
}

function comparisonOf({ finished, previous, version }: Rollout): string {
  if (finished.length === 0 || previous === undefined) return version ?? '';
  const canary = totals(finished);
  const stable = totals(finished, 'stable');
  return `errors ${rate(canary)}, ${previous.version} ${rate(stable)}`;
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

function weightChart(rollout: Rollout): Block {
  const start = rollout.timeline[0]?.event.time ?? 0;
  const points: [number, number][] = [[0, 0]];
  let weight = 0;
  for (const { state, event } of rollout.timeline) {
    const seconds = ((event.time ?? start) - start) / 1000;
    const next = weightIn(state, event.step ?? 0, rollout) ?? weight;
    points.push([seconds, weight]);
    if (next !== weight) points.push([seconds, next]);
    weight = next;
  }
  const distinct = points.filter(
    ([x, y], index) => index === 0 || points[index - 1]?.[0] !== x || points[index - 1]?.[1] !== y,
  );
  const corners = distinct.filter(
    ([, y], index) =>
      index === 0 || index === distinct.length - 1 || y !== distinct[index - 1]?.[1] || y !== distinct[index + 1]?.[1],
  );
  const version = rollout.version ?? rollout.name;
  return {
    type: 'chart',
    title: 'Share of requests',
    chart: {
      type: 'lines',
      alt: `The share of requests that ${version} answers over time, ending at ${weight} %.`,
      xLabel: 'seconds',
      yLabel: '% of requests',
      series: [{ name: version, points: corners }],
    },
  };
}

/** Undefined: the state leaves the weight as it was. */
function weightIn(state: Rollout['state'], step: number, { deployment }: Rollout): number | undefined {
  if (state === 'step') return deployment.strategy.steps[step]?.weight ?? 0;
  if (state === 'promoted') return 100;
  return state === 'rolling-back' || state === 'rolled-back' ? 0 : undefined;
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

export function totals(finished: readonly StepRecord[], arm: 'canary' | 'stable' = 'canary') {
  return finished.reduce(
    (sum, { counts }) => ({ requests: sum.requests + counts[arm].requests, errors: sum.errors + counts[arm].errors }),
    { requests: 0, errors: 0 },
  );
}

const rate = ({ requests, errors }: { requests: number; errors: number }): string =>
  requests === 0 ? 'no requests' : percent(errors / requests);
/** An e-value as odds: "20 : 1". */
const odds = (log: number): string =>
  log > Math.log(9999) ? 'over 9,999 : 1' : `${Number(Math.exp(log).toPrecision(2))} : 1`;
const right = (title: string) => ({ title, align: 'right' as const });
