// Columns as JSON tensors: what a served model's inputs take.
import type { ModelColumns, ModelError, ModelSignature } from '@pawl/core';
import { datatypes, type Datatype, type Tensor } from '@pawl/wire';

export type InputTensor = ModelSignature['inputs'][number] & {
  readonly datatype: Datatype;
  /** Of the shape `[rows]`, not `[rows, features]`. */
  readonly flat: boolean;
};

type MakeProblem = (code: string, said: string, hint: string) => ModelError;
type InputType = InputTensor['type'];

function typeOf(datatype: Datatype): InputType {
  if (datatype === 'BYTES') return 'string';
  if (datatype === 'BOOL') return 'bool';
  if (datatype === 'FP64') return 'float64';
  if (datatype.startsWith('FP')) return 'float32';
  return datatype.endsWith('64') || datatype === 'UINT32' ? 'int64' : 'int32';
}

/** @throws ModelError when no column can fill it */
export function inputOf({ name, datatype, shape }: Record<string, unknown>, problem: MakeProblem): InputTensor {
  const known = datatypes.find((type) => type === datatype);
  const sizes: readonly unknown[] = Array.isArray(shape) ? shape : [];
  const [rows, width] = sizes.map(Number);
  if (typeof name !== 'string' || known === undefined || sizes.length < 1 || sizes.length > 2) {
    const said = `has the input "${String(name)}" of type ${String(datatype)} and shape [${sizes.join(', ')}]`;
    throw problem('MODEL_INPUT', said, 'Columns fill inputs of the shape [-1] or [-1, features].');
  }
  if (!(rows! < 0)) {
    const said = `takes exactly ${rows} rows in its input "${name}"`;
    throw problem('MODEL_INPUT', said, 'Serve it with a first dimension of -1, or with max_batch_size.');
  }
  const features = sizes.length === 1 ? 1 : width! > 0 ? width : undefined;
  const type = typeOf(known);
  return { name, type, datatype: known, flat: sizes.length === 1, ...(features !== undefined && { width: features }) };
}

export interface BatchRows {
  readonly from: number;
  readonly count: number;
  /** Of all batches together. */
  readonly rows: number;
}

/** JSON has no NaN: a missing value cannot be sent, and is never sent as something else. @throws ModelError */
export function tensorOf(
  { name, datatype, type, flat }: InputTensor,
  column: ModelColumns[string] | undefined,
  { from, count, rows }: BatchRows,
  problem: MakeProblem,
): Tensor {
  if (column === undefined)
    throw problem('MODEL_INPUT', `got no values for its input "${name}"`, 'Map a column to it in `data.features`.');
  const width = column.length / rows;
  const given = [...column.slice(from * width, (from + count) * width)];
  const whole = type === 'int32' || type === 'int64' || type === 'bool';
  const data = given.map((value) => {
    if (type === 'string') return typeof value === 'number' ? String(value) : (value ?? '');
    if (typeof value === 'number' && (whole ? Number.isInteger(value) : Number.isFinite(value)))
      return type === 'bool' ? value !== 0 : value;
    const said = `cannot be sent ${typeof value === 'number' && !Number.isNaN(value) ? value : 'a missing value'}`;
    const wanted = whole ? 'whole numbers without gaps' : 'numbers without gaps';
    throw problem(
      'MODEL_INPUT',
      `${said} in its input "${name}" (${datatype})`,
      `Map ${wanted} to it in \`data.features\`.`,
    );
  });
  return { name, datatype, shape: flat ? [count] : [count, width], data };
}
