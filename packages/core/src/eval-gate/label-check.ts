// Two files of predictions that both hold the truth must hold the same one: else they are of two datasets.
import type { Problem } from '../formats/problem.ts';
import { classText } from './classification/answers.ts';
import { quoted, rowsHave, rowsProblem } from './alignment.ts';
import { openTable, reading, texts, type EvidencePorts } from './read-evidence.ts';
import type { AskedRows } from './sources.ts';

/** The rows' ids are known to be the same. */
export async function labelsDiffer(
  ports: EvidencePorts,
  { table, policy }: AskedRows,
  predictions: string | undefined,
): Promise<readonly Problem[]> {
  const { id, label } = policy.data;
  if (predictions === undefined || predictions === table.file) return [];
  const other = await openTable(ports, 'gate_labels', predictions);
  if (other.value === undefined) return other.problems;
  const otherTable = other.value;
  if (!otherTable.columns.some(({ name }) => name === label)) return [];
  const otherId = policy.predictions?.id ?? id;
  const read = await reading(predictions, async () => {
    const ids = await texts(ports.engine, table, id, id);
    const own = await texts(ports.engine, table, label, id);
    const others = await texts(ports.engine, otherTable, label, otherId);
    // By id: numbers in one file and texts in the other are not in one order.
    const otherIds = await texts(ports.engine, otherTable, otherId, otherId);
    const truth = new Map(otherIds.map((name, row) => [name, textOf(others[row])]));
    const differing = ids.flatMap((name, row) => {
      const [here, there] = [truth.get(name), textOf(own[row])];
      return here === there ? [] : [`${quoted([name])} is "${here}" here and "${there}" there`];
    });
    return { value: differing, problems: [] };
  });
  const differing = read.value ?? [];
  if (differing.length === 0) return read.problems;
  const message = `${rowsHave(differing.length)} another "${label}" here than in ${table.file} (first: ${differing[0]}).`;
  const hint = 'Both models must be judged on the same truth, written alike: predict the same dataset with both.';
  return [rowsProblem('GATE_LABELS_DIFFER', predictions, message, hint)];
}

const textOf = (value: string | null | undefined): string =>
  value === null || value === undefined ? '' : classText(value);
