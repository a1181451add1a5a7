// Numbers as they were read → numbers that can be judged by: finite ones, in the order of the sample, or problems.
import type { Problem, Read } from '../formats/problem.ts';
import type { ModelScores } from '../ports/model-scorer.ts';
import type { StoredLine } from './stored-predictions.ts';
import { quoted, rowsHave, rowsInOrder, rowsProblem, type RawIds, type Texts } from './alignment.ts';

interface NumberWords {
  readonly file: string;
  readonly column: string;
}

/** A truth that is missing, NaN or infinite. */
export function labelProblems(truth: Float64Array, ids: Texts, { file, column }: NumberWords): Problem[] {
  const first = truth.findIndex((value) => !Number.isFinite(value));
  if (first === -1) return [];
  const count = truth.filter((value) => !Number.isFinite(value)).length;
  const message = `${rowsHave(count)} no finite number as "${column}" (first: ${quoted([ids[first]!])}).`;
  return [rowsProblem('GATE_LABEL_NAN', file, message, 'Leave rows without a known truth out of the dataset.')];
}

/** Predictions in the order of the sample's ids, every one finite. */
export function alignNumbers(
  sampleIds: readonly string[],
  raw: RawIds & { readonly values: Float64Array },
): Read<Float64Array> {
  const found = rowsInOrder(sampleIds, raw);
  if (found.value === undefined) return { problems: found.problems };
  return finiteNumbers(
    sampleIds,
    Float64Array.from(found.value, (row) => raw.values[row]!),
    raw.file,
  );
}

export function finiteNumbers(ids: readonly string[], values: Float64Array, file: string): Read<Float64Array> {
  const first = values.findIndex((value) => !Number.isFinite(value));
  if (first === -1) return { value: values, problems: [] };
  const count = values.filter((value) => !Number.isFinite(value)).length;
  const message = `${count} of ${ids.length} rows ${count === 1 ? 'has' : 'have'} no finite number as prediction (first: ${quoted([ids[first]!])}).`;
  const hint = 'A model that gives NaN or infinity cannot be judged; look at its inputs for missing values.';
  return { problems: [rowsProblem('GATE_PREDICTION_NAN', file, message, hint)] };
}

/** What a model says when it says one number a row; whole numbers come as its labels. */
export function modelNumbers(ids: readonly string[], scores: ModelScores, file: string): Read<Float64Array> {
  const values = scores.values ?? (scores.labels === undefined ? undefined : Float64Array.from(scores.labels, Number));
  if (values !== undefined) return finiteNumbers(ids, values, file);
  const message = `The model gives ${scores.classes} numbers per row; one is needed.`;
  const hint =
    'A classifier is judged by `task: classification`; else export the model with a single output of one number.';
  return { problems: [rowsProblem('GATE_OUTPUT_WIDTH', file, message, hint)] };
}

/** Numbers that an earlier run kept, by id. */
export const storedNumbers = (
  run: string,
  lines: readonly StoredLine[],
  valueOf: (line: StoredLine) => unknown,
): RawIds & { readonly values: Float64Array } => ({
  file: `run ${run}`,
  idColumn: 'id',
  ids: lines.map(({ id }) => (typeof id === 'string' ? id : null)),
  values: Float64Array.from(lines, (line) => {
    const value = valueOf(line);
    return typeof value === 'number' ? value : Number.NaN;
  }),
});
