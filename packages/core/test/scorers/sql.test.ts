// SQL in answers, with a parser that says what it is told to. The real one, next to promptfoo: sql.interop.test.ts.
import { expect, test } from 'vitest';
import type { SqlReading, SqlRules } from '../../src/scorers/index.ts';
import { looksWrong, sqlIn } from '../../src/scorers/sql-text.ts';
import { score } from './world.ts';

/** Parses what begins with SELECT, and remembers what it was asked. */
function parser(reading: Partial<SqlReading> = {}) {
  const asked: [string, SqlRules][] = [];
  const readSql = async (sql: string, rules: SqlRules): Promise<SqlReading> => {
    asked.push([sql, rules]);
    return { parsed: /^\s*select/i.test(sql), ...reading };
  };
  return { asked, world: { readSql } };
}

test.each([
  ['is-sql', 'SELECT a, b FROM t', true],
  ['is-sql', 'SELEC a', false],
  ['is-sql', 'SELECT a b FROM t', false],
  ['is-sql', 'Here it is: SELECT 1', false],
  ['contains-sql', 'Here it is:\n```sql\nSELECT 1\n```', true],
  ['contains-sql', 'Here it is:\n```sql\nSELEC 1\n```\n~~~\nSELECT 1\n~~~', true],
  ['contains-sql', '```python\nSELECT\n```', false],
  ['contains-sql', '```sql\n\n```', false],
])('%s on %j: %s', async (type, text, pass) => {
  const { world } = parser();
  expect(await score({ type }, text, { world })).toMatchObject({ pass, score: pass ? 1 : 0 });
  expect(await score({ type, negated: true }, text, { world })).toMatchObject({ pass: !pass });
});

test('asks for the dialect, the tables and the columns, with and without their table', async () => {
  const { asked, world } = parser();
  const value = { databaseType: 'postgresql', allowedTables: ['select::null::t'], allowedColumns: ['select::t::a'] };
  await score({ type: 'is-sql', value }, 'SELECT a FROM t', { world });
  const columns = ['select::t::a', 'select::null::a'];
  expect(asked).toEqual([['SELECT a FROM t', { database: 'PostgreSQL', tables: ['select::null::t'], columns }]]);
});

test('says which tables or columns are not allowed', async () => {
  const found = ['select::null::secrets'];
  const { world } = parser({ tables: { found, why: 'x' } });
  expect(await score({ type: 'is-sql' }, 'SELECT 1', { world })).toMatchObject({
    pass: false,
    reason: 'It uses tables that are not allowed: select::null::secrets.',
  });
  const unknown = parser({ columns: { found: [], why: 'no statement' } });
  expect(await score({ type: 'is-sql' }, 'SELECT 1', unknown)).toMatchObject({
    pass: false,
    reason: 'Its columns cannot be told: no statement.',
  });
});

test.each([
  [{ databaseType: 'Oracle' }, /"Oracle" is none/],
  [['customers'], /needs databaseType/],
  [{ allowedTable: ['x'] }, /needs databaseType/],
  ['MySQL', /needs databaseType/],
])('cannot judge by %j', async (value, failure) => {
  for (const negated of [false, true])
    expect(await score({ type: 'is-sql', value, negated }, 'SELECT 1', parser())).toMatchObject({
      failure: expect.stringMatching(failure),
    });
});

test('a statement that keeps the parser busy, and no parser at all, are no verdict', async () => {
  const world = { readSql: async () => ({ failure: 'the parser of MySQL needed more than 2000 ms', hint: 'x' }) };
  for (const type of ['is-sql', 'contains-sql'])
    for (const negated of [false, true]) {
      expect(await score({ type, negated }, 'SELECT 1', { world })).toHaveProperty('failure');
      expect(await score({ type, negated }, 'SELECT 1')).toHaveProperty('failure');
    }
});

test.each([
  ['SELECT `a FROM t', 'MySQL', true],
  ['SELECT * FROM generate_series(1, 2)', 'MySQL', true],
  ['SELECT * FROM generate_series(1, 2)', 'PostgreSQL', false],
  ['SELECT sql_no_cache a FROM t', 'MySQL', false],
  ['SELECT sql_no_cache a FROM t', 'PostgreSQL', true],
  ["SELECT 'select a b from t' FROM t", 'MySQL', false],
  ['SELECT a -- b\nFROM t', 'MySQL', false],
  ['SELECT a /* b FROM', 'MySQL', false],
  ['SELECT [a b] FROM t', 'TransactSQL', false],
  ['SELECT a fromage', 'MySQL', false],
  ['SELECT $x$ select a b from $x$', 'PostgreSQL', false],
])('%j in %s looks wrong: %s', (sql, database, wrong) => {
  expect(looksWrong(sql, database)).toBe(wrong);
});

test('comes to an end on a megabyte of anything', () => {
  for (const piece of ['select ', 'select a b ', '$a', '$', "'", '\\', '/*', '--', '```\n', '`', '[', '~~~x\n'])
    expect([
      looksWrong(piece.repeat(1e6 / piece.length), 'TransactSQL'),
      sqlIn(piece.repeat(1e5)).length > 1e6,
    ]).toHaveLength(2);
});
