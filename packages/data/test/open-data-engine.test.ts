import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { DataError } from '@pawl/core';
import { expect, test } from 'vitest';
import { openDataEngine } from '@pawl/data';

async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'pawl-engine-'));
  return {
    at: (name: string) => join(path, name),
    write: async (name: string, data: string | Uint8Array) => {
      await writeFile(join(path, name), data);
      return join(path, name);
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** A DataEngine does not write files: the tests borrow DuckDB for it. */
async function writeParquet(file: string, select: string) {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (${select}) TO '${file}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}

function engine() {
  const opened = openDataEngine({ threads: 1 });
  return Object.assign(opened, { [Symbol.asyncDispose]: () => opened.close() });
}

async function refusal(work: Promise<unknown>): Promise<DataError> {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(DataError);
  return error as DataError;
}

test('reads Parquet, CSV and JSON under the name of a view, with columns and types', async () => {
  await using files = await folder();
  await using data = engine();
  await writeParquet(files.at('a.parquet'), "SELECT 1::BIGINT AS id, 'x' AS name, 0.5::DOUBLE AS score");

  expect(await data.attach('a', files.at('a.parquet'))).toEqual([
    { name: 'id', type: 'BIGINT' },
    { name: 'name', type: 'VARCHAR' },
    { name: 'score', type: 'DOUBLE' },
  ]);
  expect(await data.attach('b', await files.write('b.csv', 'id;day\n1;2024-01-02\n2;NA\n'))).toEqual([
    { name: 'id', type: 'BIGINT' },
    { name: 'day', type: 'DATE' },
  ]);
  await data.attach('c', await files.write('c.json', '[{"id": 7, "ok": true}]'));
  expect(
    await data.query('SELECT (SELECT count(*) FROM a) AS a, (SELECT count(day) FROM b) AS b, id, ok FROM c'),
  ).toEqual([{ a: 1, b: 1, id: 7, ok: true }]);
});

test('binds values and quotes nothing by hand', async () => {
  await using files = await folder();
  await using data = engine();
  await data.attach('people', await files.write('people.csv', 'name,age\nO\'Hara,40\n"; DROP TABLE people;",7\n'));

  expect(await data.query('SELECT age FROM people WHERE name = $1', ['; DROP TABLE people;'])).toEqual([{ age: 7 }]);
});

test('numbers and texts keep order and tell missing values', async () => {
  await using files = await folder();
  await using data = engine();
  const rows = Array.from({ length: 5000 }, (_, index) => (index % 7 === 0 ? ',' : `${index},t${index}`));
  await data.attach('n', await files.write('n.csv', `x,t\n${rows.join('\n')}\n`));

  const numbers = await data.numbers('SELECT x::DOUBLE FROM n');
  expect(numbers.length).toBe(5000);
  expect([...numbers.slice(0, 3)]).toEqual([Number.NaN, 1, 2]);
  expect([...(await data.numbers('SELECT x FROM n')).slice(7, 9)]).toEqual([Number.NaN, 8]);
  expect([...(await data.numbers('SELECT x::DECIMAL(9,2) / 4 FROM n LIMIT 2'))]).toEqual([Number.NaN, 0.25]);
  expect((await data.texts('SELECT t FROM n')).slice(0, 2)).toEqual([null, 't1']);
});

test('a truncated, a foreign and a missing Parquet file are told apart', async () => {
  await using files = await folder();
  await using data = engine();
  await writeParquet(files.at('whole.parquet'), 'SELECT range AS id FROM range(1000)');
  const whole = await readFile(files.at('whole.parquet'));

  expect(
    await refusal(data.attach('t', await files.write('cut.parquet', whole.subarray(0, whole.length - 50)))),
  ).toMatchObject({
    code: 'DATA_UNREADABLE',
    message: '"cut.parquet" cannot be read as Parquet: No magic bytes found at end of file "cut.parquet".',
    hint: 'The file is damaged or was cut off: write or fetch it again.',
  });
  expect((await refusal(data.attach('t', await files.write('text.parquet', 'hello')))).code).toBe('DATA_UNREADABLE');
  expect(await refusal(data.attach('t', files.at('none.parquet')))).toMatchObject({
    code: 'DATA_MISSING',
    message: 'There is no file "none.parquet".',
    file: files.at('none.parquet'),
  });
});

test('messages call a file what its user calls it', async () => {
  await using files = await folder();
  await using data = engine();
  const cut = await files.write('cut.parquet', 'hello');

  expect((await refusal(data.attach('t', files.at('gone.csv'), 'data/gone.csv'))).message).toBe(
    'There is no file "data/gone.csv".',
  );
  const { message } = await refusal(data.attach('t', cut, 'data/cut.parquet'));
  expect(message).toMatch(/^"data\/cut\.parquet" cannot be read as Parquet: /);
  expect(message).not.toContain('"cut.parquet"');
});

test('a CSV row of another length is named by its line', async () => {
  await using files = await folder();
  await using data = engine();
  const rows = Array.from({ length: 40 }, (_, index) => `${index},a,b`).join('\n');

  const error = await refusal(
    data.attach('t', await files.write('broken.csv', `id,x,y\n${rows}\n41,only-two\n42,a,b\n`)),
  );
  expect(error).toMatchObject({ code: 'DATA_UNREADABLE' });
  expect(error.message).toMatch(/Line: 42.*Expected Number of Columns: 3 Found: 2/s);
});

test('empty files, Git LFS pointers and binary files are refused with the way out', async () => {
  await using files = await folder();
  await using data = engine();

  expect((await refusal(data.attach('t', await files.write('empty.csv', '')))).code).toBe('DATA_EMPTY');
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n';
  expect(await refusal(data.attach('t', await files.write('data.parquet', pointer)))).toMatchObject({
    code: 'DATA_LFS_POINTER',
    hint: expect.stringContaining('git lfs pull') as string,
  });
  expect((await refusal(data.attach('t', await files.write('model.bin', Uint8Array.of(1, 0, 2))))).code).toBe(
    'DATA_UNSUPPORTED',
  );
  expect((await refusal(data.attach('t', await files.write('bad.json', '[{"a":1},{"a":')))).message).toMatch(
    /Malformed JSON/,
  );
});

test('a header without rows is a table of zero rows', async () => {
  await using files = await folder();
  await using data = engine();
  await data.attach('t', await files.write('head.csv', 'a,b\n'));

  expect(await data.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 0 }]);
});

test('SQL reaches attached files only, and cannot loosen that', async () => {
  await using files = await folder();
  await using data = engine();
  const secret = await files.write('secret.csv', 'a\n1\n');
  await data.attach('t', await files.write('open.csv', 'a\n1\n'));

  expect((await refusal(data.query(`SELECT * FROM read_csv('${secret}')`))).message).toMatch(
    /disabled by configuration/,
  );
  expect((await refusal(data.query('SET enable_external_access = true'))).code).toBe('DATA_QUERY_FAILED');
  expect((await refusal(data.query(`COPY t TO '${files.at('out.csv')}'`))).code).toBe('DATA_QUERY_FAILED');
});

test('further files can be attached after a query, and earlier ones stay', async () => {
  await using files = await folder();
  await using data = engine();
  await writeParquet(files.at('a.parquet'), 'SELECT 1 AS a');
  await data.attach('a', files.at('a.parquet'));
  expect(await data.query('SELECT a FROM a')).toEqual([{ a: 1 }]);
  await data.attach('b', await files.write('b.csv', 'b\n2\n'));

  expect(await data.query('SELECT a, b FROM a, b')).toEqual([{ a: 1, b: 2 }]);
});

test('a file whose name looks like a pattern is that one file', async () => {
  await using files = await folder();
  await using data = engine();
  await files.write('part-1.csv', 'a\n1\n');
  await data.attach('t', await files.write('part-[1].csv', 'a\n2\n'));

  expect(await data.query('SELECT a FROM t')).toEqual([{ a: 2 }]);
});

test('importing the package loads no native code', () => {
  const script = `
    const { openDataEngine } = await import('@pawl/data');
    const engine = openDataEngine();
    await engine.close();
    const loaded = process.report.getReport().sharedObjects.filter((name) => name.includes('duckdb'));
    console.log(loaded.length);
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });

  expect(stderr).toBe('');
  expect(stdout.trim()).toBe('0');
});

test('a binding that is none is refused with the remedy, and one that is given is used', () => {
  const script = `
    const { openDataEngine } = await import('@pawl/data');
    const { createRequire } = await import('node:module');
    const bad = openDataEngine({ bindings: import.meta.filename ?? process.execPath });
    console.log(await bad.query('SELECT 1').catch((error) => error.code));
    const require = createRequire(createRequire(createRequire(${JSON.stringify(import.meta.filename)}).resolve('@duckdb/node-api')).resolve('@duckdb/node-bindings'));
    const good = openDataEngine({ bindings: require.resolve('@duckdb/node-bindings-' + process.platform + '-' + process.arch + '/duckdb.node') });
    console.log((await good.query('SELECT 42 AS answer'))[0].answer);
    await good.close();
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });

  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toEqual(['DATA_ENGINE_UNAVAILABLE', '42']);
});
