// Reads rows and answers through the ports: the dataset, files of predictions, and models run on the dataset.
import { didYouMean } from '../formats/did-you-mean.ts';
import type { Problem, Read } from '../formats/problem.ts';
import { DataError, quoteIdentifier, type Column, type DataEngine } from '../ports/data-engine.ts';
import type { ModelScorer, ScoredModel } from '../ports/model-scorer.ts';
import type { Workspace } from '../ports/workspace.ts';
import type { Texts } from './alignment.ts';
import { planFeatures, type FeatureInput } from './plan.ts';
import { problemOf, reasonOf } from './reason.ts';
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

export async function texts(engine: DataEngine, table: OpenTable, column: string, id: string): Promise<Texts> {
  const type = typeOf(table, column);
  if (isNested(type)) throw wrongType(table, column, `holds ${type}, and one value a row is needed`);
  return engine.texts(ordered(table, `CAST(${quoteIdentifier(column)} AS VARCHAR)`, id));
}

export async function numbers(engine: DataEngine, table: OpenTable, column: string, id: string): Promise<Float64Array> {
  const type = typeOf(table, column);
  if (isNested(type) || /^(DATE|TIME|INTERVAL|UUID|BLOB)/.test(type))
    throw wrongType(table, column, `holds ${type}, and a number is needed`);
  try {
    return await engine.numbers(ordered(table, `CAST(${quoteIdentifier(column)} AS DOUBLE)`, id));
  } catch (error) {
    const [, text] = /^Could not convert string '(.*)' to DOUBLE/s.exec(reasonOf(error).message) ?? [];
    throw text === undefined ? error : wrongType(table, column, `holds "${text}", which is no number`);
  }
}

const typeOf = ({ columns }: OpenTable, column: string): string =>
  columns.find(({ name }) => name === column)?.type ?? '';
const isNested = (type: string): boolean => /\]$|^(STRUCT|MAP|UNION|LIST)/.test(type);

const wrongType = ({ file }: OpenTable, column: string, what: string): DataError =>
  new DataError('GATE_COLUMN_TYPE', `The column "${column}" ${what}.`, {
    file,
    hint: what.endsWith('no number')
      ? 'Write numbers with a point as decimal sign, without a unit or a sign of per cent.'
      : 'Name a column with one plain value a row, or write its parts as columns of their own.',
  });

/** Runs a model on the dataset's columns. */
export async function scoreModel<S extends TaskRows, A>(
  ports: EvidencePorts,
  task: Pick<GateTask<S, A>, 'armOf'>,
  setting: TaskSetting<S> & {
    readonly model: {
      readonly path: string;
      readonly load: () => Promise<Read<ScoredModel>>;
      /** It is run here: nobody is sent its numbers, which can be in the precision that it reckons in. */
      readonly here?: boolean;
    };
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
      const columns: Record<string, Float64Array | Float32Array | Texts> = {};
      const isSingle = ({ input }: FeatureInput): boolean =>
        model.here === true && loaded.signature.inputs.some(({ name, type }) => name === input && type === 'float32');
      for (const feature of plan.value) {
        const asked = { ...feature, id: policy.data.id, single: isSingle(feature) };
        columns[feature.input] = await readFeature(ports.engine, table, asked);
      }
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
  feature: FeatureInput & { readonly id: string; readonly single: boolean },
): Promise<Float64Array | Float32Array | Texts> {
  const { id, single } = feature;
  const [only] = feature.columns;
  if (feature.type === 'text') {
    const parts = await each(feature.columns, (column) => texts(engine, table, column, id));
    return parts.length === 1 ? parts[0]! : parts[0]!.flatMap((_, row) => parts.map((part) => part[row]!));
  }
  if (feature.columns.length === 1) return numbers(engine, table, only!, id);
  const parts = await each(feature.columns, (column) => numbers(engine, table, column, id));
  const rows = parts[0]!.length;
  return single ? interleaved(parts, new Float32Array(rows * parts.length)) : interleave(rows, parts);
}

export const interleave = (rows: number, columns: readonly Float64Array[]): Float64Array =>
  interleaved(columns, new Float64Array(rows * columns.length));

function interleaved<T extends Float64Array | Float32Array>(columns: readonly Float64Array[], values: T): T {
  const rows = values.length / columns.length;
  columns.forEach((column, index) => {
    for (let row = 0; row < rows; row++) values[row * columns.length + index] = column[row]!;
  });
  return values;
}

export function missingColumns(table: OpenTable, needed: readonly string[]): Problem[] {
  const known = table.columns.map(({ name }) => name);
  const asked = [...new Set(needed)];
  const twice = table.columns.filter(({ name, repeated }) => repeated === true && asked.includes(name));
  const repeated = twice.map(({ name }): Problem => ({
    code: 'GATE_COLUMN_REPEATED',
    severity: 'error',
    message: `The header names "${name}" more than once: it is not known which of the columns is meant.`,
    hint: 'Give each column a name of its own.',
    file: table.file,
  }));
  const absent = asked
    .filter((column) => !known.includes(column))
    .map((column): Problem => ({
      code: 'GATE_COLUMN_MISSING',
      severity: 'error',
      message: `There is no column "${column}".`,
      hint: didYouMean(column, known).replace(/^./, (first) => first.toUpperCase()),
      file: table.file,
    }));
  return [...repeated, ...absent];
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
