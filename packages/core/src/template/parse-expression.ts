// Expressions, with the precedence they have in nunjucks, which is JavaScript's for arithmetic.
import { didYouMean } from '../formats/did-you-mean.ts';
import type { Cursor } from './cursor.ts';
import { filterNames } from './filters.ts';
import type { Arguments, Expression } from './syntax.ts';
import { testNames } from './tests.ts';

const maxDepth = 100;

export function parseExpression(cursor: Cursor, depth = 0): Expression {
  if (depth > maxDepth) throw cursor.error('The expression is nested too deep.', 'Split it with {% set %}.');
  const value = parseLadder(cursor, 0, depth);
  if (!cursor.is('name', 'if')) return value;
  const { at } = cursor;
  cursor.next();
  const condition = parseLadder(cursor, 0, depth + 1);
  if (!cursor.takes('name', 'else')) return { kind: 'if', condition, value, at };
  return { kind: 'if', condition, value, otherwise: parseExpression(cursor, depth + 1), at };
}

/** Loosest first. */
const ladder: readonly ((cursor: Cursor, rung: number, depth: number) => Expression)[] = [
  words('or'),
  words('and'),
  parseNot,
  parseIn,
  parseIs,
  signs('==', '===', '!=', '!==', '<', '>', '<=', '>='),
  signs('~'),
  signs('+', '-'),
  signs('*', '/', '%'),
  signs('//'),
  signs('**'),
  (cursor, _, depth) => parseUnary(cursor, depth, true),
];

function parseLadder(cursor: Cursor, rung: number, depth: number): Expression {
  const parse = ladder[rung];
  if (parse === undefined) throw cursor.error('An expression is missing here.', 'Check the template at this place.');
  return parse(cursor, rung, depth);
}

/** Operators of one rung, from left to right. */
function binary(kind: 'name' | 'sign', operators: readonly string[]): (typeof ladder)[number] {
  return (cursor, rung, depth) => {
    let left = parseLadder(cursor, rung + 1, depth);
    for (let { token } = cursor; token?.kind === kind && operators.includes(token.text); { token } = cursor) {
      const { at, text: operator } = token;
      cursor.next();
      left = { kind: 'binary', operator, left, right: parseLadder(cursor, rung + 1, depth + 1), at };
    }
    return left;
  };
}

function words(...operators: readonly string[]): (typeof ladder)[number] {
  return binary('name', operators);
}

function signs(...operators: readonly string[]): (typeof ladder)[number] {
  return binary('sign', operators);
}

function parseNot(cursor: Cursor, rung: number, depth: number): Expression {
  const { at } = cursor;
  if (depth > maxDepth) throw cursor.error('The expression is nested too deep.', 'Split it with {% set %}.');
  if (cursor.takes('name', 'not'))
    return { kind: 'unary', operator: 'not', operand: parseNot(cursor, rung, depth + 1), at };
  return parseLadder(cursor, rung + 1, depth);
}

function parseIn(cursor: Cursor, rung: number, depth: number): Expression {
  let left = parseLadder(cursor, rung + 1, depth);
  for (;;) {
    const { at } = cursor;
    const negated = cursor.is('name', 'not') && cursor.peek()?.kind === 'name' && cursor.peek()?.text === 'in';
    if (negated) cursor.next();
    if (!cursor.takes('name', 'in')) return left;
    const found: Expression = {
      kind: 'binary',
      operator: 'in',
      left,
      right: parseLadder(cursor, rung + 1, depth + 1),
      at,
    };
    left = negated ? { kind: 'unary', operator: 'not', operand: found, at } : found;
  }
}

function parseIs(cursor: Cursor, rung: number, depth: number): Expression {
  const input = parseLadder(cursor, rung + 1, depth);
  const { at } = cursor;
  if (!cursor.takes('name', 'is')) return input;
  const negated = cursor.takes('name', 'not');
  const token = cursor.expect('name', 'The name of a test');
  if (!testNames.has(token.text))
    throw cursor.error(`There is no test "${token.text}".`, didYouMean(token.text, [...testNames]), token.at);
  const args = cursor.is('sign', '(') ? parseArguments(cursor, depth + 1) : noArguments;
  const test: Expression = { kind: 'test', name: token.text, input, args, at };
  return negated ? { kind: 'unary', operator: 'not', operand: test, at } : test;
}

/** Filters bind tighter than every operator: `a + b | upper` is `a + (b | upper)`. */
function parseUnary(cursor: Cursor, depth: number, filters: boolean): Expression {
  const { at } = cursor;
  if (depth > maxDepth) throw cursor.error('The expression is nested too deep.', 'Split it with {% set %}.');
  const operator = cursor.is('sign', '-') ? '-' : cursor.is('sign', '+') ? '+' : undefined;
  if (operator !== undefined) cursor.next();
  const node: Expression =
    operator === undefined
      ? parsePrimary(cursor, depth)
      : { kind: 'unary', operator, operand: parseUnary(cursor, depth + 1, false), at };
  return filters ? parseFilters(cursor, node, depth) : node;
}

function parseFilters(cursor: Cursor, node: Expression, depth: number): Expression {
  let input = node;
  while (cursor.takes('sign', '|')) {
    const filter = parseFilter(cursor, depth);
    input = { kind: 'filter', ...filter, input };
  }
  return input;
}

/** A filter's name and arguments, as after `|` and in `{% filter name %}`. */
export function parseFilter(cursor: Cursor, depth: number): { name: string; args: Arguments; at: number } {
  const token = cursor.expect('name', 'The name of a filter');
  if (!filterNames.has(token.text))
    throw cursor.error(`There is no filter "${token.text}".`, didYouMean(token.text, [...filterNames]), token.at);
  const args = cursor.is('sign', '(') ? parseArguments(cursor, depth + 1) : noArguments;
  return { name: token.text, args, at: token.at };
}

const noArguments: Arguments = { positional: [], named: new Map() };

const constants: Readonly<Record<string, boolean | null>> = {
  true: true,
  false: false,
  none: null,
  null: null,
  True: true,
  False: false,
  None: null,
};

function parsePrimary(cursor: Cursor, depth: number): Expression {
  const token = cursor.next();
  if (token === undefined) throw cursor.error('An expression is missing here.', 'Check the template at this place.');
  const { at, kind, text } = token;
  if (kind === 'string') return parsePostfix(cursor, { kind: 'literal', value: text, at }, depth);
  if (kind === 'number') return parsePostfix(cursor, { kind: 'literal', value: Number(text), at }, depth);
  if (kind === 'name') {
    const constant = Object.hasOwn(constants, text) ? constants[text] : undefined;
    const node: Expression =
      constant === undefined ? { kind: 'name', name: text, at } : { kind: 'literal', value: constant, at };
    return parsePostfix(cursor, node, depth);
  }
  if (kind === 'sign' && text === '(') {
    const inner = parseExpression(cursor, depth + 1);
    cursor.expect('sign', '")"', ')');
    return parsePostfix(cursor, inner, depth);
  }
  if (kind === 'sign' && text === '[')
    return parsePostfix(cursor, { kind: 'list', items: parseItems(cursor, ']', depth), at }, depth);
  if (kind === 'sign' && text === '{')
    return parsePostfix(cursor, { kind: 'dict', entries: parseEntries(cursor, depth), at }, depth);
  throw cursor.error(`"${text}" cannot begin an expression.`, 'Check the template at this place.', at);
}

function parsePostfix(cursor: Cursor, node: Expression, depth: number): Expression {
  let of = node;
  for (;;) {
    const { at } = cursor;
    if (cursor.takes('sign', '.')) {
      const key = cursor.next();
      if (key === undefined || (key.kind !== 'name' && key.kind !== 'number'))
        throw cursor.error('The name of a member is missing after ".".', 'Write value.name.', at);
      of = { kind: 'member', of, key: { kind: 'literal', value: key.text, at: key.at }, at };
    } else if (cursor.takes('sign', '[')) {
      const key = parseExpression(cursor, depth + 1);
      cursor.expect('sign', '"]"', ']');
      of = { kind: 'member', of, key, at };
    } else if (cursor.is('sign', '(')) {
      of = { kind: 'call', callee: of, args: parseArguments(cursor, depth + 1), at };
    } else return of;
  }
}

function parseItems(cursor: Cursor, end: string, depth: number): readonly Expression[] {
  const items: Expression[] = [];
  while (!cursor.takes('sign', end)) {
    if (items.length > 0) cursor.expect('sign', '","', ',');
    if (cursor.takes('sign', end)) break;
    items.push(parseExpression(cursor, depth + 1));
  }
  return items;
}

function parseEntries(cursor: Cursor, depth: number): readonly (readonly [Expression, Expression])[] {
  const entries: (readonly [Expression, Expression])[] = [];
  while (!cursor.takes('sign', '}')) {
    if (entries.length > 0) cursor.expect('sign', '","', ',');
    if (cursor.takes('sign', '}')) break;
    const key = parsePrimary(cursor, depth + 1);
    cursor.expect('sign', '":"', ':');
    const name: Expression = key.kind === 'name' ? { kind: 'literal', value: key.name, at: key.at } : key;
    entries.push([name, parseExpression(cursor, depth + 1)]);
  }
  return entries;
}

function parseArguments(cursor: Cursor, depth: number): Arguments {
  cursor.expect('sign', '"("', '(');
  const positional: Expression[] = [];
  const named = new Map<string, Expression>();
  while (!cursor.takes('sign', ')')) {
    if (positional.length + named.size > 0) cursor.expect('sign', '","', ',');
    const name = cursor.token;
    if (name?.kind === 'name' && cursor.peek()?.kind === 'sign' && cursor.peek()?.text === '=') {
      cursor.next();
      cursor.next();
      named.set(name.text, parseExpression(cursor, depth + 1));
    } else positional.push(parseExpression(cursor, depth + 1));
  }
  return { positional, named };
}
