// Statements and values into text. Interpreted step by step, with limits: no template can run away.
import { evaluate } from './evaluate.ts';
import { applyFilter } from './filters.ts';
import { located, type Rendering } from './rendering.ts';
import { Scope } from './scope.ts';
import type { Statement } from './syntax.ts';
import { templateError } from './template-error.ts';
import { isRecord, memberOf, textOf, type Value } from './values.ts';

const maxSteps = 2_000_000;
const maxCharacters = 10_000_000;

/** @throws TemplateError when the data does not fit the template, or when the text becomes too long */
export function render(
  source: string,
  statements: readonly Statement[],
  variables: Readonly<Record<string, Value>>,
): string {
  const rendering = { source, steps: 0, characters: 0 };
  return renderBlock(statements, new Scope(variables), rendering);
}

function renderBlock(statements: readonly Statement[], scope: Scope, rendering: Rendering): string {
  let text = '';
  for (const statement of statements) {
    const piece = renderStatement(statement, scope, rendering);
    text += piece;
    if (statement.kind === 'text' || statement.kind === 'output') rendering.characters += piece.length;
    rendering.steps += 1;
    if (rendering.steps > maxSteps || rendering.characters > maxCharacters)
      throw templateError(
        rendering.source,
        statement.at,
        'The template makes too much text, or takes too many steps.',
        'Ten million characters and two million steps are the limit: check its loops.',
      );
  }
  return text;
}

function renderStatement(statement: Statement, scope: Scope, rendering: Rendering): string {
  switch (statement.kind) {
    case 'text':
      return statement.text;
    case 'output':
      return textOf(evaluate(statement.expression, scope, rendering));
    case 'choose':
      for (const { condition, body } of statement.branches) {
        if (evaluate(condition, scope, rendering)) return renderBlock(body, scope, rendering);
      }
      return renderBlock(statement.otherwise, scope, rendering);
    case 'for':
      return renderFor(statement, scope, rendering);
    case 'set': {
      const value = isBlock(statement.value)
        ? renderBlock(statement.value, scope, rendering)
        : evaluate(statement.value, scope, rendering);
      for (const name of statement.names) scope.assign(name, value);
      return '';
    }
    case 'through': {
      const body = renderBlock(statement.body, scope, rendering);
      const positional = statement.args.positional.map((argument) => evaluate(argument, scope, rendering));
      const named = new Map(
        [...statement.args.named].map(([name, argument]) => [name, evaluate(argument, scope, rendering)]),
      );
      return located(rendering, statement.at, () => textOf(applyFilter(statement.filter, body, { positional, named })));
    }
  }
}

const isBlock = (value: Extract<Statement, { kind: 'set' }>['value']): value is readonly Statement[] =>
  Array.isArray(value);

function renderFor(statement: Extract<Statement, { kind: 'for' }>, scope: Scope, rendering: Rendering): string {
  const over = evaluate(statement.over, scope, rendering);
  const items = itemsOf(over, statement.names.length);
  if (items.length === 0) return renderBlock(statement.otherwise, scope, rendering);
  const inner = scope.inner();
  let text = '';
  for (const [index, item] of items.entries()) {
    const { names } = statement;
    if (names.length === 1) inner.set(names[0] ?? '', item);
    else for (const [place, name] of names.entries()) inner.set(name, memberOf(item, place));
    const { length } = items;
    inner.set('loop', {
      index: index + 1,
      index0: index,
      revindex: length - index,
      revindex0: length - index - 1,
      first: index === 0,
      last: index === length - 1,
      length,
    });
    text += renderBlock(statement.body, inner, rendering);
  }
  return text;
}

/** With two names an object's keys and values, with one the members of a list or the characters of a text. */
function itemsOf(over: Value, names: number): readonly Value[] {
  if (Array.isArray(over)) return over as readonly Value[];
  if (names === 1) return typeof over === 'string' ? over.split('') : [];
  return isRecord(over) ? Object.entries(over) : [];
}
