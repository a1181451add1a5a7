// How classes and their probabilities are read: from a dataset, from files of predictions, from models.
import type { GatePolicy } from '../../formats/gate-policy.ts';
import type { Problem, Read } from '../../formats/problem.ts';
import type { ModelScores } from '../../ports/model-scorer.ts';
import {
  each,
  interleave,
  missingColumns,
  numbers,
  reading,
  texts,
  type EvidencePorts,
  type OpenTable,
} from '../read-evidence.ts';
import { readSampling, samplingColumns } from '../read-sampling.ts';
import type { GateTask, TaskSetting } from '../task.ts';
import { alignPredictions, armOfLabels, armOfProbabilities, makeSample, type RawRows } from './answers.ts';
import { classificationEvidence } from './evidence.ts';
import type { Arm, Sample } from './sample.ts';
import { armOfStored } from './stored.ts';

export const classification: GateTask<Sample, Arm> = {
  readSample,
  readPredictions,
  armOf,
  stored: armOfStored,
  evidence: classificationEvidence,
};

async function readSample(ports: EvidencePorts, table: OpenTable, { data }: GatePolicy): Promise<Read<Sample>> {
  const problems = missingColumns(table, [data.id, data.label, ...data.slices, ...samplingColumns(data)]);
  if (problems.length > 0) return { problems };
  return reading(table.file, async () => {
    const raw: RawRows = {
      file: table.file,
      ids: await texts(ports.engine, table, data.id, data.id),
      labels: await texts(ports.engine, table, data.label, data.id),
      sampling: await readSampling(ports, table, data),
      slices: Object.fromEntries(
        await each(data.slices, async (column) => [column, await texts(ports.engine, table, column, data.id)] as const),
      ),
    };
    return makeSample(raw, data);
  });
}

async function readPredictions(
  ports: EvidencePorts,
  table: OpenTable,
  setting: TaskSetting<Sample>,
): Promise<Read<Arm>> {
  const { policy, sample } = setting;
  const id = policy.predictions?.id ?? policy.data.id;
  const known = table.columns.map(({ name }) => name);
  const byClass = probabilityColumns(policy, sample, known);
  const label = policy.predictions?.prediction ?? 'prediction';
  const problems = missingColumns(table, [id, ...(byClass ?? [label]).filter((column) => column !== undefined)]);
  if (problems.length > 0) return { problems };
  return reading(table.file, async () => {
    const ids = await texts(ports.engine, table, id, id);
    const raw = { file: table.file, idColumn: id, ids };
    if (byClass === undefined) {
      return alignPredictions(
        sample,
        { ...raw, labels: await texts(ports.engine, table, label, id) },
        policy.threshold,
      );
    }
    const columns = await each(byClass, (column) =>
      column === undefined ? Promise.resolve(undefined) : numbers(ports.engine, table, column, id),
    );
    const probabilities = interleave(
      ids.length,
      columns.map((values) => values ?? complementOf(columns)),
    );
    return alignPredictions(sample, { ...raw, probabilities }, policy.threshold);
  });
}

/** One column per class, undefined for the class that gets what the other leaves; undefined altogether when the file has classes only. */
function probabilityColumns(
  policy: GatePolicy,
  sample: Sample,
  known: readonly string[],
): (string | undefined)[] | undefined {
  const asked = policy.predictions?.probability;
  const { classes, positive } = sample;
  if (typeof asked === 'object') return classes.map((name) => asked[name] ?? `probability_${name}`);
  if (asked === undefined && classes.every((name) => known.includes(`probability_${name}`))) {
    return classes.map((name) => `probability_${name}`);
  }
  const column = asked ?? 'probability';
  if (asked === undefined && !known.includes(column)) return undefined;
  return positive === undefined ? undefined : classes.map((_, index) => (index === positive ? column : undefined));
}

const complementOf = (columns: readonly (Float64Array | undefined)[]): Float64Array =>
  columns.find((values) => values !== undefined)!.map((value) => 1 - value);

function armOf(
  scores: ModelScores,
  { policy, sample, file }: TaskSetting<Sample> & { readonly file: string },
): Read<Arm> {
  if (scores.labels !== undefined) return armOfLabels(sample, scores.labels, file);
  if (scores.classes !== sample.classes.length) return { problems: [classCountProblem(scores.classes, sample, file)] };
  return armOfProbabilities(sample, scores.probabilities, { file, threshold: policy.threshold });
}

const classCountProblem = (found: number, sample: Sample, file: string): Problem => ({
  code: 'GATE_CLASS_COUNT',
  severity: 'error',
  message: `The model gives ${found} probabilities per row; the data have ${sample.classes.length} classes (${sample.classes.join(', ')}).`,
  hint: 'Name all of the classes, in the order of the probabilities, in `data.classes`.',
  file,
});
