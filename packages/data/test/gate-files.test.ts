// Files of predictions as strangers bring them, through DuckDB: what can be read is judged, what cannot says why and is
// never green.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { exitCodeOf, readInputs, type Outcome } from '@pawl/core';
import { evalGateInputs, gateModel } from '@pawl/core/eval-gate';
import { fakeContext, fakeWorkspace } from '@pawl/core/testing';
import { openDataEngine } from '@pawl/data';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';

const never = () => Promise.reject(new Error('the gate asks for no such thing here'));
const absent = async () => undefined;

/** SQL of a Parquet file, or the bytes of another one. */
type File = { readonly parquet: string } | { readonly bytes: Uint8Array | string };

async function judge(
  files: Readonly<Record<string, File>>,
  inputs: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-gate-files-'));
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
  const engine = openDataEngine({ threads: 1 });
  await using _engine = { [Symbol.asyncDispose]: () => engine.close() };
  const whole: Record<string, Uint8Array> = {};
  for (const [name, file] of Object.entries(files)) {
    if ('parquet' in file) await writeParquet(join(folder, name), file.parquet);
    else await writeFile(join(folder, name), file.bytes);
    whole[name] = await readFile(join(folder, name));
  }
  return await gateModel({
    inputs: readInputs(evalGateInputs, inputs).value!,
    workspace: { ...fakeWorkspace(whole), resolve: async (path) => join(folder, path) },
    history: {
      ...{ resolve: absent, mergeBase: never, read: never, list: never },
      ...{ materialize: never, commitTime: never, head: never },
    },
    registry: {
      ...{
        resolve: absent,
        list: async () => [],
        history: async () => [],
        register: never,
        label: never,
        unlabel: never,
      },
      ...{ deprecate: never, archive: never, tagger: never },
    },
    engine,
    scorer: { load: never },
    context: fakeContext(),
  });
}

async function writeParquet(path: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}

/** 300 rows whose truth follows from `x`. */
const rows = 'SELECT i, sin(i * 12.9898) AS x, sin(i * 78.233) AS noise FROM range(300) t(i)';
const classes = (columns: string): string => `SELECT ${columns} FROM (${rows})`;
const label = 'CAST(x + noise * 0.3 > 0 AS INTEGER) AS label';
const sure = '1 / (1 + exp(-4 * x)) AS probability';
const text = (header: string, line: (row: number) => string): string =>
  `${header}\n${Array.from({ length: 300 }, (_, row) => line(row)).join('\n')}\n`;
const plain = text(
  'id,label,probability',
  (row) => `r${row},${row % 2},${(row % 2 === 0) === row % 10 > 0 ? 0.2 : 0.9}`,
);
const against = (file: File, name = 'new.csv'): Promise<Outcome> =>
  judge(
    { [name]: file, 'old.csv': { bytes: plain } },
    { task: 'classification', candidate: name, baseline: 'old.csv' },
  );

test('Parquet files are judged as classification, regression and ranking without a policy', async () => {
  const sides = (task: string, sql: (scale: string) => string, more: Readonly<Record<string, string>> = {}) =>
    judge(
      { 'new.parquet': { parquet: sql('0.05') }, 'old.parquet': { parquet: sql('1.5') } },
      { task, candidate: 'new.parquet', baseline: 'old.parquet', ...more },
    );
  const classification = await sides('classification', (scale) =>
    classes(`i AS id, ${label}, 1 / (1 + exp(-4 * (x + ${scale} * cos(i * 3.7)))) AS probability`),
  );
  const numbers = (scale: string): string =>
    classes(`i AS id, x AS label, x + ${scale} * noise AS prediction, x + ${scale} * abs(noise) + 0.01 AS q90`);
  const regression = await sides('regression', numbers);
  const quantile = await sides('regression', numbers, { metric: 'quantile-loss@0.9', prediction: 'q90' });
  const ranked = (scale: string): string =>
    classes(`i AS id, i % 30 AS session, CAST(x > 0.7 AS INTEGER) AS label, x + ${scale} * noise AS score`);
  const ranking = await sides('ranking', ranked, { query: 'session', metric: 'ndcg@5:0.02,recall-at-k@3' });

  expect(classification.run?.metrics['accuracy']).toMatchObject({ verdict: 'pass', n: 300 });
  expect(regression.run?.metrics['r2']).toMatchObject({ verdict: 'pass' });
  expect(quantile.run?.metrics['quantile-loss']).toMatchObject({ verdict: 'pass', direction: 'lower' });
  expect(ranking.run?.metrics['ndcg']).toMatchObject({ verdict: expect.any(String), n: 30 });
  expect(JSON.stringify(ranking.report.blocks)).toContain('NDCG@5');
  expect(JSON.stringify(ranking.report.blocks)).toContain('recall@3');
});

test('a ranking whose query column has another name is told which input names it', async () => {
  const { report } = await judge(
    { 'new.parquet': { parquet: classes('i AS id, i % 30 AS session, 1 AS label, x AS score') } },
    { task: 'ranking', candidate: 'new.parquet' },
  );
  expect(report.problems).toMatchObject([
    {
      code: 'GATE_COLUMN_MISSING',
      message: 'There is no column "query".',
      hint: expect.stringContaining('inputs id, label, query'),
    },
  ]);
  const other = await judge(
    { 'new.parquet': { parquet: classes(`i AS id, ${label}, ${sure}`) } },
    { task: 'classification', candidate: 'new.parquet', query: 'session' },
  );
  expect(exitCodeOf(other)).toBe(2);
});

test.each([
  ['compressed, and not called so', gzipSync(plain), 'DATA_UNSUPPORTED', 'Name it "new.csv.gz"'],
  ['a workbook', Buffer.from(`PK\u0003\u0004${plain}`, 'latin1'), 'DATA_UNSUPPORTED', 'save the sheet as CSV'],
  ['in UTF-16', Buffer.from(`\uFEFF${plain}`, 'utf16le'), 'DATA_UNSUPPORTED', 'UTF-8'],
  ['in Latin-1', Buffer.from(plain.replace('r7,', 'é7,'), 'latin1'), 'DATA_UNREADABLE', 'UTF-8'],
  ['binary', Buffer.from(plain.replace('r7,', 'r\u00007,')), 'DATA_UNSUPPORTED', 'Parquet, CSV or JSON'],
  ['empty', '', 'DATA_EMPTY', 'Write the data again'],
  ['a header alone', 'id,label,probability\n', 'GATE_NO_ROWS', 'rows'],
  [
    'with a header that says a name twice',
    plain.replaceAll('\n', ',0.5\n').replace('0.5', 'probability'),
    'GATE_COLUMN_REPEATED',
    'name of its own',
  ],
  [
    'with decimal commas',
    plain.replaceAll(',', ';').replaceAll('0.', '0,'),
    'GATE_COLUMN_TYPE',
    'a point as decimal sign',
  ],
  ['with signs of per cent', plain.replaceAll('0.9', '90%'), 'GATE_COLUMN_TYPE', 'per cent'],
  ['with ids beyond 64 bits', plain.replaceAll(/^r(\d+)/gm, '99999999999999999999$1'), 'GATE_ID_ROUNDED', 'as texts'],
  ['with a header in capitals', plain.replace('id,label', 'ID,LABEL'), 'GATE_COLUMN_MISSING', 'Did you mean "ID"?'],
])('a CSV that is %s leaves the gate without an answer', async (_, bytes, code, hint) => {
  const outcome = await against({ bytes });

  expect(exitCodeOf(outcome)).toBe(3);
  expect(outcome.report.problems[0]).toMatchObject({ code, file: 'new.csv', hint: expect.stringContaining(hint) });
  expect(outcome.report.problems[0]?.message).not.toMatch(/SQL|unterminated|DOUBLE/);
});

test.each([
  [
    'with a header that says a name twice',
    plain.replaceAll('\n', ',0.5\n').replace('0.5', 'probability'),
    'GATE_COLUMN_REPEATED',
  ],
  ['in UTF-16', Buffer.from(`\uFEFF${plain}`, 'utf16le'), 'DATA_UNSUPPORTED'],
  ['a Git LFS pointer', `version https://git-lfs.github.com/spec/v1\nsize 5\n`, 'DATA_LFS_POINTER'],
])('a compressed CSV that is %s is found out as a plain one is', async (_, text, code) => {
  const outcome = await against({ bytes: gzipSync(text) }, 'new.csv.gz');

  expect(exitCodeOf(outcome)).toBe(3);
  expect(outcome.report.problems[0]).toMatchObject({ code, file: 'new.csv.gz' });
});

test.each([
  [
    'a list of probabilities',
    `i AS id, ${label}, [x, 1 - x] AS probability`,
    'The column "probability" holds DOUBLE[], and a number is needed.',
  ],
  [
    'a time as probability',
    `i AS id, ${label}, TIMESTAMP '2026-01-01' AS probability`,
    'The column "probability" holds TIMESTAMP, and a number is needed.',
  ],
  [
    'records as ids',
    `{a: i} AS id, ${label}, ${sure}`,
    'The column "id" holds STRUCT("a" BIGINT), and one value a row is needed.',
  ],
  [
    'lists as labels',
    `i AS id, [1] AS label, ${sure}`,
    'The column "label" holds INTEGER[], and one value a row is needed.',
  ],
])('a Parquet file with %s says which column cannot be read', async (_, columns, message) => {
  const outcome = await against({ parquet: classes(columns) }, 'new.parquet');

  expect(exitCodeOf(outcome)).toBe(3);
  expect(outcome.report.problems[0]).toMatchObject({ code: 'GATE_COLUMN_TYPE', file: 'new.parquet', message });
});

test.each([
  ['a byte-order mark', `\uFEFF${plain}`, 'new.csv'],
  ['Windows line ends', plain.replaceAll('\n', '\r\n'), 'new.csv'],
  ['semicolons', plain.replaceAll(',', ';'), 'new.csv'],
  ['compression that its name tells', gzipSync(plain), 'new.csv.gz'],
  ['compression and semicolons', gzipSync(plain.replaceAll(',', ';')), 'new.csv.gz'],
])('a CSV with %s is read', async (_, bytes, name) => {
  const { report } = await against({ bytes }, name);
  expect(report).toMatchObject({ verdict: 'pass', name: 'new', problems: [] });
});

test.each([
  [
    'decimals',
    `i AS id, ${label}, CAST(1 / (1 + exp(-4 * x)) AS DECIMAL(9, 6)) AS probability`,
    `i AS id, ${label}, ${sure}`,
  ],
  ['ids as numbers and as texts', `i AS id, ${label}, ${sure}`, `CAST(i AS VARCHAR) AS id, ${label}, ${sure}`],
  [
    'ids beyond 2^53',
    `i + 9007199254740993 AS id, ${label}, ${sure}`,
    `CAST(i + 9007199254740993 AS VARCHAR) AS id, ${label}, ${sure}`,
  ],
  [
    'labels as numbers and as texts',
    `i AS id, ${label}, ${sure}`,
    `i AS id, CAST(${label.replace(' AS label', '')} AS VARCHAR) AS label, ${sure}`,
  ],
])('%s are the same rows', async (_, candidate, baseline) => {
  const { report } = await judge(
    { 'new.parquet': { parquet: classes(candidate) }, 'old.parquet': { parquet: classes(baseline) } },
    { task: 'classification', candidate: 'new.parquet', baseline: 'old.parquet' },
  );
  expect(report.problems).toEqual([]);
  expect(report.n).toBe(300);
});

test('ids and truths that are written otherwise are told with both spellings', async () => {
  const sides = (baseline: string): Promise<Outcome> =>
    judge(
      {
        'new.parquet': { parquet: classes(`i AS id, ${label}, ${sure}`) },
        'old.parquet': { parquet: classes(baseline) },
      },
      { task: 'classification', candidate: 'new.parquet', baseline: 'old.parquet' },
    );
  const floats = await sides(`CAST(i AS DOUBLE) AS id, ${label}, ${sure}`);
  const flags = await sides(`i AS id, x + noise * 0.3 > 0 AS label, ${sure}`);

  expect(exitCodeOf(floats)).toBe(3);
  expect(floats.report.problems[0]).toMatchObject({
    code: 'GATE_IDS_MISSING',
    hint: expect.stringContaining('"0" there and "0.0" here'),
  });
  expect(exitCodeOf(flags)).toBe(3);
  expect(flags.report.problems[0]).toMatchObject({
    code: 'GATE_LABELS_DIFFER',
    message: expect.stringMatching(/"0" is "(true|false)" here and "[01]" there/),
  });
});
