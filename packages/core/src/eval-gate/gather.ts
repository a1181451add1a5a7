// The evidence: the rows to judge on, and what each model says about them.
import type { GatePolicy } from '../formats/gate-policy.ts';
import { hasErrors, type Problem, type Read } from '../formats/problem.ts';
import type { RunInput } from '../formats/run.ts';
import type { Baseline } from './baseline.ts';
import {
  baselineStandsFor,
  bindingOf,
  bindingSaid,
  candidateStandsFor,
  type BindingSaid,
} from './bound-predictions.ts';
import type { CandidateFiles } from './candidate.ts';
import { gatherEval } from './eval-run/gather.ts';
import type { EvalGateInputs } from './inputs.ts';
import { labelsDiffer } from './label-check.ts';
import type { ReadPolicy } from './read-policy.ts';
import { openTable, type EvidencePorts, type OpenTable } from './read-evidence.ts';
import { runtimesSaid } from './runtimes.ts';
import { answersOf, baselineSource, candidateSource, type AnswerSource, type SourceWorld } from './sources.ts';
import { answersDigest, answersParams, storedAnswers, type StoredAnswers } from './stored-predictions.ts';
import type { Side, TaskEvidence } from './task.ts';
import { taskOf } from './tasks.ts';

export interface Evidence {
  readonly task: TaskEvidence;
  /** The dataset, for columns that are asked for beside the task's own. */
  readonly table?: OpenTable;
  /** Digests of what gave each side's answers; equal ones mean the same model. */
  readonly candidateDigest: string;
  readonly baselineDigest?: string;
  /** Files read beside policy and candidate. */
  readonly inputs: readonly RunInput[];
  /** Params by which a later run finds these answers again. */
  readonly params: Readonly<Record<string, string>>;
  /** What the record says of the files that were given, and of what ran the models. */
  readonly given?: Readonly<Record<string, string>>;
  /** Where answers came from, when that is not where a reader would think. */
  readonly smallPrint: readonly string[];
}

export interface Sides {
  readonly inputs: EvalGateInputs;
  readonly policy: GatePolicy;
  readonly place: ReadPolicy['place'];
  readonly candidate: CandidateFiles;
  readonly baseline: Exclude<Baseline, { state: 'unreadable' }>;
}

type World = EvidencePorts & SourceWorld;

export async function gatherEvidence(world: World, sides: Sides): Promise<Read<Evidence>> {
  const { inputs, policy, candidate, baseline } = sides;
  if (candidate.evalSide !== undefined) return gatherEval(sides, candidate.evalSide, baseline);
  const dataPath = inputs.data ?? policy.data.path ?? candidate.predictions;
  if (dataPath === undefined) return { problems: [noData] };
  world.context.progress(`reading ${dataPath}`);
  const table = await openTable(world, 'gate_data', dataPath);
  if (table.value === undefined) return { problems: table.problems };
  const task = taskOf(policy);
  const sample = await task.readSample(world, table.value, policy);
  if (sample.value === undefined) return { problems: sample.problems };
  const data = await fingerprintOf(world, dataPath, 'data');
  const known = knownAnswers(world, sides, data);
  const production = await storedProduction(world, sides, known['baseline-answers']);
  if (hasErrors(production.problems)) return { problems: production.problems };
  const rows = { task, policy, sample: sample.value, table: table.value };
  const model = await candidateSource(world, candidate);
  if (model.value === undefined) return { problems: model.problems };
  const side = await answersOf(world, model.value, rows);
  const source = production.value ?? baselineSource(inputs, baseline);
  const other = await answersOf(world, source, rows);
  const bound = await bindings(world, sides, { candidate: side.value?.table, baseline: other.value?.table });
  const problems = [...sample.problems, ...side.problems, ...other.problems, ...bound.problems];
  if (side.value !== undefined && !hasErrors(problems) && dataPath === candidate.predictions)
    problems.push(...(await labelsDiffer(world, rows, source?.predictions)));
  if (side.value === undefined || hasErrors(problems)) return { problems };
  const stored = production.value?.stored;
  const ran = { candidate: model.value.model !== undefined, baseline: source?.model !== undefined };
  const runtimes = await runtimesSaid(world.scorer, { ...ran, stored: stored?.runtime });
  problems.push(...runtimes.problems);
  const baselineFile = await baselineInput(world, inputs, baseline);
  return {
    value: {
      table: table.value,
      task: task.evidence(policy, sample.value, {
        candidate: side.value.arm,
        ...(other.value !== undefined && { baseline: other.value.arm }),
      }),
      candidateDigest:
        candidate.inputs.find(({ role }) => role === (candidate.predictions === undefined ? 'model' : 'predictions'))
          ?.digest ?? candidate.digest,
      // Behind one address there may be another model at every question.
      ...(baselineFile !== undefined && !isAsked(baseline) && { baselineDigest: baselineFile.digest }),
      inputs: [data, baselineFile === undefined ? undefined : withStored(baselineFile, stored)].filter(
        (file) => file !== undefined && file.path !== candidate.predictions,
      ) as RunInput[],
      params: known,
      given: { ...bound.said.params, ...runtimes.params },
      smallPrint: [
        ...bound.said.smallPrint,
        ...(stored === undefined
          ? []
          : [`Production was not run again: its predictions of run ${stored.run} on the same data were read.`]),
        ...runtimes.smallPrint,
      ],
    },
    problems,
  };
}

/** Whether files of predictions are those of the models they stand for. */
async function bindings(
  world: World,
  { inputs, policy, candidate, baseline }: Sides,
  tables: Readonly<Record<Side, OpenTable | undefined>>,
): Promise<{ readonly said: BindingSaid; readonly problems: readonly Problem[] }> {
  const models = {
    candidate: candidateStandsFor(candidate),
    baseline: baselineStandsFor(baseline, inputs['baseline-predictions'], world.context.sha256),
  };
  const said: BindingSaid[] = [];
  const problems: Problem[] = [];
  for (const side of ['candidate', 'baseline'] as const) {
    const [table, model] = [tables[side], models[side]];
    if (table === undefined || model === undefined) continue;
    const binding = await bindingOf(world.engine, { table, model, policy });
    problems.push(...binding.problems);
    if (binding.value !== undefined) said.push(bindingSaid(side, table, model, binding.value));
  }
  return {
    said: {
      params: Object.assign({}, ...said.map(({ params }) => params)) as BindingSaid['params'],
      smallPrint: said.flatMap(({ smallPrint }) => smallPrint),
    },
    problems,
  };
}

type Known = Readonly<Partial<Record<(typeof answersParams)['candidate' | 'baseline'], string>>>;

/** What each side's answers are known by, where the gate has a model give them. */
function knownAnswers(world: World, { inputs, policy, candidate, baseline }: Sides, data?: RunInput): Known {
  if (data === undefined) return {};
  const digest = (model: string): string => answersDigest(policy, { model, data: data.digest }, world.context.sha256);
  const model = candidate.inputs.find(({ role }) => role === 'model');
  const runs = candidate.predictions === undefined && candidate.endpoint === undefined && model !== undefined;
  const other =
    baseline.state === 'present' && inputs['baseline-predictions'] === undefined
      ? digestOfModel(world, baseline)
      : undefined;
  return {
    ...(runs && { [answersParams.candidate]: digest(model.digest) }),
    ...(other !== undefined && { [answersParams.baseline]: digest(other) }),
  };
}

/** A registered version's answers, where a run kept them. What running it costs cannot be read: then it is run. */
async function storedProduction(
  world: World,
  { policy, baseline }: Sides,
  answers: string | undefined,
): Promise<Read<(AnswerSource & { readonly stored: StoredAnswers }) | undefined>> {
  const registered =
    baseline.state === 'present' && (baseline.source.source === 'label' || baseline.source.source === 'version');
  if (!registered || answers === undefined || policy.budgets !== undefined || taskOf(policy).stored === undefined)
    return { value: undefined, problems: [] };
  const found = await storedAnswers(world, policy.name, answers);
  if (found.value === undefined) return { value: undefined, problems: found.problems };
  return { value: { view: 'gate_baseline', words: 'the baseline', stored: found.value }, problems: [] };
}

/** A note beside the model, not an input of its own: the seed follows from the inputs, and must not from what was kept. */
const withStored = (input: RunInput, stored: StoredAnswers | undefined): RunInput =>
  stored === undefined ? input : { ...input, answers: { run: stored.run, digest: stored.digest } };

const isAsked = (baseline: Sides['baseline']): boolean =>
  baseline.state === 'present' && baseline.endpoint !== undefined;

async function baselineInput(
  world: World,
  inputs: EvalGateInputs,
  baseline: Sides['baseline'],
): Promise<RunInput | undefined> {
  const file = inputs['baseline-predictions'] ?? (baseline.state === 'present' ? baseline.predictions : undefined);
  if (file !== undefined) return fingerprintOf(world, file, 'predictions');
  if (baseline.state === 'absent') return undefined;
  const { endpoint, model, path } = baseline;
  const digest = endpoint === undefined ? digestOfModel(world, baseline) : world.context.sha256(path);
  if (digest === undefined) return undefined;
  return { role: 'model', path, digest, ...(model !== undefined && { bytes: model.length }), side: 'baseline' };
}

const digestOfModel = (
  { context }: World,
  { model, pointedAt }: Extract<Sides['baseline'], { state: 'present' }>,
): string | undefined => (model === undefined ? pointedAt?.digest : context.sha256(model));

async function fingerprintOf(world: World, path: string, role: RunInput['role']): Promise<RunInput | undefined> {
  const found = await world.workspace.fingerprint(path);
  return found === undefined ? undefined : { role, path, ...found };
}

const noData: Problem = {
  code: 'GATE_DATA_MISSING',
  severity: 'error',
  message:
    'There is no dataset: neither the input `data`, nor `data.path` in the policy, nor predictions that hold the labels.',
  hint: 'Name the test set in the policy: `data.path`.',
};
