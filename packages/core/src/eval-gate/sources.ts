// Where one side's answers come from: a file, a model run here, a live endpoint, or what an earlier run kept.
import type { Problem, Read } from '../formats/problem.ts';
import type { ScoredModel } from '../ports/model-scorer.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';
import { isPointer, type Baseline } from './baseline.ts';
import type { CandidateFiles } from './candidate.ts';
import type { EndpointAddress } from './endpoint-address.ts';
import { openEndpoint, type EndpointWorld } from './endpoints.ts';
import type { EvalGateInputs } from './inputs.ts';
import { openTable, scoreModel, type EvidencePorts, type OpenTable } from './read-evidence.ts';
import { problemOf } from './reason.ts';
import type { StoredAnswers, StoredWorld } from './stored-predictions.ts';
import type { GateTask, TaskRows, TaskSetting } from './task.ts';

export interface AnswerSource {
  readonly view: string;
  readonly words: string;
  readonly predictions?: string | undefined;
  readonly model?: { readonly bytes: Uint8Array; readonly path: string } | undefined;
  readonly endpoint?: EndpointAddress | undefined;
  readonly stored?: StoredAnswers | undefined;
  /** Why nothing answers, where somebody should. */
  readonly problem?: Problem | undefined;
}

export type SourceWorld = EndpointWorld & StoredWorld;

/** The rows that are to be answered, and the task that reads answers to them. */
export interface AskedRows extends TaskSetting<TaskRows> {
  readonly task: GateTask<TaskRows, unknown>;
  readonly table: OpenTable;
}

export async function candidateSource(world: EvidencePorts, candidate: CandidateFiles): Promise<Read<AnswerSource>> {
  const { path, predictions, endpoint } = candidate;
  const side = { view: 'gate_candidate', words: 'the candidate' };
  if (predictions !== undefined) return { value: { ...side, predictions }, problems: [] };
  if (endpoint !== undefined) return { value: { ...side, endpoint }, problems: [] };
  try {
    const bytes = await world.workspace.read(path!);
    if (bytes !== undefined && !isPointer(bytes))
      return { value: { ...side, model: { bytes, path: path! } }, problems: [] };
    const message =
      bytes === undefined ? `There is no file "${path}".` : `${path} is a Git LFS pointer, not the model itself.`;
    const hint = 'Fetch it (`git lfs pull`, or `lfs: true` at checkout).';
    return {
      problems: [{ code: 'GATE_MODEL_UNREADABLE', severity: 'error', message, hint, file: path! } satisfies Problem],
    };
  } catch (error) {
    const hint = 'Check that the file can be read.';
    return { problems: [problemOf(error, { code: 'GATE_MODEL_UNREADABLE', file: path!, hint })] };
  }
}

export function baselineSource(
  inputs: EvalGateInputs,
  baseline: Exclude<Baseline, { state: 'unreadable' }>,
): AnswerSource | undefined {
  const side = { view: 'gate_baseline', words: 'the baseline' };
  const given = inputs['baseline-predictions'];
  if (given !== undefined) return { ...side, predictions: given };
  if (baseline.state === 'absent') return undefined;
  const { predictions, endpoint, model, path, pointedAt } = baseline;
  if (pointedAt !== undefined) return { ...side, problem: pointedAt.problem };
  if (predictions !== undefined) return { ...side, predictions };
  return endpoint === undefined ? { ...side, model: { bytes: model!, path } } : { ...side, endpoint };
}

/** A model's answers as its task reads them, and the file of predictions they come from. */
export interface Answers {
  readonly arm: unknown;
  readonly table?: OpenTable;
}

export async function answersOf(
  world: EvidencePorts & EndpointWorld,
  source: AnswerSource | undefined,
  rows: AskedRows,
): Promise<Read<Answers>> {
  if (source === undefined) return { problems: [] };
  const { stored, model, endpoint, words, problem } = source;
  if (problem !== undefined) return { problems: [problem] };
  const { task, policy, sample } = rows;
  if (stored !== undefined) return answered(task.stored!(stored, { policy, sample }));
  if (model !== undefined || endpoint !== undefined) {
    world.context.progress(`${endpoint === undefined ? 'running' : 'asking'} ${words} on ${sample.ids.length} rows`);
    const path = endpoint?.shown ?? model!.path;
    return answered(
      await scoreModel(world, task, {
        ...rows,
        model: { path, here: endpoint === undefined, load: () => open(world, source, policy) },
      }),
    );
  }
  const table = await openTable(world, source.view, source.predictions!);
  return table.value === undefined
    ? { problems: table.problems }
    : answered(await task.readPredictions(world, table.value, rows), table.value);
}

const answered = ({ value: arm, problems }: Read<unknown>, table?: OpenTable): Read<Answers> =>
  arm === undefined ? { problems } : { value: { arm, ...(table !== undefined && { table }) }, problems };

async function open(
  world: EvidencePorts & EndpointWorld,
  { model, endpoint }: AnswerSource,
  policy: GatePolicy,
): Promise<Read<ScoredModel>> {
  if (endpoint !== undefined) return openEndpoint(world, endpoint, policy);
  return { value: await world.scorer.load(model!.bytes, model!.path), problems: [] };
}
