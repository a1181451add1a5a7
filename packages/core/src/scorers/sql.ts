// SQL by a dialect's own grammar, node-sql-parser's as in promptfoo. What it reads was written by a model, and a grammar
// can be kept busy: it runs apart, and a statement that takes too long is not judged.
import * as z from 'zod/mini';
import type { ScoreFailure, ScoreRequest, Scorer, ScorerTable, ScorerWorld, SqlRules } from './scorer.ts';
import { looksWrong, sqlIn } from './sql-text.ts';
import { badValue, cannotTell, yesOrNo } from './verdicts.ts';

/** As promptfoo spells them, and as the parser calls their grammar. */
const dialects: ReadonlyMap<string, string> = new Map(
  `MySQL MariaDB PostgreSQL Sqlite TransactSQL BigQuery Snowflake Redshift Athena Trino Hive FlinkSQL DB2 NoQL`
    .split(' ')
    .map((name) => [name.toLowerCase(), name]),
);

const SqlValue = z.strictObject({
  databaseType: z.optional(z.string()),
  allowedTables: z.optional(z.array(z.string())),
  allowedColumns: z.optional(z.array(z.string())),
});

/** Undefined for SQL that keeps to the rules, else why not. */
async function whyNot(sql: string, rules: SqlRules, world: ScorerWorld): Promise<string | undefined | ScoreFailure> {
  if (world.readSql === undefined)
    return cannotTell('there is no parser of SQL here', 'Run the suite with the command line or the action.');
  const read = await world.readSql(sql, rules);
  if ('failure' in read) return read;
  const { parsed, tables, columns } = read;
  if (!parsed || looksWrong(sql, rules.database)) return `It is no statement of ${rules.database}.`;
  const refused = tables ?? columns;
  if (refused === undefined) return undefined;
  const what = tables === undefined ? 'columns' : 'tables';
  return refused.found.length > 0
    ? `It uses ${what} that are not allowed: ${refused.found.join(', ')}.`
    : `Its ${what} cannot be told: ${refused.why}.`;
}

function rulesOf({ assertion: { type, value = {} } }: ScoreRequest): SqlRules | ScoreFailure {
  const read = SqlValue.safeParse(value);
  if (!read.success) return badValue(type, 'databaseType, allowedTables and allowedColumns, or nothing');
  const { databaseType = 'MySQL', allowedTables: tables, allowedColumns } = read.data;
  const database = dialects.get(databaseType.toLowerCase());
  if (database === undefined)
    return badValue(type, `a databaseType (${[...dialects.values()].join(', ')}); "${databaseType}" is none`);
  const columns = allowedColumns?.flatMap((name) => [name, ...anyTable(name)]);
  return { database, ...(tables !== undefined && { tables }), ...(columns !== undefined && { columns }) };
}

/** `select::orders::id` allows `select::null::id` too: a statement need not name the table. */
const anyTable = (name: string): readonly string[] => {
  const parts = name.split('::');
  return parts.length === 3 && parts[1] !== 'null' ? [`${parts[0]}::null::${parts[2]}`] : [];
};

const isSql: Scorer = async (request, world) => {
  const rules = rulesOf(request);
  if ('failure' in rules) return rules;
  const why = await whyNot(request.answer.text, rules, world);
  if (typeof why === 'object') return why;
  return yesOrNo(why === undefined, request.assertion.negated, () => why ?? 'It is valid SQL.');
};

const containsSql: Scorer = async (request, world) => {
  const rules = rulesOf(request);
  if ('failure' in rules) return rules;
  let reason = 'It holds no SQL.';
  for (const sql of sqlIn(request.answer.text)) {
    const why = await whyNot(sql, rules, world);
    if (typeof why === 'object') return why;
    if (why === undefined) return yesOrNo(true, request.assertion.negated, () => 'It holds valid SQL.');
    reason = why;
  }
  return yesOrNo(false, request.assertion.negated, () => reason);
};

export const sqlScorers: ScorerTable = new Map([
  ['is-sql', isSql],
  ['contains-sql', containsSql],
]);
