// The evidence: the rows to judge on, and what each model says about them.
import type { GatePolicy } from '../formats/gate-policy.ts';
import { hasErrors, type Read } from '../formats/problem.ts';
import type { RunContext } from '../formats/run-context.ts';
import type { RunInput } from '../formats/run.ts';
import { isPointer, type Baseline } from './baseline.ts';
import type { CandidateFiles } from './candidate.ts';
import type { EvalGateInputs } from './inputs.ts';
import { openTable, scoreModel, type EvidencePorts, type OpenTable } from './read-evidence.ts';
import { problemOf } from './reason.ts';
import type { GateTask, TaskEvidence, TaskRows, TaskSetting } from './task.ts';
import { taskOf } from './tasks.ts';

export interface Evidence {
  readonly task: TaskEvidence;
  /** Digests of what gave each side's answers; equal ones mean the same model. */
  readonly candidateDigest: string;
  readonly baselineDigest?: string;
  /** Files read beside policy and candidate. */
  readonly inputs: readonly RunInput[];
}

export interface Sides {
  readonly inputs: EvalGateInputs;
  readonly policy: GatePolicy;
  readonly candidate: CandidateFiles;
  readonly baseline: Exclude<Baseline, { state: 'unreadable' }>;
}

type World = EvidencePorts & { readonly context: RunContext };

/** What gives one side's answers. */
interface Answers {
  readonly view: string;
  readonly words: string;
  readonly predictions?: string | undefined;
  readonly model?: { readonly bytes: Uint8Array; readonly path: string } | undefined;
}

export async function gatherEvidence(world: World, sides: Sides): Promise<Read<Evidence>> {
  const { inputs, policy, candidate, baseline } = sides;
  const dataPath = inputs.data ?? policy.data.path ?? candidate.predictions;
  if (dataPath === undefined) {
    const message =
      'There is no dataset: neither the input `data`, nor `data.path` in the policy, nor predictions that hold the labels.';
    return {
      problems: [
        {
          code: 'GATE_DATA_MISSING',
          severity: 'error',
          message,
          hint: 'Name the test set in the policy: `data.path`.',
        },
      ],
    };
  }
  world.context.progress(`reading ${dataPath}`);
  const table = await openTable(world, 'gate_data', dataPath);
  if (table.value === undefined) return { problems: table.problems };
  const task = taskOf(policy);
  const sample = await task.readSample(world, table.value, policy);
  if (sample.value === undefined) return { problems: sample.problems };
  const rows = { task, policy, sample: sample.value, table: table.value };
  const model = await candidateModel(world, candidate);
  if (model.value === undefined) return { problems: model.problems };
  const side = await answer(world, model.value, rows);
  const other = await answer(world, baselineAnswers(inputs, baseline), rows);
  const problems = [...sample.problems, ...side.problems, ...other.problems];
  if (side.value === undefined || hasErrors(problems)) return { problems };
  const baselineFile = await baselineInput(world, inputs, baseline);
  const data = await fingerprintOf(world, dataPath, 'data');
  return {
    value: {
      task: task.evidence(policy, sample.value, {
        candidate: side.value,
        ...(other.value !== undefined && { baseline: other.value }),
      }),
      candidateDigest:
        candidate.inputs.find(({ role }) => role === (candidate.predictions === undefined ? 'model' : 'predictions'))
          ?.digest ?? candidate.digest,
      ...(baselineFile !== undefined && { baselineDigest: baselineFile.digest }),
      inputs: [data, baselineFile].filter(
        (file) => file !== undefined && file.path !== candidate.predictions,
      ) as RunInput[],
    },
    problems,
  };
}

async function candidateModel(world: World, candidate: CandidateFiles): Promise<Read<Answers>> {
  const { path, predictions } = candidate;
  const side = { view: 'gate_candidate', words: 'the candidate' };
  if (predictions !== undefined) return { value: { ...side, predictions }, problems: [] };
  try {
    const bytes = await world.workspace.read(path!);
    if (bytes !== undefined && !isPointer(bytes))
      return { value: { ...side, model: { bytes, path: path! } }, problems: [] };
    const message =
      bytes === undefined ? `There is no file "${path}".` : `${path} is a Git LFS pointer, not the model itself.`;
    return {
      problems: [
        {
          code: 'GATE_MODEL_UNREADABLE',
          severity: 'error',
          message,
          hint: 'Fetch it (`git lfs pull`, or `lfs: true` at checkout).',
          file: path!,
        },
      ],
    };
  } catch (error) {
    return {
      problems: [
        problemOf(error, { code: 'GATE_MODEL_UNREADABLE', file: path!, hint: 'Check that the file can be read.' }),
      ],
    };
  }
}

function baselineAnswers(inputs: EvalGateInputs, baseline: Sides['baseline']): Answers | undefined {
  const side = { view: 'gate_baseline', words: 'the baseline' };
  const given = inputs['baseline-predictions'];
  if (given !== undefined) return { ...side, predictions: given };
  if (baseline.state === 'absent') return undefined;
  if (baseline.predictions !== undefined) return { ...side, predictions: baseline.predictions };
  return { ...side, model: { bytes: baseline.model!, path: baseline.path } };
}

interface Rows extends TaskSetting<TaskRows> {
  readonly task: GateTask<TaskRows, unknown>;
  readonly table: OpenTable;
}

async function answer(world: World, answers: Answers | undefined, rows: Rows): Promise<Read<unknown>> {
  if (answers === undefined) return { problems: [] };
  if (answers.model !== undefined) {
    world.context.progress(`running ${answers.words} on ${rows.sample.ids.length} rows`);
    return scoreModel(world, rows.task, { ...rows, model: answers.model });
  }
  const table = await openTable(world, answers.view, answers.predictions!);
  return table.value === undefined ? { problems: table.problems } : rows.task.readPredictions(world, table.value, rows);
}

async function baselineInput(
  world: World,
  inputs: EvalGateInputs,
  baseline: Sides['baseline'],
): Promise<RunInput | undefined> {
  const file = inputs['baseline-predictions'] ?? (baseline.state === 'present' ? baseline.predictions : undefined);
  if (file !== undefined) return fingerprintOf(world, file, 'predictions');
  if (baseline.state === 'absent' || baseline.model === undefined) return undefined;
  return {
    role: 'model',
    path: baseline.path,
    digest: world.context.sha256(baseline.model),
    bytes: baseline.model.length,
    side: 'baseline',
  };
}

async function fingerprintOf(world: World, path: string, role: RunInput['role']): Promise<RunInput | undefined> {
  const found = await world.workspace.fingerprint(path);
  return found === undefined ? undefined : { role, path, ...found };
}
