// How numbers and their predictions are read: from a dataset, from files of predictions, from models.
import type { GatePolicy } from '../../formats/gate-policy.ts';
import type { Read } from '../../formats/problem.ts';
import { idProblems, rowsProblem } from '../alignment.ts';
import { alignNumbers, labelProblems, modelNumbers, storedNumbers } from '../numbers-read.ts';
import { each, missingColumns, numbers, reading, texts, type EvidencePorts, type OpenTable } from '../read-evidence.ts';
import { makeSampling, readSampling, samplingColumns } from '../read-sampling.ts';
import type { GateTask, TaskSetting } from '../task.ts';
import { regressionEvidence } from './evidence.ts';
import type { NumberArm, NumberSample } from './sample.ts';

export const regression: GateTask<NumberSample, NumberArm> = {
  readSample,
  readPredictions,
  armOf: (scores, { sample, file }) => armOfNumbers(modelNumbers(sample.ids, scores, file)),
  stored: ({ lines, side, run }, { sample }) =>
    armOfNumbers(
      alignNumbers(
        sample.ids,
        storedNumbers(run, lines, (line) => line[side]),
      ),
    ),
  evidence: regressionEvidence,
};

async function readSample(ports: EvidencePorts, table: OpenTable, { data }: GatePolicy): Promise<Read<NumberSample>> {
  const problems = missingColumns(table, [data.id, data.label, ...data.slices, ...samplingColumns(data)]);
  if (problems.length > 0) return { problems };
  const { file } = table;
  return reading(file, async () => {
    const ids = await texts(ports.engine, table, data.id, data.id);
    if (ids.length === 0)
      return { problems: [rowsProblem('GATE_NO_ROWS', file, 'There are no rows.', 'Give a dataset with rows.')] };
    const truth = await numbers(ports.engine, table, data.label, data.id);
    const sampling = makeSampling(await readSampling(ports, table, data), { ids, file, data });
    const found = [
      ...idProblems(ids, data.id, file),
      ...labelProblems(truth, ids, { file, column: data.label }),
      ...sampling.problems,
    ];
    if (sampling.value === undefined || found.some(({ severity }) => severity === 'error')) return { problems: found };
    const slices = await each(
      data.slices,
      async (column) => [column, await texts(ports.engine, table, column, data.id)] as const,
    );
    const value = {
      ids: ids as readonly string[],
      truth,
      sampling: sampling.value,
      slices: Object.fromEntries(slices),
    };
    return { value, problems: found };
  });
}

async function readPredictions(
  ports: EvidencePorts,
  table: OpenTable,
  { policy, sample }: TaskSetting<NumberSample>,
): Promise<Read<NumberArm>> {
  const idColumn = policy.predictions?.id ?? policy.data.id;
  const column = policy.predictions?.prediction ?? 'prediction';
  const problems = missingColumns(table, [idColumn, column]);
  if (problems.length > 0) return { problems };
  return reading(table.file, async () => {
    const ids = await texts(ports.engine, table, idColumn, idColumn);
    const values = await numbers(ports.engine, table, column, idColumn);
    return armOfNumbers(alignNumbers(sample.ids, { file: table.file, idColumn, ids, values }));
  });
}

const armOfNumbers = ({ value, problems }: Read<Float64Array>): Read<NumberArm> =>
  value === undefined ? { problems } : { value: { predicted: value }, problems };
