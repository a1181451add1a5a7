// What an expression of a policy can name: the dataset's columns, and the truth and answer of a row.
import type { Named, ParsedExpression, ValueType } from '../expression/index.ts';
import { columnFamily, isNumeric } from '../dataset/column-family.ts';
import type { DataEngine } from '../ports/data-engine.ts';
import { each, numbers, texts, type OpenTable } from './read-evidence.ts';
import type { RowAnswers, Side } from './task.ts';

export type Names = ReadonlyMap<string, Named>;

/** Reads the columns that any of the expressions names, each once; the others are known and empty. */
export async function columnNames(
  engine: DataEngine,
  { table, id }: { readonly table: OpenTable; readonly id: string },
  expressions: readonly ParsedExpression[],
): Promise<Names> {
  const asked = new Set(expressions.flatMap(({ names }) => names));
  const entries = await each(table.columns, async ({ name, type }) => {
    const family = columnFamily(type);
    if (!asked.has(name)) return [name, { type: 'number', at: () => null } satisfies Named] as const;
    if (isNumeric(family)) {
      const values = await numbers(engine, table, name, id);
      return [name, { type: 'number', at: (row) => values[row]! } satisfies Named] as const;
    }
    const values = await texts(engine, table, name, id);
    const named: Named =
      family === 'boolean'
        ? { type: 'boolean', at: (row) => (values[row] === null ? null : values[row] === 'true') }
        : { type: 'text', at: (row) => values[row]! };
    return [name, named] as const;
  });
  return new Map<string, Named>(
    entries.flatMap(
      ([name, named]) =>
        [
          [name, named],
          [`\`${name}\``, named],
        ] as const,
    ),
  );
}

/** `label`, `prediction` and `probability` mean the row's truth and one side's answer, whatever columns are called so. */
export function namesOfSide(columns: Names, answers: RowAnswers, side: Side): Names {
  const said = answerType(answers.classes);
  return new Map<string, Named>([
    ...columns,
    ['label', { type: said.type, at: (row) => said.of(answers.truth(row)) }],
    ['prediction', { type: said.type, at: (row) => said.of(answers.prediction(side, row)) }],
    ...(answers.probability === undefined
      ? []
      : [['probability', { type: 'number', at: (row: number) => answers.probability?.(side, row) ?? null }] as const]),
  ]);
}

/** Classes called 0 and 1 are numbers, true and false are themselves, others texts. */
function answerType(classes: readonly string[] | undefined): {
  readonly type: ValueType;
  readonly of: (answer: number) => number | string | boolean;
} {
  if (classes === undefined) return { type: 'number', of: (answer) => answer };
  const numbers = classes.map((name) => (name.trim() === '' ? Number.NaN : Number(name)));
  if (numbers.every(Number.isFinite)) return { type: 'number', of: (answer) => numbers[answer]! };
  if (classes.every((name) => name === 'true' || name === 'false'))
    return { type: 'boolean', of: (answer) => classes[answer] === 'true' };
  return { type: 'text', of: (answer) => classes[answer]! };
}
