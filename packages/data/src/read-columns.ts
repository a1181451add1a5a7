// One column at a time, chunk by chunk, into a typed array: no object is made for a row.
import type { DuckDBResult, DuckDBValue, DuckDBVector } from '@duckdb/node-api';

const floatTypes = new Set(['DOUBLE', 'FLOAT', 'TINYINT', 'SMALLINT', 'INTEGER', 'UTINYINT', 'USMALLINT', 'UINTEGER']);

/** The first column as doubles; NULL is NaN. */
export async function readNumbers(result: DuckDBResult): Promise<Float64Array> {
  const plain = floatTypes.has(String(result.columnType(0)));
  let values = new Float64Array(4096);
  let length = 0;
  for await (const vector of vectorsOf(result)) {
    const count = vector.itemCount;
    if (length + count > values.length) {
      const larger = new Float64Array(Math.max(values.length * 2, length + count));
      larger.set(values.subarray(0, length));
      values = larger;
    }
    if (plain) copyItems(vector, values, length);
    else for (let i = 0; i < count; i++) values[length + i] = numberOf(vector.getItem(i) as DuckDBValue);
    length += count;
  }
  return values.slice(0, length);
}

/** The first column as text. */
export async function readTexts(result: DuckDBResult): Promise<readonly (string | null)[]> {
  const texts: (string | null)[] = [];
  for await (const vector of vectorsOf(result)) {
    for (let i = 0; i < vector.itemCount; i++) {
      const value = vector.getItem(i) as DuckDBValue;
      texts.push(value === null ? null : String(value));
    }
  }
  return texts;
}

async function* vectorsOf(result: DuckDBResult): AsyncGenerator<DuckDBVector> {
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield chunk.getColumnVector(0);
  }
}

/** The vectors of plain numbers hold a typed array and a validity mask. */
function copyItems(vector: DuckDBVector, into: Float64Array, at: number): void {
  const { items, validity } = vector as unknown as {
    items: ArrayLike<number>;
    validity: { itemValid(index: number): boolean; data: unknown };
  };
  into.set(items, at);
  if (validity.data === null) return;
  for (let i = 0; i < items.length; i++) if (!validity.itemValid(i)) into[at + i] = Number.NaN;
}

function numberOf(value: DuckDBValue): number {
  if (value === null) return Number.NaN;
  if (typeof value === 'object' && 'toDouble' in value && typeof value.toDouble === 'function')
    return value.toDouble() as number;
  return Number(value);
}
