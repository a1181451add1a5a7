// Test rows that the model was trained on: counted exactly, by the data engine.
import type { Problem, Read } from '../formats/problem.ts';
import { quoteIdentifier, type DataEngine } from '../ports/data-engine.ts';
import { missingColumns, openTable, reading, type EvidencePorts, type OpenTable } from './read-evidence.ts';
import { countText } from './words.ts';

export interface TrainingQuestion {
  /** The file the candidate was trained on. */
  readonly training: string;
  /** The dataset it is judged on. */
  readonly data: OpenTable;
  /** Columns the model reads. */
  readonly features: readonly string[];
  readonly label: string;
}

/** More overlap than the training rows have among themselves, by this share of the test rows, is no accident. */
const tolerated = 0.01;

export async function trainingOverlap(ports: EvidencePorts, question: TrainingQuestion): Promise<readonly Problem[]> {
  if (question.features.length === 0) {
    const message =
      'The test rows are not looked for in the training data: which columns the model reads is not known.';
    const hint = 'Name them in `data.features`.';
    return [{ code: 'GATE_TRAINING_UNCOMPARED', severity: 'warning', message, hint, file: question.training }];
  }
  const training = await openTable(ports, 'gate_training', question.training);
  if (training.value === undefined) return training.problems;
  const columns = [...question.features, question.label];
  const missing = missingColumns(training.value, columns);
  if (missing.length > 0) return missing;
  const tables = { training: training.value, data: question.data };
  const counted = await reading(question.training, () => count(ports.engine, tables, columns));
  if (counted.value === undefined) return counted.problems;
  const { seen, tested, repeated, trained } = counted.value;
  if (seen === 0 || seen / tested - repeated / trained <= tolerated) return [];
  const share = (100 * seen) / tested;
  const usual = (100 * repeated) / trained;
  return [
    {
      code: 'GATE_TRAINING_OVERLAP',
      severity: 'warning',
      message: `${countText(seen)} of ${countText(tested)} test rows (${share.toFixed(1)} %) have the features and the label of a training row; ${usual.toFixed(1)} % of the training rows repeat another one.`,
      hint: `Take the rows of ${question.training} out of the test set: a model remembers what it was trained on.`,
      file: question.data.file,
    },
  ];
}

interface Overlap {
  /** Test rows that occur in the training data, of all. */
  readonly seen: number;
  readonly tested: number;
  /** Training rows that occur there more than once, of all. */
  readonly repeated: number;
  readonly trained: number;
}

async function count(
  engine: DataEngine,
  { training, data }: { readonly training: OpenTable; readonly data: OpenTable },
  columns: readonly string[],
): Promise<Read<Overlap>> {
  const names = columns.map(quoteIdentifier);
  const list = names.join(', ');
  const [from, of] = [quoteIdentifier(training.view), quoteIdentifier(data.view)];
  const one = async (sql: string): Promise<number> => Number((await engine.query(sql))[0]?.['n'] ?? Number.NaN);
  const value = {
    seen: await one(
      `SELECT COUNT(*) AS n FROM ${of} t JOIN (SELECT DISTINCT ${list} FROM ${from}) r ON ${names
        .map((name) => `t.${name} IS NOT DISTINCT FROM r.${name}`)
        .join(' AND ')}`,
    ),
    tested: await one(`SELECT COUNT(*) AS n FROM ${of}`),
    repeated: await one(
      `SELECT COALESCE(SUM(c), 0) AS n FROM (SELECT COUNT(*) AS c FROM ${from} GROUP BY ${list} HAVING COUNT(*) > 1) g`,
    ),
    trained: await one(`SELECT COUNT(*) AS n FROM ${from}`),
  };
  return { value, problems: [] };
}
