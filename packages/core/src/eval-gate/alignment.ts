// Rows of one file beside rows of another: every id once, in both, in one order, or problems that say which are not.
import type { Problem, Read } from '../formats/problem.ts';

export type Texts = readonly (string | null)[];

/** The ids of a file of predictions. */
export interface RawIds {
  /** Path, for messages. */
  readonly file: string;
  readonly idColumn: string;
  readonly ids: Texts;
}

/** @returns for each id of the sample its row in the file */
export function rowsInOrder(sampleIds: readonly string[], raw: RawIds): Read<Int32Array> {
  const problems = idProblems(raw.ids, raw.idColumn, raw.file);
  const place = new Map(raw.ids.map((id, row) => [id, row]));
  const absent = sampleIds.filter((id) => !place.has(id));
  if (absent.length > 0) {
    problems.push(
      rowsProblem(
        'GATE_IDS_MISSING',
        raw.file,
        `${absent.length} of ${sampleIds.length} rows have no prediction here (first: ${quoted(absent.slice(0, 3))}).`,
        spelledOtherwise(absent, raw.ids) ??
          'Both models must answer the same rows; a comparison that leaves some out could hide a loss.',
      ),
    );
  }
  const known = new Set<string | null>(sampleIds);
  const extra = raw.ids.filter((id) => !known.has(id));
  if (extra.length > 0) {
    problems.push(
      rowsProblem(
        'GATE_IDS_EXTRA',
        raw.file,
        `The dataset does not have ${extra.length} of the rows that are predicted here (first: ${quoted(extra.slice(0, 3))}).`,
        'Predict the rows of the same dataset.',
      ),
    );
  }
  if (problems.length > 0) return { problems };
  return { value: Int32Array.from(sampleIds, (id) => place.get(id)!), problems };
}

/** `7`, `7.0` and `007` are one number and three ids: whoever mixed them should be told. */
function spelledOtherwise(absent: readonly string[], ids: Texts): string | undefined {
  const [first = ''] = absent;
  if (first.trim() === '' || !Number.isFinite(Number(first))) return undefined;
  const near = ids.find((id) => id !== null && id !== first && id.trim() !== '' && Number(id) === Number(first));
  return near === undefined || near === null
    ? undefined
    : `The same number is written "${first}" there and "${near}" here: write ids alike in both files, best as texts.`;
}

export function idProblems(ids: Texts, column: string, file: string): Problem[] {
  const problems = missing(ids, ids, (count) =>
    rowsProblem('GATE_ID_MISSING', file, `${rowsHave(count)} no "${column}".`, 'Every row needs an id.'),
  );
  const rounded = ids.find((id) => id !== null && /^-?\d(\.\d+)?e\+\d+$/.test(id));
  if (rounded !== undefined) {
    return [
      ...problems,
      rowsProblem(
        'GATE_ID_ROUNDED',
        file,
        `"${column}" was read as floating-point numbers ("${rounded}"): whole numbers of this size are not told apart.`,
        'Write ids as texts: in Parquet or JSON Lines, or in CSV with a letter before the number.',
      ),
    ];
  }
  const seen = new Set<string | null>();
  const twice = ids.filter((id) => id !== null && seen.size === seen.add(id).size);
  if (twice.length > 0) {
    problems.push(
      rowsProblem(
        'GATE_ID_DUPLICATE',
        file,
        `${twice.length === 1 ? '1 row repeats' : `${twice.length} rows repeat`} a value of "${column}" (first: ${quoted([twice[0]!])}).`,
        'Ids must be unique: rows are compared by them.',
      ),
    );
  }
  return problems;
}

export function missing(values: Texts, ids: Texts, problem: (count: number, first: string) => Problem): Problem[] {
  const first = values.indexOf(null);
  if (first === -1) return [];
  return [problem(values.filter((value) => value === null).length, `"${ids[first] ?? ''}"`)];
}

export const rowsHave = (count: number): string => (count === 1 ? '1 row has' : `${count} rows have`);

export const quoted = (texts: readonly (string | null)[]): string => texts.map((text) => `"${text}"`).join(', ');

export const rowsProblem = (code: string, file: string, message: string, hint: string): Problem => ({
  code,
  severity: 'error',
  message,
  hint,
  file,
});
