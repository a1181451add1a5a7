// Asks the engine what a plan needs, and samples of what failed.
import type { DataEngine } from '../ports/data-engine.ts';
import { DataError } from '../ports/data-engine.ts';
import type { Expectation } from '../formats/expectation-types.ts';
import type { ExpectationResult, Measured } from './decide.ts';
import { planSample, type ValidationPlan } from './plan.ts';
import type { SampledRow } from './section.ts';

/** @throws DataError when the data turn out to be unreadable half-way */
export async function measure(plan: ValidationPlan, engine: DataEngine): Promise<Measured> {
  const [scan = {}] = await engine.query(plan.scan.sql, plan.scan.values);
  const duplicates: number[] = [];
  for (const group of plan.groups) {
    const [row] = await engine.query(group.sql, group.values);
    duplicates.push(Number(row?.['duplicates']));
  }
  return { scan, duplicates };
}

/** Of each failed expectation, the first rows that are not as expected. Nothing is read when `limit` is 0. */
export async function sampleFailures(
  plan: ValidationPlan,
  results: readonly ExpectationResult[],
  source: { readonly engine: DataEngine; readonly view: string; readonly limit: number },
): Promise<ReadonlyMap<number, readonly SampledRow[]>> {
  const samples = new Map<number, readonly SampledRow[]>();
  for (const [index, planned] of plan.expectations.entries()) {
    if (source.limit === 0 || results[index]?.success !== false) continue;
    const statement = planSample(planned, source.view, plan.columns, Math.min(20, source.limit));
    if (statement === undefined) continue;
    const rows = await source.engine.query(statement.sql, statement.values);
    samples.set(
      index,
      rows.map((row) => ({
        row: Number(row['row']),
        value: row['value'] === null ? null : String(row['value']).slice(0, 200),
      })),
    );
  }
  return samples;
}

/** Patterns the engine cannot take (RE2 knows neither look-around nor back-references), with its reason. */
export async function brokenPatterns(
  expectations: readonly Expectation[],
  engine: DataEngine,
): Promise<ReadonlyMap<string, string>> {
  const broken = new Map<string, string>();
  const patterns = expectations.flatMap(({ arguments: given }) => ('regex' in given ? [given.regex] : []));
  for (const pattern of new Set(patterns)) {
    try {
      await engine.query("SELECT regexp_matches('', $1) AS matched", [pattern]);
    } catch (cause) {
      if (!(cause instanceof DataError)) throw cause;
      broken.set(pattern, cause.message);
    }
  }
  return broken;
}
