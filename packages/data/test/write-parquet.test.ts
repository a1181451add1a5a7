// Writing Parquet: what is written is read back as it was, by the engine itself.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataEngine } from '@pawl/data';
import { expect, test } from 'vitest';

async function setup() {
  const path = await mkdtemp(join(tmpdir(), 'pawl-parquet-'));
  const engine = openDataEngine({ threads: 1 });
  return {
    engine,
    path,
    at: (name: string) => join(path, name),
    [Symbol.asyncDispose]: async () => {
      await engine.close();
      await rm(path, { recursive: true, force: true });
    },
  };
}

const columns = [
  { name: 'id', type: 'text' },
  { name: 'metrics.f1', type: 'number' },
  { name: 'metrics.F1', type: 'number' },
  { name: 'say "hi"; DROP', type: 'boolean' },
  { name: 'startedAt', type: 'time' },
] as const;

test('is read back with its types, nulls and odd names, also after a query has shut the reader in', async () => {
  await using world = await setup();
  const { engine, at, path } = world;
  await engine.query('SELECT 1');

  await engine.writeParquet(at("it's.parquet"), columns, [
    ["'); DROP", 0.1 + 0.2, -1e-7, true, '2026-11-01T08:00:00.250Z'],
    ['=1+1', null, 1e300, null, '2026-11-01T08:00:00+02:00'],
  ]);

  expect(await readdir(path)).toEqual(["it's.parquet"]);
  const read = await engine.attach('t', at("it's.parquet"));
  expect(read.map(({ type }) => type)).toEqual(['VARCHAR', 'DOUBLE', 'DOUBLE', 'BOOLEAN', 'TIMESTAMP WITH TIME ZONE']);
  expect(read.map(({ name }) => name).slice(0, 2)).toEqual(['id', 'metrics.f1']);
  expect(await engine.texts('SELECT id FROM t')).toEqual(["'); DROP", '=1+1']);
  expect([...(await engine.numbers('SELECT "metrics.f1" FROM t'))]).toEqual([0.1 + 0.2, Number.NaN]);
  expect([...(await engine.numbers('SELECT epoch_ms("startedAt") FROM t'))]).toEqual([
    Date.parse('2026-11-01T08:00:00.250Z'),
    Date.parse('2026-11-01T06:00:00Z'),
  ]);
});

test('no row is a file of columns alone, and no column is refused', async () => {
  await using world = await setup();
  const { engine, at } = world;
  await engine.writeParquet(at('empty.parquet'), columns.slice(0, 2), []);
  await engine.attach('t', at('empty.parquet'));
  expect(await engine.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 0 }]);
  await expect(engine.writeParquet(at('none.parquet'), [], [])).rejects.toMatchObject({ code: 'DATA_EMPTY' });
});

test('what cannot be written is told with a remedy, and leaves nothing', async () => {
  await using world = await setup();
  const { engine, at, path } = world;
  await expect(engine.writeParquet(at('no/folder.parquet'), columns.slice(0, 1), [['a']])).rejects.toMatchObject({
    code: 'DATA_UNWRITABLE',
    hint: expect.stringContaining('folder exists'),
  });
  expect(await readdir(path)).toEqual([]);
});
