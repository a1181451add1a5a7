// How queries, their items and scores are read: from a dataset, from files of predictions, from models.
import type { GatePolicy } from '../../formats/gate-policy.ts';
import type { Read } from '../../formats/problem.ts';
import { alignNumbers, modelNumbers, storedNumbers } from '../numbers-read.ts';
import { each, missingColumns, numbers, reading, texts, type EvidencePorts, type OpenTable } from '../read-evidence.ts';
import { readSampling, samplingColumns } from '../read-sampling.ts';
import type { StoredLine } from '../stored-predictions.ts';
import type { GateTask, TaskSetting } from '../task.ts';
import { makeRanking } from './answers.ts';
import { rankingEvidence } from './evidence.ts';
import type { RankingArm, RankingSample } from './sample.ts';

export const ranking: GateTask<RankingSample, RankingArm> = {
  readSample,
  readPredictions,
  armOf: (scores, { sample, file }) => armOfScores(modelNumbers(sample.ids, scores, file)),
  stored: ({ lines, side, run }, { sample }) => {
    const all = lines.flatMap(({ items }) => (Array.isArray(items) ? (items as StoredLine[]) : []));
    return armOfScores(
      alignNumbers(
        sample.ids,
        storedNumbers(run, all, (item) => item[side]),
      ),
    );
  },
  evidence: rankingEvidence,
};

async function readSample(ports: EvidencePorts, table: OpenTable, { data }: GatePolicy): Promise<Read<RankingSample>> {
  const { query } = data;
  if (query === undefined) throw new TypeError('a ranking policy names its query column');
  const problems = missingColumns(table, [data.id, data.label, query, ...data.slices, ...samplingColumns(data)]);
  if (problems.length > 0) return { problems };
  return reading(table.file, async () => {
    const slices = await each(
      data.slices,
      async (column) => [column, await texts(ports.engine, table, column, data.id)] as const,
    );
    const raw = {
      file: table.file,
      ids: await texts(ports.engine, table, data.id, data.id),
      queries: await texts(ports.engine, table, query, data.id),
      relevance: await numbers(ports.engine, table, data.label, data.id),
      sampling: await readSampling(ports, table, data),
      slices: Object.fromEntries(slices),
    };
    return makeRanking(raw, data);
  });
}

async function readPredictions(
  ports: EvidencePorts,
  table: OpenTable,
  { policy, sample }: TaskSetting<RankingSample>,
): Promise<Read<RankingArm>> {
  const idColumn = policy.predictions?.id ?? policy.data.id;
  const column = policy.predictions?.prediction ?? 'score';
  const problems = missingColumns(table, [idColumn, column]);
  if (problems.length > 0) return { problems };
  return reading(table.file, async () => {
    const ids = await texts(ports.engine, table, idColumn, idColumn);
    const values = await numbers(ports.engine, table, column, idColumn);
    return armOfScores(alignNumbers(sample.ids, { file: table.file, idColumn, ids, values }));
  });
}

const armOfScores = ({ value, problems }: Read<Float64Array>): Read<RankingArm> =>
  value === undefined ? { problems } : { value: { scores: value }, problems };
