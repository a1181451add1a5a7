import { parseJinja, renderJinja, variablesOf, missingVariables } from '@pawl/core/template';
import nunjucks from 'nunjucks';
import { describe, expect, test } from 'vitest';
import { differences } from './differences.ts';
import { methods, operators, tests } from './expression-cases.ts';
import { filters } from './filter-cases.ts';
import { templates } from './template-cases.ts';
import { variables } from './variables.ts';

const file = 'prompt.txt';

function ours(source: string, values: Readonly<Record<string, unknown>> = variables): string {
  const parsed = parseJinja(source, { file });
  if ('problem' in parsed) throw new Error(`${parsed.problem.message} ${parsed.problem.line}:${parsed.problem.column}`);
  const rendered = renderJinja(parsed.value, values, { file });
  if ('problem' in rendered) throw new Error(rendered.problem.message);
  return rendered.value;
}

function theirs(source: string): string {
  const environment = new nunjucks.Environment(null, { autoescape: false });
  environment.addFilter('load', (value) => JSON.parse(value));
  return environment.renderString(source, structuredClone(variables));
}

function attempted(render: () => string): string {
  try {
    return render();
  } catch (error) {
    return String(error);
  }
}

const problemIn = (source: string, values: Readonly<Record<string, unknown>> = {}) => {
  const parsed = parseJinja(source, { file, line: 10, column: 5 });
  if ('problem' in parsed) return parsed.problem;
  const rendered = renderJinja(parsed.value, values, { file, line: 10, column: 5 });
  return 'problem' in rendered ? rendered.problem : undefined;
};

describe('the same text as nunjucks', () => {
  test.each(templates)('%s', (source) => {
    expect(ours(source)).toBe(theirs(source));
  });

  test.each([...operators, ...tests, ...methods, ...filters])('{{ %s }}', (expression) => {
    const source = `[{{ ${expression} }}]`;
    expect(ours(source)).toBe(theirs(source));
  });
});

describe('another text than nunjucks, on purpose', () => {
  test.each(differences)('{{ %s }} is %s: %s', (expression, text) => {
    const source = `{{ ${expression} }}`;
    expect(ours(source)).toBe(text);
    expect(attempted(() => theirs(source))).not.toBe(text);
  });
});

describe('what nunjucks would do and a template must not', () => {
  test.each([
    '{{ range.constructor("return 7*6")() }}',
    '{{ "".constructor.constructor("return process")() }}',
    '{{ items.map.constructor("return 1")() }}',
    '{{ joiner.constructor }}',
    '{{ cycler("a") }}',
  ])('%s reaches nothing', (source) => {
    const parsed = parseJinja(source, { file });
    if ('problem' in parsed) return;
    const rendered = renderJinja(parsed.value, variables, { file });
    expect('problem' in rendered || rendered.value === '').toBe(true);
  });

  test('members that are inherited are not there', () => {
    expect(ours('[{{ a.__proto__ }}{{ a.toString }}{{ items.constructor }}{{ constructor }}{{ __proto__ }}]')).toBe(
      '[]',
    );
  });

  test('a value that looks like a template stays text', () => {
    expect(ours('{{ cell }}', { cell: '{{ env.SECRET }}{% for i in range(9) %}x{% endfor %}' })).toBe(
      '{{ env.SECRET }}{% for i in range(9) %}x{% endfor %}',
    );
  });
});

describe('problems', () => {
  test.each([
    ['{{ name | uper }}', 'There is no filter "uper".', 10, 15],
    ['one\n{{ name is strng }}', 'There is no test "strng".', 11, 12],
    ['{% fro x in y %}', 'There is no tag "fro".', 10, 5],
    ['{% include "x" %}', 'The tag "include" is not supported: a prompt stands in one file.', 10, 5],
    ['{% macro m(x) %}', 'The tag "macro" is not supported.', 10, 5],
    ['{% if a %}x', '{% if %} is not closed.', 10, 5],
    ['{{ a', '"{{" is not closed.', 10, 5],
    ['{{ "a }}', 'The text in quotes is not closed.', 10, 8],
    ['{# never', 'The comment is not closed.', 10, 5],
    ['{% raw %}{{ a }}', '{% raw %} is not closed.', 10, 5],
    ['{% endif %}', '{% endif %} has no beginning here.', 10, 5],
    ['{{ a ? b }}', '"?" has no meaning here.', 10, 10],
    ['{{ }}', '"}}" cannot begin an expression.', 10, 8],
    ['{{ a.b( }}', '"}}" cannot begin an expression.', 10, 13],
    ['{{ 5 | join }}', 'The filter "join" needs a list, and got a number.', 10, 12],
    ['{{ "x" in 5 }}', '"in" needs a text, a list or an object on its right.', 10, 12],
    ['{{ "x" | load }}', 'The filter "load" needs JSON, and the text is none.', 10, 14],
  ])('%s tells its place', (source, message, line, column) => {
    expect(problemIn(source)).toMatchObject({ code: 'TEMPLATE_INVALID', message, line, column, file });
  });

  test('a mistyped filter is told its neighbour', () => {
    expect(problemIn('{{ name | uper }}')?.hint).toBe('did you mean "upper"?');
  });

  test.each([
    ['{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}', 'too many steps'],
    ['{% for a in range(1000) %}{% for b in range(1000) %}{{ big }}{% endfor %}{% endfor %}', 'too much text'],
    ['{{ range(1000000000) }}', 'at most 100,000'],
    ['{{ "x".repeat(99999999) }}', 'ten million'],
    ['{{ "x" | center(99999999) }}', 'ten million'],
    [`{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`, 'nested too deep'],
    [`{{ ${'not '.repeat(5000)}1 }}`, 'nested too deep'],
    [`{{ ${'-'.repeat(5000)}1 }}`, 'nested too deep'],
    ['{% if a %}'.repeat(500), 'nested too deep'],
  ])('%.40s ends at a limit', (source, words) => {
    expect(problemIn(source, { a: 1, big: 'x'.repeat(10_000) })?.message).toContain(words);
  });
});

describe('variables', () => {
  test('are those the template does not set itself, with their places', () => {
    const source = '{% set a = b %}{% for c in d %}{{ c }}{{ loop.index }}{{ a }}{% endfor %}{{ e.f | default(g) }}';
    const parsed = parseJinja(source, { file });
    if ('problem' in parsed) throw new Error('unread');
    const uses = variablesOf(parsed.value);
    expect(uses.map(({ name }) => name)).toEqual(['b', 'd', 'e', 'g']);
    expect(uses.map(({ start, end }) => source.slice(start, end))).toEqual(['b', 'd', 'e', 'g']);
    expect(missingVariables(parsed.value, { b: 1, e: {} })).toEqual(['d', 'g']);
  });
});
