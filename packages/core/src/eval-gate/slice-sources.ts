// From the dataset's columns to slices worth testing: which columns are searched, and what a row's loss is.
import type { GatePolicy } from '../formats/gate-policy.ts';
import { SliceSearch } from '../formats/gate-slices.ts';
import type { DataEngine } from '../ports/data-engine.ts';
import { headlineMetric } from './asked.ts';
import type { OpenTable } from './read-evidence.ts';
import { readCoded, type CodedColumn, type LeftOut } from './slice-columns.ts';
import { findSlices, type SliceFindings } from './slice-search.ts';
import type { ValuesLeftOut } from './slice-values.ts';
import type { Side, TaskEvidence } from './task.ts';

export interface Searched extends SliceFindings {
  /** Columns that were searched. */
  readonly columns: readonly string[];
  readonly leftOut: readonly LeftOut[];
  /** Of columns that were. */
  readonly valuesLeftOut: readonly ValuesLeftOut[];
}

export interface SearchSetting {
  readonly policy: GatePolicy;
  readonly evidence: TaskEvidence;
  readonly table: OpenTable;
  readonly seed: number;
}

/** What the policy asks of the search; undefined where it asks for none. */
export function searchOf({ slices }: GatePolicy): SliceSearch | undefined {
  const auto = slices?.auto;
  if (auto === undefined || auto === false) return undefined;
  return auto === true ? SliceSearch.parse({}) : auto;
}

export async function searchSlices(engine: DataEngine, setting: SearchSetting, search: SliceSearch): Promise<Searched> {
  const { policy, evidence, table, seed } = setting;
  const minimumRows = search['minimum-rows'] ?? policy['minimum-slice-rows'];
  const coded: CodedColumn[] = [];
  const leftOut: LeftOut[] = [];
  const { id } = policy.data;
  for (const column of searchedColumns(policy, table, search)) {
    // Half of a condition's rows are searched, half tested.
    const read = await readCoded(engine, { table, id, column }, { minimumRows: 2 * minimumRows, bins: search.bins });
    const found = 'why' in read ? read : ofUnits(read, evidence);
    if ('why' in found) leftOut.push(found);
    else coded.push(found);
  }
  const metric = headlineMetric(policy);
  const [after, before] = [lossesOf(evidence, metric, 'candidate'), lossesOf(evidence, metric, 'baseline')];
  const { depth, tested } = search;
  const findings = findSlices(
    coded,
    after.map((loss, row) => loss - before[row]!),
    { seed, depth, minimumRows, tested, clusters: evidence.clusters },
  );
  return {
    ...findings,
    columns: coded.map(({ column }) => column),
    leftOut,
    valuesLeftOut: coded.flatMap(({ valuesLeftOut }) => valuesLeftOut ?? []),
  };
}

/** All columns but those that name rows, hold the truth or an answer, or say how rows were sampled. */
function searchedColumns(
  { data, predictions }: GatePolicy,
  table: OpenTable,
  search: SliceSearch,
): OpenTable['columns'] {
  if (search.columns !== undefined) return table.columns.filter(({ name }) => search.columns?.includes(name));
  const { id, label, query, weight, cluster } = data;
  const asked = predictions?.probability;
  const answers = [
    ...(typeof asked === 'object' ? Object.values(asked) : [asked]),
    predictions?.prediction,
    predictions?.id,
    'prediction',
    'probability',
    'score',
  ];
  const out = new Set([id, label, query, weight, cluster, ...answers, ...search.except]);
  return table.columns.filter(({ name }) => !out.has(name) && !name.startsWith('probability_'));
}

/** A query's items share its conditions only where they all agree. */
function ofUnits(coded: CodedColumn, { unitOf, rows }: TaskEvidence): CodedColumn | LeftOut {
  if (unitOf === undefined) return coded;
  const codes = new Uint8Array(rows);
  const seen = new Uint8Array(rows);
  let differing = 0;
  unitOf.forEach((unit, row) => {
    const code = coded.codes[row]!;
    if (seen[unit] === 0) {
      seen[unit] = 1;
      codes[unit] = code;
    } else if (codes[unit] !== code) {
      codes[unit] = 0;
      differing += 1;
    }
  });
  return differing > unitOf.length / 2
    ? { column: coded.column, why: 'it differs among the rows of a query' }
    : { ...coded, codes };
}

function lossesOf(evidence: TaskEvidence, metric: string, side: Side): Float64Array {
  if (evidence.rowLosses !== undefined) return evidence.rowLosses(metric, side);
  const sign = evidence.traits(metric).direction === 'lower' ? 1 : -1;
  return Float64Array.from({ length: evidence.rows }, (_, row) => {
    const { value } = evidence.measure(metric, side, Int32Array.of(row));
    return value === null ? Number.NaN : sign * value;
  });
}
