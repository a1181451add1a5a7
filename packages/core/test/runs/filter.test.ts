// The filter language: what it means, what it says of mistakes, and that nothing breaks it.
import { matcherOf, parseFilter, unknownNames } from '@pawl/core/runs';
import type { RunSummary } from '@pawl/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeSummary } from './make-runs.ts';

const now = Date.parse('2026-11-21T12:00:00Z');

const run: RunSummary = makeSummary({
  at: Date.parse('2026-11-20T08:00:00Z'),
  kind: 'eval-gate',
  name: 'flight-delay',
  verdict: 'pass',
  origin: { branch: 'main', actor: 'ada', pullRequest: 12, commit: 'abcdef0' },
  params: { lr: 0.01, epochs: '10', fast: true, seed: null, optimizer: 'adamw' },
  metrics: { f1: { value: 0.93 }, 'f1 macro': { value: 0.9 }, 'val.loss/cer': { value: 0.2 }, broken: { value: null } },
  tags: { team: 'search', note: "it's 5", 'mlflow.source.name': 'train.py', constructor: 'x' },
});

function meets(filter: string): boolean {
  const { value, problems } = parseFilter(filter, now);
  expect(problems).toEqual([]);
  return matcherOf(value!.filter)(run);
}

describe('a filter', () => {
  test.each([
    ['metrics.f1 > 0.9 and params.lr <= 0.01 and tags.team = "search"', true],
    ['metrics.f1>0.9', true],
    ['metrics.f1 >= 0.93 and metrics.f1 <= .93 and metrics.f1 = 9.3e-1', true],
    ['metrics.f1 < -1e-3', false],
    ['metric.f1 != 0.93', false],
    ['verdict in (pass, inconclusive) and name like "flight%"', true],
    ['verdict not in (\'fail\', "error")', true],
    ['NOT (verdict = fail OR kind = training)', true],
    ['not not verdict = pass', true],
    ['kind = eval-gate', true],
    ['verdict = "PASS"', true],
    ['metrics.`f1 macro` = 0.9 and metrics."val.loss/cer" < 1 and metrics.val.loss/cer > 0.1', true],
    ["tags.note = 'it''s 5' and tags.mlflow.source.name like '%.py'", true],
    ['attributes.name = "flight-delay" and attribute.run_name ilike "FLIGHT%"', true],
    ['name like "FLIGHT%"', false],
    ['name like "flight_delay"', true],
    ['name not like "mail%"', true],
    ['params.epochs >= 9 and params.epochs < 1e1', false],
    ['params.epochs = 10 and params.epochs = "10"', true],
    ['params.lr = "0.01"', true],
    ['params.fast = true', true],
    ['params.optimizer != 3', true],
    ['params.optimizer > 3', false],
    ['not params.optimizer > 3', false],
    ['params.seed is null and params.none is null and metrics.broken IS NULL', true],
    ['params.lr is not null and not params.seed is not null', true],
    ['metrics.none > 0 or metrics.f1 > 0.9', true],
    ['metrics.none > 0', false],
    ['metrics.none != 0', false],
    ['not metrics.none > 0', false],
    ['tags.none not in (a, b)', false],
    ['tags.constructor = x and params.constructor is null', true],
    ['metrics.__proto__ is null', true],
    ['pr = 12 and author = ada and branch = main and trust = own', true],
    ['started >= 2026-11-20 and started < "2026-11-20T08:00:01Z"', true],
    ['started > 36h', true],
    ['started > 2d and started < 1h', true],
    ['start_time > 1795161600000', false],
    ['id like "0%" and verdict = pass or verdict = fail and kind = training', true],
    ['verdict = fail and (kind = training or name = flight-delay)', false],
  ])('%s is %s', (filter, meant) => {
    expect(meets(filter)).toBe(meant);
  });

  test('and binds closer than or, not closer than and', () => {
    expect(meets('verdict = pass or verdict = fail and verdict = error')).toBe(true);
    expect(meets('(verdict = pass or verdict = fail) and verdict = error')).toBe(false);
    expect(meets('not verdict = fail and verdict = pass')).toBe(true);
  });

  test.each([
    ['', 1, 'The filter is empty.', 'metrics.f1 > 0.9'],
    ['metrcs.f1 > 0.9', 1, 'Runs have no "metrcs.f1".', 'Did you mean "metrics.f1"?'],
    ['verdict = pass and brnch = main', 20, 'Runs have no "brnch".', 'Did you mean "branch"?'],
    ['f1 > 0.9', 1, 'Runs have no "f1".', 'Write metrics.f1'],
    ['datasets.name = x', 1, 'Runs have no "datasets.name".', 'metrics'],
    ['verdict = pas', 11, '"verdict" is never "pas".', 'Did you mean "pass"?'],
    ['verdict in (pass, fial)', 19, 'never "fial"', 'Did you mean "fail"?'],
    ['metrics.f1 > "0.9"', 14, 'is a number, "0.9" a text', 'Write 0.9 without quotes.'],
    ['metrics.f1 > high', 14, '"high" is none', 'as 0.9'],
    ['metrics.f1 like "0%"', 12, 'is no text', '>='],
    ['metrics.f1 == 0.9', 12, '"==" compares nothing.', 'Write = instead.'],
    ['metrics.f1 <> 0.9', 12, '"<>" compares nothing.', 'Write != instead.'],
    ['metrics.f1 > 0.9 && verdict = pass', 18, '"&&" cannot stand here.', 'Write and.'],
    ['metrics.f1 0.9', 12, '"0.9" compares nothing.', 'A condition is'],
    ['metrics.f1', 11, 'is compared with nothing', 'A condition is'],
    ['metrics.f1 >', 13, 'A value is missing here.', 'quotes'],
    ['metrics. > 1', 1, '"metrics." names nothing.', 'metrics.NAME'],
    ['(metrics.f1 > 1', 16, 'A ( is never closed.', 'Add a )'],
    ['metrics.f1 > 1)', 15, 'closes nothing', 'Take it away'],
    ['name = "abc', 8, 'The " is never closed.', 'Add a "'],
    ['name = a b', 10, '"b" cannot stand here.', 'and'],
    ['name in a', 9, 'IN wants its values in parentheses.', '(a, b)'],
    ['name in ()', 10, 'A value is missing here.', 'quotes'],
    ['name in (a b)', 12, 'never closed', ','],
    ['name is 3', 9, 'IS asks for NULL', '='],
    ['params.lr = null', 13, 'Nothing equals NULL.', 'params.lr is null'],
    ['"search" = tags.team', 1, '"search" is no field.', 'left'],
    ['name like "flight*"', 11, 'LIKE knows no *.', '%'],
    ['started > yesterday', 11, '"yesterday" is no time.', '7d'],
    ['name = $HOME', 8, '"$" cannot stand here.', 'quotes'],
    ['name = a;', 9, '";" cannot stand here.', 'quotes'],
  ])('%j is a mistake at column %i', (filter, column, message, hint) => {
    const { value, problems } = parseFilter(filter, now);
    expect(value).toBeUndefined();
    const [problem] = problems;
    expect(problem).toMatchObject({ code: 'FILTER_INVALID', severity: 'error', column });
    expect(problem?.message).toContain(message);
    expect(problem?.hint).toContain(hint);
  });

  test('all unknown fields and unfit values are told at once', () => {
    const { problems } = parseFilter('metrcs.f1 > 1 and verdict = pas and metrics.f1 = x', now);
    expect(problems.map(({ column }) => column)).toEqual([1, 29, 50]);
  });

  test('too long and too deep are refused, and no stack overflows', () => {
    expect(parseFilter(`${'('.repeat(5000)}name = a`, now).problems).toMatchObject([{ column: 101 }]);
    expect(parseFilter(`${'not '.repeat(2400)}name = a`, now).problems).toHaveLength(1);
    expect(parseFilter(' '.repeat(20_000), now).problems[0]?.message).toContain('20000 characters');
    expect(parseFilter(Array.from({ length: 800 }, () => 'name = a').join(' or '), now).problems).toEqual([]);
  });
});

describe('whatever is typed', () => {
  const pieces = fc.constantFrom(
    ...[
      'metrics.f1',
      'name',
      'params.',
      '`a b`',
      '"x"',
      "'",
      '(',
      ')',
      ',',
      'and',
      'or',
      'not',
      'in',
      'like',
      'is',
      'null',
    ],
    ...['>', '=', '!=', '0.9', 'pass', '%', '*', '==', '-', '.', 'tags."k"', '7d', '\u202E', '😀', '\n'],
  );

  test('it is a filter or a problem with a column within it, never a crash', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 60 }),
          fc.array(pieces, { maxLength: 25 }).map((all) => all.join(' ')),
        ),
        (text) => {
          const { value, problems } = parseFilter(text, now);
          if (value === undefined) {
            expect(problems.length).toBeGreaterThan(0);
            for (const { column = 0, hint } of problems) {
              expect(column).toBeGreaterThanOrEqual(1);
              expect(column).toBeLessThanOrEqual(text.length + 1);
              expect(hint).not.toBe('');
            }
          } else expect(typeof matcherOf(value.filter)(run)).toBe('boolean');
        },
      ),
      { numRuns: 3000, seed: 3 },
    );
  });

  test('any key and any text can be asked for in quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (key, text) => {
        const quote = (raw: string, mark: string): string => mark + raw.replaceAll(mark, mark + mark) + mark;
        fc.pre(key !== '' && key !== '__proto__');
        const one = makeSummary({ tags: { [key]: text } });
        const { value } = parseFilter(`tags.${quote(key, '`')} = ${quote(text, "'")}`, now);
        expect(value).toBeDefined();
        expect(matcherOf(value!.filter)(one)).toBe(true);
      }),
      { numRuns: 500, seed: 5 },
    );
  });

  test('LIKE says what a regular expression would', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', '%', '_', '😀'), { maxLength: 8 }).map((all) => all.join(''));
    const texts = fc.array(fc.constantFrom('a', 'b', '😀', 'A'), { maxLength: 10 }).map((all) => all.join(''));
    fc.assert(
      fc.property(letters, texts, fc.boolean(), (pattern, text, caseless) => {
        const same = new RegExp(
          `^${pattern.replaceAll('%', '.*').replaceAll('_', '.')}$`,
          caseless ? 'sui' : 'su',
        ).test(text);
        const { value } = parseFilter(`tags.k ${caseless ? 'ilike' : 'like'} '${pattern}'`, now);
        expect(matcherOf(value!.filter)(makeSummary({ tags: { k: text } }))).toBe(same);
      }),
      { numRuns: 2000, seed: 7 },
    );
  });
});

test('a pattern that would hang a backtracking matcher takes no time', () => {
  const { value } = parseFilter(`tags.k like '${'%a'.repeat(40)}%b'`, now);
  expect(matcherOf(value!.filter)(makeSummary({ tags: { k: 'a'.repeat(20_000) } }))).toBe(false);
});

test('a name that no run has is told with the nearest one, once, and not where there are no runs', () => {
  const { value } = parseFilter('metrics.fl > 0.9 or metrics.fl is null or tags.team = x or params.z = 1', now);
  expect(unknownNames(value!.fields, [run])).toMatchObject([
    {
      severity: 'warning',
      column: 1,
      message: 'The one run asked has no metric "fl".',
      hint: 'Did you mean "f1"?',
    },
    { message: 'The one run asked has no parameter "z".', column: 60 },
  ]);
  expect(unknownNames(value!.fields, [])).toEqual([]);
});
