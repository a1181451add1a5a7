// What a policy's schema cannot say: keys that contradict each other or the task.
import { nearest } from '../formats/did-you-mean.ts';
import {
  metricsOfTask,
  settingsOf,
  type GateTaskName,
  type GuardMetric,
  type KeyMetric,
  type MetricName,
} from '../formats/gate-metrics.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Problem } from '../formats/problem.ts';
import { besideContradictions } from './business-policy.ts';

/** Where a key stands in the policy's file. */
export type PolicyPlace = (path: readonly string[], key?: string) => { readonly file: string; readonly line?: number };

export function contradictions(policy: GatePolicy, place: PolicyPlace): Problem[] {
  return [
    ...twiceNamed(policy, place),
    ...foreignMetrics(policy, place),
    ...idleSettings(policy, place),
    ...idleKeys(policy, place),
    ...headlineProblems(policy, place),
    ...besideContradictions(policy, place),
  ];
}

function twiceNamed({ metrics, guards }: GatePolicy, place: PolicyPlace): Problem[] {
  return Object.keys(guards)
    .filter((name) => name in metrics)
    .map((name) =>
      problem(
        `"${name}" is a key metric and a guard.`,
        'Keep it in one of the two; a key metric can have bounds too.',
        place(['metrics'], name),
      ),
    );
}

type Named = {
  readonly section: 'metrics' | 'guards';
  readonly name: MetricName;
  readonly metric: KeyMetric | GuardMetric;
};

const namedIn = ({ metrics, guards }: GatePolicy): Named[] =>
  (['metrics', 'guards'] as const).flatMap((section) =>
    Object.entries(section === 'metrics' ? metrics : guards).flatMap(([name, metric]) =>
      metric === undefined ? [] : [{ section, name: name as MetricName, metric }],
    ),
  );

/** What asks nearly the same of another task: names alone do not say it. */
const kin: readonly (readonly MetricName[])[] = [
  ['pr-auc', 'map'],
  ['recall', 'top-k', 'recall-at-k'],
  ['brier', 'rmse'],
  ['log-loss', 'quantile-loss'],
  ['roc-auc', 'ndcg'],
];

/** Metrics of another task. */
function foreignMetrics(policy: GatePolicy, place: PolicyPlace): Problem[] {
  const { task } = policy;
  if (task === 'eval-run') return [];
  const own = metricsOfTask[task];
  return namedIn(policy)
    .filter(({ name }) => !own.includes(name))
    .map(({ section, name }) => {
      const home = (Object.keys(metricsOfTask) as GateTaskName[]).filter((other) =>
        metricsOfTask[other].includes(name),
      );
      const near =
        kin.find((names) => names.includes(name))?.find((other) => own.includes(other)) ?? nearest(name, own);
      return problem(
        `"${name}" is a metric of ${home.join(' and ')}; this policy's task is ${task}.`,
        near === undefined ? `Metrics of ${task}: ${own.join(', ')}.` : `Did you mean "${near}"?`,
        place([section], name),
      );
    });
}

const settingNames = ['k', 'average', 'quantile'] as const;

function idleSettings(policy: GatePolicy, place: PolicyPlace): Problem[] {
  return namedIn(policy).flatMap(({ section, name, metric }) => {
    const has: readonly string[] = settingsOf[name] ?? [];
    return settingNames
      .filter((setting) => metric[setting] !== undefined && !has.includes(setting))
      .map((setting) => {
        const owners = Object.entries(settingsOf).flatMap(([other, settings]) =>
          settings.includes(setting) ? [other] : [],
        );
        const hint =
          has.length === 0
            ? `Remove it; it is a setting of ${owners.join(', ')}.`
            : `"${name}" has ${has.map((one) => `\`${one}\``).join(', ')}.`;
        return problem(`"${name}" has no setting \`${setting}\`.`, hint, place([section, name], setting));
      });
  });
}

/** Keys of `data` that only one task reads: ignored, they would be a promise not kept. */
const keysOfTask = { query: 'ranking', classes: 'classification', positive: 'classification' } as const;

function idleKeys({ task, data }: GatePolicy, place: PolicyPlace): Problem[] {
  if (task === 'eval-run') return [];
  const idle = Object.entries(keysOfTask).filter(
    ([key, owner]) => data[key as keyof typeof keysOfTask] !== undefined && owner !== task,
  );
  return [
    ...idle.map(([key, owner]) =>
      problem(
        `\`data.${key}\` is read by ${owner} only; this policy's task is ${task}.`,
        'Remove it, or change the task.',
        place(['data'], key),
      ),
    ),
    ...(task === 'ranking' && data.query === undefined
      ? [
          problem(
            'A ranking needs `data.query`: the column that says to which query an item belongs.',
            'Name it under `data`.',
            place([], 'data'),
          ),
        ]
      : []),
  ];
}

function headlineProblems({ headline, metrics }: GatePolicy, place: PolicyPlace): Problem[] {
  if (headline === undefined || headline in metrics) return [];
  return [
    problem(
      `The headline "${headline}" is no key metric.`,
      `Name one of: ${Object.keys(metrics).join(', ')}.`,
      place([], 'headline'),
    ),
  ];
}

const problem = (message: string, hint: string, at: ReturnType<PolicyPlace>): Problem => ({
  code: 'POLICY_INVALID',
  severity: 'error',
  message,
  hint,
  ...at,
});
