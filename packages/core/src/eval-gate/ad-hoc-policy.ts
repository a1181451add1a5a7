// A policy for a comparison that has none: made of the inputs, with the columns and metrics that most files have.
import type { KeyMetric } from '../formats/gate-metrics.ts';
import { GatePolicy } from '../formats/gate-policy.ts';
import { hasErrors, type Problem, type Read } from '../formats/problem.ts';
import { readYaml } from '../formats/read-yaml.ts';
import { isRegistryName } from '../formats/version-ref.ts';
import type { Workspace } from '../ports/workspace.ts';
import { parseEndpoint, isEndpoint } from './endpoint-address.ts';
import { contradictions } from './contradictions.ts';
import { evalsAsMetrics, evidenceProblems } from './eval-run/policy.ts';
import type { EvalGateInputs } from './inputs.ts';
import { readPolicy, type ReadPolicy } from './read-policy.ts';

type Task = NonNullable<EvalGateInputs['task']>;

/** What judges without being asked, and what is shown beside it where it can be measured. */
const usual: Readonly<Record<Task, { readonly key: string; readonly shown: readonly string[] }>> = {
  classification: { key: 'accuracy', shown: ['log-loss', 'brier', 'roc-auc', 'f1', 'balanced-accuracy'] },
  regression: { key: 'r2', shown: ['rmse', 'mae'] },
  ranking: { key: 'ndcg', shown: ['map', 'mrr'] },
  'eval-run': { key: 'pass-rate', shown: ['score'] },
};

/** Inputs that a file of policy says itself. */
const adHocOnly = ['name', 'id', 'label', 'query', 'prediction', 'slice', 'metric'] as const;

/** The policy's file, or with `task` one made of the inputs. */
export async function policyOf(inputs: EvalGateInputs, workspace: Workspace): Promise<Read<ReadPolicy>> {
  if (inputs.task !== undefined) return madePolicy(inputs, inputs.task);
  const idle = adHocOnly.filter((name) => inputs[name] !== undefined);
  if (idle.length === 0) return readPolicy(inputs.policy, workspace);
  const message = `"${idle.join('", "')}" ${idle.length === 1 ? 'is' : 'are'} of no effect beside a policy file.`;
  return {
    problems: [problem(message, 'Change the policy; or give "task", and the comparison needs no policy file.')],
  };
}

function madePolicy(inputs: EvalGateInputs, task: Task): Read<ReadPolicy> {
  if (inputs.policy !== undefined) {
    return { problems: [problem('Both a policy and a task are given.', 'Leave out "task": the policy says it.')] };
  }
  if (inputs.query !== undefined && task !== 'ranking') {
    return { problems: [problem('A query column is given, and the task is no ranking.', 'Leave "query" out.')] };
  }
  const key = metricsOf(inputs.metric ?? [usual[task].key]);
  if (key.value === undefined) return { problems: key.problems };
  const metrics = key.value;
  const guards = Object.fromEntries(usual[task].shown.filter((name) => !(name in metrics)).map((name) => [name, {}]));
  const columns = { id: inputs.id, label: inputs.label, slices: inputs.slice };
  const written = {
    name: inputs.name ?? nameOf(inputs),
    task,
    ...(task === 'eval-run'
      ? { evals: { metrics, guards } }
      : {
          data: { ...defined(columns), ...(task === 'ranking' && { query: inputs.query ?? 'query' }) },
          ...(inputs.prediction !== undefined && { predictions: { prediction: inputs.prediction } }),
          metrics,
          guards,
        }),
  };
  const text = JSON.stringify(written);
  const path = inputs.candidate ?? inputs.predictions ?? 'pawl gate';
  const read = readYaml({ text, file: path }, GatePolicy, 'POLICY');
  const place = (): { file: string } => ({ file: path });
  const made = read.value;
  const contradicting = made === undefined ? [] : [...contradictions(made, place), ...evidenceProblems(made, place)];
  // There is no line of a file to point at.
  const problems = [...read.problems, ...contradicting].map((problem): Problem => {
    const { file: _, line: __, column: ___, ...rest } = problem;
    return rest;
  });
  if (made === undefined || hasErrors(problems)) return { problems };
  const policy = evalsAsMetrics(made);
  return { value: { policy, path, text, adHoc: true, place }, problems };
}

type MadeMetric = Pick<KeyMetric, 'margin' | 'k' | 'quantile'>;

/** `accuracy`, `log-loss:0.02` with its margin, `ndcg@10` or `quantile-loss@0.9` with its setting. */
function metricsOf(asked: readonly string[]): Read<Record<string, MadeMetric>> {
  const metrics: Record<string, MadeMetric> = {};
  for (const text of asked) {
    const [, name = '', setting, margin] = /^([^@:]+)(?:@([^@:]*))?(?::([^:]*))?$/.exec(text) ?? [undefined, text];
    if (margin !== undefined && (margin.trim() === '' || !(Number(margin) >= 0)))
      return { problems: [problem(`"${text}" has no margin.`, 'Write NAME or NAME:MARGIN, as in log-loss:0.02.')] };
    if (setting !== undefined && (setting.trim() === '' || !(Number(setting) > 0)))
      return { problems: [problem(`"${text}" has no number after "@".`, 'Write ndcg@10, or quantile-loss@0.9.')] };
    const which = name === 'quantile-loss' ? 'quantile' : 'k';
    metrics[name] = {
      ...(margin !== undefined && { margin: Number(margin) }),
      ...(setting !== undefined && { [which]: Number(setting) }),
    };
  }
  return { value: metrics, problems: [] };
}

/** Columns are named by inputs where there is no policy to name them. */
export const withColumnInputs = (problems: readonly Problem[], { adHoc }: Pick<ReadPolicy, 'adHoc'>): Problem[] =>
  problems.map((problem) => {
    if (adHoc !== true || problem.code !== 'GATE_COLUMN_MISSING') return problem;
    const hint = problem.hint === undefined ? '' : `${problem.hint.replace(/(?<![.?])$/, '.')} `;
    return { ...problem, hint: `${hint}The inputs id, label, query and prediction say which column is which.` };
  });

/** As the registry would call what is judged: the file's name, or what an address calls its model. */
function nameOf({ candidate, predictions }: EvalGateInputs): string {
  const given = candidate ?? predictions ?? '';
  const address = isEndpoint(given) ? parseEndpoint(given).value?.model : undefined;
  const last = (address ?? given).replace(/^.*\//, '').replace(/\.\w+(\.gz)?$/i, '');
  const name = last.replace(/[^a-zA-Z0-9_-]+/g, '-').replace(/^[-_]+|[-_]+$/g, '');
  return isRegistryName(name) ? name : 'model';
}

const defined = (values: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

const problem = (message: string, hint: string): Problem => ({
  code: 'INPUT_INVALID',
  severity: 'error',
  message,
  hint,
});
