// The real promptfoo judges the same SQL the same. PAWL_INTEROP_PROMPTFOO names a folder whose node_modules has it, and
// node-sql-parser.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isScoreFailure, scorers } from '@pawl/core/scorers';
import { describe, expect, test } from 'vitest';
import { sqlGrammars } from '../src/sql-grammars.ts';

const folder = process.env['PAWL_INTEROP_PROMPTFOO'];
if (folder === undefined)
  console.warn('promptfoo interop is skipped: PAWL_INTEROP_PROMPTFOO names no folder with node_modules/promptfoo.');

const databases = 'MySQL MariaDB PostgreSQL Sqlite TransactSQL BigQuery Snowflake Redshift Athena Trino Hive'.split(
  ' ',
);

const statements = [
  'SELECT id, name FROM customers WHERE id = 1',
  'SELECT id name FROM customers',
  'SELECT DISTINCT name FROM customers',
  'SELECT DISTINCTROW name FROM customers',
  'SELECT name AS n FROM customers',
  'SELECT `name FROM customers',
  'SELECT `name` FROM `customers`',
  'SELECT "name" FROM "customers"',
  'SELECT [name] FROM [customers]',
  "SELECT 'select a b from c' AS x FROM t",
  'SELECT a /* x */ b FROM t',
  'SELECT a -- x\n, b FROM t',
  'SELECT a # x\n b FROM t',
  'SELECT $$select a b from t$$ AS x',
  "SELECT 'it''s', 'a\\'b' FROM t",
  'SELECT * FROM generate_series(1, 10)',
  'SELECT TOP 5 * FROM t',
  'SELECT * FROM t LIMIT 5 OFFSET 2',
  'WITH x AS (SELECT 1 AS a) SELECT x.a FROM x JOIN y ON x.a = y.a GROUP BY x.a HAVING count(*) > 1 ORDER BY 1',
  'INSERT INTO t (a, b) VALUES (1, 2)',
  'UPDATE t SET a = 1 WHERE b = 2',
  'DELETE FROM t WHERE a = 1',
  'CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20))',
  'SELECT 1; SELECT 2',
  'SELEC a FROM t',
  'SELECT FROM WHERE',
  'select',
  '',
  '   ',
  'Here is your query: SELECT 1',
  'SELECT a::int FROM t',
  'SELECT count(*) FILTER (WHERE a > 1) FROM t',
  'DROP TABLE t',
];

const allowed = [
  { allowedTables: ['select::null::customers'] },
  { allowedTables: ['(select|update)::(.*)::(customers|orders)'] },
  { allowedTables: [] },
  { allowedColumns: ['select::customers::id', 'select::customers::name'] },
  { allowedColumns: ['select::null::id'] },
  { allowedTables: ['select::null::customers'], allowedColumns: ['select::null::(.*)'] },
];

const rules = [
  'SELECT id, name FROM customers',
  'SELECT customers.id FROM customers',
  'SELECT id FROM orders',
  'UPDATE customers SET id = 1',
  'SELECT * FROM customers',
  'SELEC id',
];

const texts = [
  'Sure:\n```sql\nSELECT a, b FROM t\n```\nDone.',
  'Sure:\n```\nSELECT a, b FROM t\n```',
  '```python\nprint(1)\n```\nSELECT 1',
  '```sql\nSELEC\n```\n~~~SQL\nSELECT 1\n~~~',
  '````sql\n```\nSELECT 1\n````',
  '   ```sql\r\nSELECT 1\r\n   ```',
  '```sql\nSELECT 1',
  'SELECT 1',
  'No query today.',
  '```sql\n\n```',
];

const asked = [
  ...databases.flatMap((databaseType) =>
    statements.map((output) => ({ type: 'is-sql', value: { databaseType }, output })),
  ),
  ...statements.map((output) => ({ type: 'is-sql', value: undefined, output })),
  ...['MySQL', 'PostgreSQL'].flatMap((databaseType) =>
    allowed.flatMap((names) => rules.map((output) => ({ type: 'is-sql', value: { databaseType, ...names }, output }))),
  ),
  ...texts.map((output) => ({ type: 'contains-sql', value: undefined, output })),
].flatMap((each) => [false, true].map((negated) => ({ ...each, negated })));

interface Promptfoo {
  readonly assertions: {
    runAssertion(asked: Readonly<Record<string, unknown>>): Promise<{ readonly pass: boolean; readonly score: number }>;
  };
}

describe.runIf(folder !== undefined)('promptfoo', () => {
  test('judges every statement of every dialect the same', async () => {
    Object.assign(process.env, {
      PROMPTFOO_DISABLE_TELEMETRY: '1',
      PROMPTFOO_DISABLE_UPDATE: '1',
      PROMPTFOO_CONFIG_DIR: mkdtempSync(join(tmpdir(), 'pawl-promptfoo-')),
    });
    const entry = join(folder ?? '', 'node_modules', 'promptfoo', 'dist', 'src', 'index.js');
    const { assertions } = (await import(pathToFileURL(entry).href)) as Promptfoo;
    const grammars = sqlGrammars({ toolCache: mkdtempSync(join(tmpdir(), 'pawl-sql-')), timeLimitMs: 20_000 });
    const strangers: string[] = [];
    for (const { type, value, output, negated } of asked) {
      const theirs = await assertions.runAssertion({
        prompt: 'p',
        provider: { id: () => 'peer', callApi: async () => ({}) },
        assertion: { type: `${negated ? 'not-' : ''}${type}`, ...(value !== undefined && { value }) },
        test: { vars: {} },
        providerResponse: { output },
      });
      const place = { file: 'a.eval.yml' };
      const request = {
        assertion: { kind: 'assertion', type, negated, weight: 1, place, ...(value !== undefined && { value }) },
        answer: { output, text: output },
        vars: {},
        prompt: '',
        metadata: {},
      } as const;
      const ours = await scorers.get(type)?.(request, { readSql: grammars.read });
      const said = ours === undefined || isScoreFailure(ours) ? ours : { pass: ours.pass, score: ours.score };
      if (JSON.stringify(said) !== JSON.stringify({ pass: theirs.pass, score: theirs.score }))
        strangers.push(`${negated ? 'not-' : ''}${type} ${JSON.stringify({ value, output, theirs, ours })}`);
    }
    await grammars.close();
    console.log(`${asked.length} pairs of assertion and output, ${asked.length - strangers.length} agree`);
    expect(strangers).toEqual([]);
    expect(asked.length).toBeGreaterThan(800);
  });
});
