// 50 expectations on a Parquet of 20 columns, against DuckDB's own single pass of the same aggregates.
import { dataValidationInputs, validateData } from '@pawl/core/data-validation';
import { readInputs } from '@pawl/core';
import { openDataEngine } from '@pawl/data';
import { benchContext, benchWorkspace } from './bench-ports.ts';
import { openDuckDb, parquetFolder, processorTime } from './data-table.ts';
import type { BenchResult } from './result.ts';

const columns = ['id', 'email', 'airport', 'note', 'late', 'seen'].concat(
  Array.from({ length: 8 }, (_, index) => `x${index}`),
  Array.from({ length: 6 }, (_, index) => `n${index}`),
);

/** Each expectation beside the aggregate that DuckDB would be asked for by hand. */
const expectations: readonly (readonly [yaml: string, sql: string])[] = [
  ...columns.map(
    (column) =>
      [`type: expect_column_values_to_not_be_null, column: ${column}, mostly: 0.9`, `count(${column})`] as const,
  ),
  ...Array.from(
    { length: 8 },
    (_, index) =>
      [
        `type: expect_column_values_to_be_between, column: x${index}, min_value: 0, max_value: ${100 * (index + 1)}`,
        `count(*) FILTER (WHERE x${index} < 0 OR x${index} > ${100 * (index + 1)})`,
      ] as const,
  ),
  ...Array.from(
    { length: 6 },
    (_, index) =>
      [
        `type: expect_column_values_to_be_between, column: n${index}, min_value: 0, max_value: 10000`,
        `count(*) FILTER (WHERE n${index} < 0 OR n${index} > 10000)`,
      ] as const,
  ),
  ...Array.from(
    { length: 6 },
    (_, index) =>
      [
        `type: expect_column_mean_to_be_between, column: x${index}, min_value: 0, max_value: 1000`,
        `avg(x${index})`,
      ] as const,
  ),
  ...Array.from(
    { length: 4 },
    (_, index) =>
      [
        `type: expect_column_max_to_be_between, column: n${index}, min_value: 1, max_value: 100000`,
        `max(n${index})`,
      ] as const,
  ),
  ...Array.from(
    { length: 2 },
    (_, index) =>
      [
        `type: expect_column_stdev_to_be_between, column: x${index}, min_value: 0, max_value: 1000`,
        `stddev_samp(x${index})`,
      ] as const,
  ),
  [
    'type: expect_column_values_to_be_in_set, column: airport, value_set: [ATL, JFK, ORD, SFO]',
    "count(*) FILTER (WHERE airport NOT IN ('ATL', 'JFK', 'ORD', 'SFO'))",
  ],
  [
    "type: expect_column_values_to_match_regex, column: email, regex: '^user[0-9]+@example.org$'",
    "count(*) FILTER (WHERE NOT regexp_matches(email, '^user[0-9]+@example.org$'))",
  ],
  [
    'type: expect_column_value_lengths_to_be_between, column: note, max_value: 20',
    'count(*) FILTER (WHERE length(note) > 20)',
  ],
  ['type: expect_table_row_count_to_be_between, min_value: 1', 'count(*)'],
];

export async function run({ short }: { readonly short: boolean }): Promise<BenchResult[]> {
  const rows = short ? 300_000 : 10_000_000;
  await using folder = await parquetFolder();
  const file = await folder.write('table.parquet', rows);
  const suite = `name: table\nexpectations:\n${expectations.map(([yaml]) => `  - { ${yaml} }\n`).join('')}`;
  const workspace = benchWorkspace({ 'table.expect.yml': suite });
  const inputs = readInputs(dataValidationInputs, { data: file, suite: 'table.expect.yml', baseline: 'none' }).value;
  if (inputs === undefined) throw new Error('The inputs of the benchmark are wrong.');

  const ours = await processorTime(3, async () => {
    const engine = openDataEngine();
    const outcome = await validateData({ inputs, workspace, engine, context: benchContext });
    await engine.close();
    if (outcome.report.verdict !== 'pass') throw new Error(outcome.report.headline);
  });
  const peer = await processorTime(3, async () => {
    using duckDb = await openDuckDb();
    await duckDb.connection.runAndReadAll(`SELECT ${expectations.map(([, sql]) => sql).join(', ')} FROM '${file}'`);
  });
  return [
    {
      name: `${expectations.length} expectations on ${rows.toLocaleString('en')} × 20 Parquet (processor time)`,
      value: ours,
      unit: 'ms',
      peer: { name: 'DuckDB, one pass of the same aggregates', value: peer },
      ratio: ours / peer,
      budget: '≤ 1.5 ×',
    },
  ];
}
