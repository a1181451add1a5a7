// Reads rows and answers through the ports: the dataset, files of predictions, and models run on the dataset.
import { didYouMean } from '../formats/did-you-mean.ts';
import type { Problem, Read } from '../formats/problem.ts';
import { quoteIdentifier, type Column, type DataEngine } from '../ports/data-engine.ts';
import type { ModelScorer, ScoredModel } from '../ports/model-scorer.ts';
import type { Workspace } from '../ports/workspace.ts';
import type { Texts } from './alignment.ts';
import { planFeatures, type FeatureInput } from './plan.ts';
import { problemOf } from './reason.ts';
import type { GateTask, TaskRows, TaskSetting } from './task.ts';

export interface EvidencePorts {
  readonly workspace: Workspace;
  readonly engine: DataEngine;
  readonly scorer: ModelScorer;
}

/** A file the engine has opened, with the column that names its rows. */
export interface OpenTable {
  readonly view: string;
  readonly file: string;
  readonly columns: readonly Column[];
}

export async function openTable(ports: EvidencePorts, view: string, file: string): Promise<Read<OpenTable>> {
  let absolute = file;
  try {
    absolute = await ports.workspace.resolve(file);
    const columns = await ports.engine.attach(view, absolute, file);
    return { value: { view, file, columns }, problems: [] };
  } catch (error) {
    const hint = 'Give a Parquet, CSV or JSON file that is whole.';
    const problem = problemOf(error, { code: 'GATE_DATA_UNREADABLE', file, hint });
    // Engines name files by their absolute path, which says nothing to whoever reads the comment.
    return { problems: [{ ...problem, message: problem.message.replaceAll(absolute, file) }] };
  }
}

/** Rows always come in the order of their ids: then columns read one by one belong together on every engine. */
const ordered = (table: OpenTable, expression: string, id: string): string =>
  `SELECT ${expression} FROM ${quoteIdentifier(table.view)} ORDER BY ${quoteIdentifier(id)}`;

export const texts = (engine: DataEngine, table: OpenTable, column: string, id: string): Promise<Texts> =>
  engine.texts(ordered(table, `CAST(${quoteIdentifier(column)} AS VARCHAR)`, id));

export const numbers = (engine: DataEngine, table: OpenTable, column: string, id: string): Promise<Float64Array> =>
  engine.numbers(ordered(table, `CAST(${quoteIdentifier(column)} AS DOUBLE)`, id));

/** Runs a model on the dataset's columns. */
export async function scoreModel<S extends TaskRows, A>(
  ports: EvidencePorts,
  task: Pick<GateTask<S, A>, 'armOf'>,
  setting: TaskSetting<S> & {
    readonly model: { readonly path: string; readonly load: () => Promise<Read<ScoredModel>> };
    readonly table: OpenTable;
  },
): Promise<Read<A>> {
  const { policy, sample, table, model } = setting;
  return reading(model.path, async () => {
    const opened = await model.load();
    if (opened.value === undefined) return { problems: opened.problems };
    const loaded = opened.value;
    try {
      const source = { file: table.file, columns: table.columns, label: policy.data.label };
      const plan = planFeatures(policy.data.features, loaded.signature, source);
      if (plan.value === undefined) return { problems: plan.problems };
      const rows = sample.ids.length;
      const columns: Record<string, Float64Array | Texts> = {};
      for (const feature of plan.value)
        columns[feature.input] = await readFeature(ports.engine, table, feature, policy.data.id);
      const arm = task.armOf(await loaded.score(columns, rows), { policy, sample, file: model.path });
      return { ...arm, problems: [...opened.problems, ...plan.problems, ...arm.problems] };
    } finally {
      await loaded.close();
    }
  });
}

async function readFeature(
  engine: DataEngine,
  table: OpenTable,
  feature: FeatureInput,
  id: string,
): Promise<Float64Array | Texts> {
  const [only] = feature.columns;
  if (feature.type === 'text') {
    const parts = await each(feature.columns, (column) => texts(engine, table, column, id));
    return parts.length === 1 ? parts[0]! : parts[0]!.flatMap((_, row) => parts.map((part) => part[row]!));
  }
  if (feature.columns.length === 1) return numbers(engine, table, only!, id);
  const parts = await each(feature.columns, (column) => numbers(engine, table, column, id));
  return interleave(parts[0]!.length, parts);
}

export function interleave(rows: number, columns: readonly Float64Array[]): Float64Array {
  const values = new Float64Array(rows * columns.length);
  columns.forEach((column, index) => {
    for (let row = 0; row < rows; row++) values[row * columns.length + index] = column[row]!;
  });
  return values;
}

export function missingColumns(table: OpenTable, needed: readonly string[]): Problem[] {
  const known = table.columns.map(({ name }) => name);
  return [...new Set(needed)]
    .filter((column) => !known.includes(column))
    .map((column) => ({
      code: 'GATE_COLUMN_MISSING',
      severity: 'error',
      message: `There is no column "${column}".`,
      hint: didYouMean(column, known).replace(/^./, (first) => first.toUpperCase()),
      file: table.file,
    }));
}

export async function each<T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await read(item));
  return results;
}

export async function reading<T>(file: string, read: () => Promise<Read<T>>): Promise<Read<T>> {
  try {
    return await read();
  } catch (error) {
    const hint = 'Look at the file: it could not be read or run.';
    return { problems: [problemOf(error, { code: 'GATE_UNREADABLE', file, hint })] };
  }
}
