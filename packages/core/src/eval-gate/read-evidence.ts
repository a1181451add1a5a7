// Reads rows and answers through the ports: the dataset, files of predictions, and models run on the dataset.
import type { GatePolicy } from '../formats/gate-policy.ts';
import { didYouMean } from '../formats/did-you-mean.ts';
import type { Problem, Read } from '../formats/problem.ts';
import { quoteIdentifier, type Column, type DataEngine } from '../ports/data-engine.ts';
import type { ModelScorer } from '../ports/model-scorer.ts';
import type { Workspace } from '../ports/workspace.ts';
import {
  alignPredictions,
  armOfLabels,
  armOfProbabilities,
  makeSample,
  type RawRows,
  type Texts,
} from './alignment.ts';
import { planFeatures, type FeatureInput } from './plan.ts';
import { problemOf } from './reason.ts';
import type { Arm, Sample } from './sample.ts';

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

const texts = (engine: DataEngine, table: OpenTable, column: string, id: string): Promise<Texts> =>
  engine.texts(ordered(table, `CAST(${quoteIdentifier(column)} AS VARCHAR)`, id));

const numbers = (engine: DataEngine, table: OpenTable, column: string, id: string): Promise<Float64Array> =>
  engine.numbers(ordered(table, `CAST(${quoteIdentifier(column)} AS DOUBLE)`, id));

export async function readSample(
  ports: EvidencePorts,
  table: OpenTable,
  data: GatePolicy['data'],
): Promise<Read<Sample>> {
  const problems = missingColumns(table, [data.id, data.label, ...data.slices]);
  if (problems.length > 0) return { problems };
  return reading(table.file, async () => {
    const raw: RawRows = {
      file: table.file,
      ids: await texts(ports.engine, table, data.id, data.id),
      labels: await texts(ports.engine, table, data.label, data.id),
      slices: Object.fromEntries(
        await each(data.slices, async (column) => [column, await texts(ports.engine, table, column, data.id)] as const),
      ),
    };
    return makeSample(raw, data);
  });
}

export async function readPredictions(
  ports: EvidencePorts,
  table: OpenTable,
  setting: { readonly policy: GatePolicy; readonly sample: Sample },
): Promise<Read<Arm>> {
  const { policy, sample } = setting;
  const id = policy.predictions?.id ?? policy.data.id;
  const known = table.columns.map(({ name }) => name);
  const byClass = probabilityColumns(policy, sample, known);
  const label = policy.predictions?.prediction ?? 'prediction';
  const problems = missingColumns(table, [id, ...(byClass ?? [label]).filter((column) => column !== undefined)]);
  if (problems.length > 0) return { problems };
  return reading(table.file, async () => {
    const ids = await texts(ports.engine, table, id, id);
    const raw = { file: table.file, idColumn: id, ids };
    if (byClass === undefined) {
      return alignPredictions(
        sample,
        { ...raw, labels: await texts(ports.engine, table, label, id) },
        policy.threshold,
      );
    }
    const columns = await each(byClass, (column) =>
      column === undefined ? Promise.resolve(undefined) : numbers(ports.engine, table, column, id),
    );
    const probabilities = interleave(
      ids.length,
      columns.map((values) => values ?? complementOf(columns)),
    );
    return alignPredictions(sample, { ...raw, probabilities }, policy.threshold);
  });
}

/** One column per class, undefined for the class that gets what the other leaves; undefined altogether when the file has classes only. */
function probabilityColumns(
  policy: GatePolicy,
  sample: Sample,
  known: readonly string[],
): (string | undefined)[] | undefined {
  const asked = policy.predictions?.probability;
  const { classes, positive } = sample;
  if (typeof asked === 'object') return classes.map((name) => asked[name] ?? `probability_${name}`);
  if (asked === undefined && classes.every((name) => known.includes(`probability_${name}`))) {
    return classes.map((name) => `probability_${name}`);
  }
  const column = asked ?? 'probability';
  if (asked === undefined && !known.includes(column)) return undefined;
  return positive === undefined ? undefined : classes.map((_, index) => (index === positive ? column : undefined));
}

const complementOf = (columns: readonly (Float64Array | undefined)[]): Float64Array =>
  columns.find((values) => values !== undefined)!.map((value) => 1 - value);

/** Runs a model on the dataset's columns. */
export async function scoreModel(
  ports: EvidencePorts,
  model: { readonly bytes: Uint8Array; readonly path: string },
  setting: { readonly policy: GatePolicy; readonly sample: Sample; readonly table: OpenTable },
): Promise<Read<Arm>> {
  const { policy, sample, table } = setting;
  return reading(model.path, async () => {
    const loaded = await ports.scorer.load(model.bytes, model.path);
    try {
      const source = { file: table.file, columns: table.columns, label: policy.data.label };
      const plan = planFeatures(policy.data.features, loaded.signature, source);
      if (plan.value === undefined) return { problems: plan.problems };
      const rows = sample.ids.length;
      const columns: Record<string, Float64Array | Texts> = {};
      for (const feature of plan.value)
        columns[feature.input] = await readFeature(ports.engine, table, feature, policy.data.id);
      const scores = await loaded.score(columns, rows);
      if (scores.labels !== undefined) {
        const arm = armOfLabels(sample, scores.labels, model.path);
        return { ...arm, problems: [...plan.problems, ...arm.problems] };
      }
      if (scores.classes !== sample.classes.length)
        return { problems: [classCountProblem(scores.classes, sample, model.path)] };
      const arm = armOfProbabilities(sample, scores.probabilities, { file: model.path, threshold: policy.threshold });
      return { ...arm, problems: [...plan.problems, ...arm.problems] };
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

function interleave(rows: number, columns: readonly Float64Array[]): Float64Array {
  const values = new Float64Array(rows * columns.length);
  columns.forEach((column, index) => {
    for (let row = 0; row < rows; row++) values[row * columns.length + index] = column[row]!;
  });
  return values;
}

const classCountProblem = (found: number, sample: Sample, file: string): Problem => ({
  code: 'GATE_CLASS_COUNT',
  severity: 'error',
  message: `The model gives ${found} probabilities per row; the data have ${sample.classes.length} classes (${sample.classes.join(', ')}).`,
  hint: 'Name all of the classes, in the order of the probabilities, in `data.classes`.',
  file,
});

function missingColumns(table: OpenTable, needed: readonly string[]): Problem[] {
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

async function each<T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await read(item));
  return results;
}

async function reading<T>(file: string, read: () => Promise<Read<T>>): Promise<Read<T>> {
  try {
    return await read();
  } catch (error) {
    const hint = 'Look at the file: it could not be read or run.';
    return { problems: [problemOf(error, { code: 'GATE_UNREADABLE', file, hint })] };
  }
}
