// Drift over the columns of two tables, against DuckDB computing Kolmogorov–Smirnov and Wasserstein by window functions.
import { readInputs } from '@pawl/core';
import { driftReportInputs, reportDrift } from '@pawl/core/drift-report';
import { openDataEngine } from '@pawl/data';
import { benchContext, benchWorkspace } from './bench-ports.ts';
import { openDuckDb, parquetFolder, processorTime } from './data-table.ts';
import type { BenchResult } from './result.ts';

const numeric = Array.from({ length: 8 }, (_, index) => `x${index}`).concat(
  Array.from({ length: 6 }, (_, index) => `n${index}`),
);

export async function run({ short }: { readonly short: boolean }): Promise<BenchResult[]> {
  const rows = short ? 100_000 : 1_000_000;
  await using folder = await parquetFolder();
  const reference = await folder.write('reference.parquet', rows);
  const current = await folder.write('current.parquet', rows, 1.05);
  const inputs = readInputs(driftReportInputs, { reference, current }).value;
  if (inputs === undefined) throw new Error('The inputs of the benchmark are wrong.');
  let compared = 0;
  const ours = await processorTime(2, async () => {
    const engine = openDataEngine();
    const outcome = await reportDrift({ inputs, workspace: benchWorkspace({}), engine, context: benchContext });
    await engine.close();
    compared = outcome.run?.metrics['compared_columns']?.value ?? 0;
    if (outcome.report.verdict === 'error') throw new Error(outcome.report.headline);
  });
  const peer = await processorTime(1, async () => {
    using duckDb = await openDuckDb();
    for (const column of numeric) await duckDb.connection.runAndReadAll(windowForm(column, reference, current));
  });
  const perColumn = ours / compared;
  return [
    {
      name: `Drift of ${compared} columns, ${rows.toLocaleString('en')} vs ${rows.toLocaleString('en')} rows (processor time per column)`,
      value: perColumn,
      unit: 'ms',
      peer: { name: 'DuckDB windows: KS and W₁ alone, per column', value: peer / numeric.length },
      ratio: perColumn / (peer / numeric.length),
    },
  ];
}

const windowForm = (column: string, reference: string, current: string): string => `
  WITH u AS (
    SELECT ${column}::DOUBLE AS x, 1 AS a FROM '${reference}' WHERE ${column} IS NOT NULL
    UNION ALL SELECT ${column}::DOUBLE, 0 FROM '${current}' WHERE ${column} IS NOT NULL
  ), n AS (SELECT sum(a)::DOUBLE AS n, count(*) - sum(a)::DOUBLE AS m FROM u), k AS (
    SELECT x, sum(a) OVER w AS ca, row_number() OVER w AS rn, lead(x) OVER w AS nx FROM u
    WINDOW w AS (ORDER BY x ROWS UNBOUNDED PRECEDING)
  )
  SELECT max(abs(ca / n - (rn - ca) / m)) FILTER (WHERE nx IS DISTINCT FROM x), sum(abs(ca / n - (rn - ca) / m) * coalesce(nx - x, 0)) FROM k, n`;
