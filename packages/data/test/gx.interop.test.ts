// The real Great Expectations, on pandas, says the same of the same suites and frames.
// Needs a Python with gx-requirements.txt: PAWL_INTEROP_PYTHON_GX=/path/to/python.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readInputs, type Workspace } from '@pawl/core';
import { dataValidationInputs, validateData } from '@pawl/core/data-validation';
import { fakeContext } from '@pawl/core/testing';
import { openDataEngine } from '@pawl/data';
import { describe, expect, test } from 'vitest';

const python = process.env['PAWL_INTEROP_PYTHON_GX'];
if (python === undefined)
  console.warn('Great Expectations interop is skipped: PAWL_INTEROP_PYTHON_GX names no Python with it.');

interface Said {
  readonly type: string;
  readonly success: boolean;
  readonly elements: number | null;
  readonly unexpected: number | null;
  readonly observed: unknown;
}

/** Frames of every kind of column, with duplicates, gaps and strangers; a linear congruential generator fills them. */
function frame(seed: number, rows: number): string {
  let state = BigInt(seed);
  const next = (): number => {
    state = (state * 6364136223846793005n + 1442695040888963407n) % 2n ** 64n;
    return Number(state >> 11n) / 2 ** 53;
  };
  const lines = Array.from({ length: rows }, (_, index) =>
    [
      next() < 0.02 ? Math.max(0, index - 1) : index,
      next() < 0.1 ? '' : (next() * 200 - 50).toFixed(3),
      Math.floor(next() * 6),
      next() < 0.05 ? 'NA' : ['ATL', 'JFK', 'ORD', 'sfo', 'A1', 'Zürich'][Math.floor(next() * 6)],
      next() < 0.5,
    ].join(','),
  );
  return `id,score,grade,city,late\n${lines.join('\n')}\n`;
}

const kwargs: readonly (readonly [type: string, kwargs: object])[] = [
  ['expect_table_row_count_to_be_between', { min_value: 10, max_value: 400 }],
  ['expect_table_row_count_to_equal', { value: 300 }],
  ['expect_table_column_count_to_equal', { value: 5 }],
  ['expect_table_columns_to_match_set', { column_set: ['id', 'score', 'grade', 'city'] }],
  ['expect_table_columns_to_match_set', { column_set: ['id', 'score'], exact_match: false }],
  ['expect_column_to_exist', { column: 'city' }],
  ['expect_column_to_exist', { column: 'town' }],
  ['expect_column_values_to_be_of_type', { column: 'id', type_: 'int64' }],
  ['expect_column_values_to_be_of_type', { column: 'score', type_: 'float64' }],
  ['expect_column_values_to_be_of_type', { column: 'grade', type_: 'float64' }],
  ['expect_column_values_to_not_be_null', { column: 'score' }],
  ['expect_column_values_to_not_be_null', { column: 'score', mostly: 0.85 }],
  ['expect_column_values_to_not_be_null', { column: 'city', mostly: 0.99 }],
  ['expect_column_values_to_be_null', { column: 'score', mostly: 0.05 }],
  ['expect_column_values_to_be_unique', { column: 'id' }],
  ['expect_column_values_to_be_unique', { column: 'city', mostly: 0.5 }],
  ['expect_column_values_to_be_between', { column: 'score', min_value: -50, max_value: 150 }],
  ['expect_column_values_to_be_between', { column: 'score', min_value: 0 }],
  ['expect_column_values_to_be_between', { column: 'score', max_value: 100, mostly: 0.7 }],
  ['expect_column_values_to_be_between', { column: 'grade', min_value: 0, max_value: 5, strict_max: true }],
  ['expect_column_values_to_be_in_set', { column: 'city', value_set: ['ATL', 'JFK', 'ORD'] }],
  ['expect_column_values_to_be_in_set', { column: 'grade', value_set: [0, 1, 2, 3, 4, 5] }],
  ['expect_column_values_to_be_in_set', { column: 'grade', value_set: [0, 1.5, 2], mostly: 0.3 }],
  ['expect_column_values_to_not_be_in_set', { column: 'city', value_set: ['sfo'] }],
  ['expect_column_values_to_match_regex', { column: 'city', regex: '^[A-Z]{3}$', mostly: 0.6 }],
  ['expect_column_values_to_match_regex', { column: 'city', regex: '[0-9]' }],
  ['expect_column_values_to_not_match_regex', { column: 'city', regex: 'ü' }],
  ['expect_column_value_lengths_to_be_between', { column: 'city', min_value: 3, max_value: 3 }],
  ['expect_column_min_to_be_between', { column: 'score', min_value: -50, max_value: 0 }],
  ['expect_column_max_to_be_between', { column: 'score', max_value: 150, strict_max: true }],
  ['expect_column_mean_to_be_between', { column: 'score', min_value: 40, max_value: 60 }],
  ['expect_column_sum_to_be_between', { column: 'grade', min_value: 0, max_value: 100 }],
  ['expect_column_stdev_to_be_between', { column: 'score', min_value: 50, max_value: 60 }],
  ['expect_column_unique_value_count_to_be_between', { column: 'city', min_value: 6, max_value: 6 }],
];

/** Everything both say of one expectation, in one line; sums in another order differ in the last digits. */
function shown(type: string, index: number, success: boolean, unexpected: unknown, observed: unknown): string {
  const value = typeof observed === 'number' ? Number(observed.toPrecision(12)) : observed;
  return `${type} ${JSON.stringify(kwargs[index]?.[1])}: ${success}, unexpected ${unexpected ?? '–'}, observed ${value ?? '–'}`;
}

describe.runIf(python !== undefined)('Great Expectations on pandas', () => {
  test.for([
    [1, 300],
    [2, 1],
    [3, 47],
  ] as const)('says the same of frame %i with %i rows', async ([seed, rows]) => {
    const folder = await mkdtemp(join(tmpdir(), 'pawl-gx-'));
    await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
    const suite = JSON.stringify({
      name: 'frames',
      expectations: kwargs.map(([type, given]) => ({ type, kwargs: given })),
    });
    await writeFile(join(folder, 'suite.json'), suite);
    await writeFile(join(folder, 'frame.csv'), frame(seed, rows));

    const { stdout } = await promisify(execFile)(python ?? '', [
      join(import.meta.dirname, 'gx-run.py'),
      join(folder, 'suite.json'),
      join(folder, 'frame.csv'),
    ]);
    const theirs = JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as readonly Said[];
    const ours = await judge(folder, suite);

    expect(ours).toHaveLength(kwargs.length);
    expect(
      ours.map((said, index) => shown(said.type, index, said.success, said.rows?.unexpected, said.observed)),
    ).toEqual(
      theirs.map((said, index) => {
        const counted = ours[index]?.rows !== undefined ? said.unexpected : undefined;
        return shown(
          said.type,
          index,
          said.success,
          counted,
          ours[index]?.observed === undefined ? undefined : said.observed,
        );
      }),
    );
  });
});

interface OurLine {
  readonly type: string;
  readonly success: boolean;
  readonly rows?: { readonly unexpected: number };
  readonly observed?: unknown;
}

async function judge(folder: string, suite: string): Promise<readonly OurLine[]> {
  const engine = openDataEngine({ threads: 1 });
  const inputs = readInputs(dataValidationInputs, { data: 'frame.csv', suite: 'suite.json', baseline: 'none' }).value;
  if (inputs === undefined) throw new Error('the inputs of this test are wrong');
  const workspace: Workspace = {
    read: async () => undefined,
    readText: async () => suite,
    list: async (path) => [path],
    fingerprint: async () => ({ digest: 'sha256:0', bytes: 0 }),
    resolve: async (path) => join(folder, path),
    write: async () => {},
  };
  const { results } = await validateData({ inputs, workspace, engine, context: fakeContext() });
  await engine.close();
  return (results['expectations.jsonl'] ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as OurLine);
}
