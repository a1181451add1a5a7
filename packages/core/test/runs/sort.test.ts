// Sorting, columns and the flat table.
import {
  expandColumns,
  flatSummaries,
  flatTable,
  readColumns,
  readSort,
  sortRuns,
  tableCsv,
  tableJson,
  tableNdjson,
  tableOfFields,
} from '@pawl/core/runs';
import { describe, expect, test } from 'vitest';
import { makeRun, makeSummary } from './make-runs.ts';

const f1 = (value: number | null, name = 'a') => makeSummary({ name, metrics: { f1: { value } } });

describe('sorting', () => {
  const order = (
    text: string,
    runs = [f1(0.5, 'x'), f1(null, 'n'), f1(0.9, 'y'), makeSummary({ name: 'm' }), f1(0.5, 'w')],
  ) => sortRuns(runs, readSort(text).value ?? []).map(({ name }) => name);

  test.each([
    ['metrics.f1', ['x', 'w', 'y', 'n', 'm']],
    ['metrics.f1:desc', ['y', 'x', 'w', 'n', 'm']],
    ['metrics.f1 DESC, name ASC', ['y', 'w', 'x', 'm', 'n']],
    ['metrics.`f1`:desc,name:desc', ['y', 'x', 'w', 'n', 'm']],
    ['name', ['m', 'n', 'w', 'x', 'y']],
  ])('by %s: runs without a value are last, equals stay', (text, names) => {
    expect(order(text)).toEqual(names);
  });

  test('by a parameter puts numbers before texts, however they are written', () => {
    const lr = (value: string | number) => makeSummary({ name: String(value), params: { lr: value } });
    expect(order('params.lr', [lr('auto'), lr('1e-2'), lr(0.001), lr(10)])).toEqual(['0.001', '1e-2', '10', 'auto']);
  });

  test.each([
    ['metrics.f1:up', 'none'],
    ['metrics.f1 up', '"up" is no direction.'],
    ['metrics.*', '"metrics.*" is many fields.'],
    ['nmae', 'Runs have no "nmae".'],
    ['name,', 'A field is missing here.'],
    ['name)', '")" cannot stand here.'],
    ['', 'A field is missing here.'],
  ])('by %j is refused, unless a key is called so', (text, message) => {
    const { value, problems } = readSort(text);
    if (message === 'none') expect(value).toMatchObject([{ field: { key: 'f1:up' }, descending: false }]);
    else expect(problems).toMatchObject([{ code: 'SORT_INVALID', message }]);
  });
});

describe('columns', () => {
  const runs = [f1(0.5), makeSummary({ name: '=cmd|1', metrics: { acc: { value: -1 } }, params: { note: '-x, "y"' } })];

  test('take a star for all of a group', () => {
    const fields = expandColumns(readColumns('run,name,metrics.*,params.note').value ?? [], runs);
    expect(fields.map(({ title }) => title)).toEqual(['id', 'name', 'metrics.acc', 'metrics.f1', 'params.note']);
    const csv = tableCsv(tableOfFields(fields.slice(1), runs)).split('\n');
    expect(csv).toEqual(['name,metrics.acc,metrics.f1,params.note', 'a,,0.5,', `'=cmd|1,-1,,"'-x, ""y"""`, '']);
  });

  test.each([
    ['name,metrcs.f1', 6, 'Runs have no "metrcs.f1".'],
    ['name desc', 1, '"desc" says nothing of a column.'],
  ])('%j is refused', (text, column, message) => {
    expect(readColumns(text).problems).toMatchObject([{ code: 'COLUMNS_INVALID', column, message }]);
  });
});

describe('the flat table', () => {
  const runs = [
    makeRun({
      at: 1_790_000_000_000,
      metrics: { f1: { value: 0.5, n: 10, interval: [0.4, 0.6] } },
      params: { lr: 0.1, mode: 'a', long: 'x'.repeat(500), fast: true },
      tags: { team: '+search' },
      origin: { commit: 'abc1234', dirty: true },
    }),
    makeRun({ at: 1_780_000_000_000, metrics: { f1: { value: null } }, params: { lr: 1, mode: 3 } }),
  ];

  test('has a row for each run and a typed column for each thing they hold', () => {
    const { columns, rows } = flatTable(runs, ['metrics', 'params', 'tags', 'origin', 'intervals']);
    const types = Object.fromEntries(columns.map(({ name, type }) => [name, type]));
    expect(types).toMatchObject({
      id: 'text',
      startedAt: 'time',
      'metrics.f1': 'number',
      'params.lr': 'number',
      'params.mode': 'text',
      'params.fast': 'boolean',
      'tags.team': 'text',
      'origin.dirty': 'boolean',
      'intervals.f1.low': 'number',
      'intervals.f1.n': 'number',
    });
    const at = (row: number, name: string) => rows[row]?.[columns.findIndex((column) => column.name === name)];
    expect([at(0, 'params.mode'), at(1, 'params.mode')]).toEqual(['a', '3']);
    expect([at(0, 'params.long'), at(1, 'params.long')]).toEqual(['x'.repeat(500), null]);
    expect([at(0, 'metrics.f1'), at(1, 'metrics.f1')]).toEqual([0.5, null]);
  });

  test('is CSV without formulas, JSON, and JSON lines', () => {
    const table = flatTable(runs, ['tags', 'metrics']);
    expect(tableCsv(table)).toContain(`,'+search\n`);
    const parsed = JSON.parse(tableJson(table));
    expect(parsed).toMatchObject([{ 'metrics.f1': 0.5, 'tags.team': '+search' }, { 'metrics.f1': null }]);
    expect(
      tableNdjson(table)
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(parsed);
  });

  test('of no runs is empty', () => {
    expect(flatTable([], ['metrics'])).toEqual({ columns: [], rows: [] });
    expect(flatSummaries([])).toEqual({ columns: [], rows: [] });
    expect(tableJson({ columns: [], rows: [] })).toBe('[]\n');
  });
});
