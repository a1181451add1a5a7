// Rows of a list as columns: what repeats from row to row (names of fields and metrics, branches, verdicts) is written
// once, so that a segment of the index has half the bytes and is read in two thirds of the time. Plain JSON, any rows.

/**
 * One field of all rows. A list holds the values themselves. `distinct`: each value once, and which of them each row
 * has. `shapes`: objects, each shape's keys once, which shape each row has, and for each key the column of the rows
 * that have it.
 */
type Column = readonly unknown[] | TextColumn | ObjectColumn;

interface TextColumn {
  readonly distinct: readonly unknown[];
  readonly at: readonly number[];
}

interface ObjectColumn {
  readonly shapes: readonly (readonly string[])[];
  /** Left out when there is one shape. */
  readonly of?: readonly number[];
  readonly count: number;
  /** Pairs and not an object: a key may be called `__proto__`. */
  readonly fields: readonly (readonly [key: string, values: Column])[];
}

type Fields = Readonly<Record<string, unknown>>;

/** @param rows JSON values */
export const packRows = (rows: readonly unknown[]): string => `${JSON.stringify(columnOf(rows))}\n`;

/**
 * Equal texts, and objects of equal shape, share their memory.
 * @throws Error when the text is not what `packRows` writes
 */
export function unpackRows(text: string): readonly unknown[] {
  const rows = valuesOf(JSON.parse(text) as Column);
  if (Array.isArray(rows)) return rows;
  throw new Error('There are no rows.');
}

function columnOf(values: readonly unknown[]): Column {
  if (values.length > 0 && values.every(isFields)) return objectColumn(values);
  const places = new Map<unknown, number>();
  for (const value of values) {
    if (typeof value === 'object') return values;
    if (!places.has(value)) places.set(value, places.size);
  }
  const texts = values.some((value) => typeof value === 'string');
  if (!texts || places.size * 2 > values.length) return values;
  return { distinct: [...places.keys()], at: values.map((value) => places.get(value) ?? 0) };
}

function objectColumn(values: readonly Fields[]): Column {
  const shapes = new Map<string, number>();
  const columns = new Map<string, unknown[]>();
  const of = values.map((value) => {
    const keys = Object.keys(value);
    for (const key of keys) {
      const column = columns.get(key) ?? [];
      column.push(value[key]);
      columns.set(key, column);
    }
    const shape = JSON.stringify(keys);
    const place = shapes.get(shape) ?? shapes.size;
    shapes.set(shape, place);
    return place;
  });
  return {
    shapes: [...shapes.keys()].map((shape) => JSON.parse(shape) as string[]),
    ...(shapes.size > 1 && { of }),
    count: values.length,
    fields: [...columns].map(([key, column]) => [key, columnOf(column)] as const),
  };
}

/** @param column as read: of any shape, and then something below does not fit */
function valuesOf(column: Column): readonly unknown[] {
  if ('distinct' in column) return column.at.map((place) => checked(column.distinct[place]));
  return 'shapes' in column ? objectsOf(column) : column;
}

function objectsOf({ shapes, of, count, fields }: ObjectColumn): readonly unknown[] {
  const columns = new Map(fields.map(([key, column]) => [key, { values: valuesOf(column), next: 0 }]));
  const plans = shapes.map((keys) => ({
    keys,
    columns: keys.map((key) => checked(columns.get(key))),
    // Copies of one object have its layout: fields added one by one would make a hash table of twenty metrics.
    model: JSON.parse(`{${keys.map((key) => `${JSON.stringify(key)}:null`).join(',')}}`) as Record<string, unknown>,
  }));
  return Array.from({ length: count }, (_, row) => {
    const plan = checked(plans[of === undefined ? 0 : (of[row] ?? -1)]);
    const made = { ...plan.model };
    for (let field = 0; field < plan.keys.length; field++) {
      const column = checked(plan.columns[field]);
      made[plan.keys[field] ?? ''] = checked(column.values[column.next]);
      column.next += 1;
    }
    return made;
  });
}

function checked<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The columns do not fit together.');
  return value;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
