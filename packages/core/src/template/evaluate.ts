// Expressions into values.
import { applyFilter } from './filters.ts';
import { add } from './list-filters.ts';
import { callMethod, isMethod } from './methods.ts';
import { located, type Rendering } from './rendering.ts';
import type { Scope } from './scope.ts';
import type { Arguments, Expression } from './syntax.ts';
import { templateError } from './template-error.ts';
import { applyTest } from './tests.ts';
import { isLess, isRecord, memberOf, plainText, primitiveOf, ValueError, type Value } from './values.ts';

export function evaluate(expression: Expression, scope: Scope, rendering: Rendering): Value {
  const go = (of: Expression): Value => evaluate(of, scope, rendering);
  rendering.steps += 1;
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'name':
      return scope.get(expression.name);
    case 'member':
      return memberOf(go(expression.of), go(expression.key));
    case 'list':
      return expression.items.map(go);
    case 'dict':
      return Object.fromEntries(expression.entries.map(([key, value]) => [plainText(go(key)), go(value)]));
    case 'if':
      return go(expression.condition)
        ? go(expression.value)
        : expression.otherwise === undefined
          ? ''
          : go(expression.otherwise);
    case 'unary':
      return unary(expression.operator, go(expression.operand));
    case 'binary':
      return located(rendering, expression.at, () => binary(expression, go));
    case 'filter': {
      const input = go(expression.input);
      const args = evaluateArguments(expression.args, go);
      return located(rendering, expression.at, () => applyFilter(expression.name, input, args));
    }
    case 'test':
      return applyTest(expression.name, go(expression.input), expression.args.positional.map(go)[0]);
    case 'call':
      return call(expression, scope, rendering);
  }
}

const evaluateArguments = (
  args: Arguments,
  go: (of: Expression) => Value,
): { positional: Value[]; named: Map<string, Value> } => ({
  positional: args.positional.map(go),
  named: new Map([...args.named].map(([name, value]) => [name, go(value)])),
});

function unary(operator: 'not' | '-' | '+', operand: Value): Value {
  if (operator === 'not') return !operand;
  const number = Number(primitiveOf(operand));
  return operator === '-' ? -number : number;
}

function binary(
  { operator, left, right }: Extract<Expression, { kind: 'binary' }>,
  go: (of: Expression) => Value,
): Value {
  if (operator === 'and') return go(left) && go(right);
  if (operator === 'or') return go(left) || go(right);
  const [a, b] = [go(left), go(right)];
  if (operator === 'in') return isIn(a, b);
  if (operator === '~') return plainText(a) + plainText(b);
  if (operator === '+') return add(a, b);
  if (operator === '===') return a === b;
  if (operator === '!==') return a !== b;
  if (operator === '==') return looselyEqual(a, b);
  if (operator === '!=') return !looselyEqual(a, b);
  if (operator === '<') return isLess(a, b);
  if (operator === '>') return isLess(b, a);
  const [x, y] = [Number(primitiveOf(a)), Number(primitiveOf(b))];
  switch (operator) {
    case '<=':
      return atMost(a, b);
    case '>=':
      return atMost(b, a);
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      return x / y;
    case '//':
      return Math.floor(x / y);
    case '%':
      return x % y;
    default:
      return x ** y;
  }
}

/** JavaScript's `==` on plain data: numbers and texts of the same number are equal. */
function looselyEqual(a: Value, b: Value): boolean {
  const bothObjects = typeof a === 'object' && typeof b === 'object';
  if (a === null || b === null || a === undefined || b === undefined) return (a ?? undefined) === (b ?? undefined);
  // oxlint-disable-next-line eqeqeq
  return bothObjects ? a === b : primitiveOf(a) == primitiveOf(b);
}

function atMost(a: Value, b: Value): boolean {
  return (primitiveOf(a) as number) <= (primitiveOf(b) as number);
}

function isIn(key: Value, container: Value): boolean {
  if (typeof container === 'string') return container.includes(plainText(key));
  if (Array.isArray(container)) return container.includes(key);
  if (isRecord(container)) return Object.hasOwn(container, plainText(key));
  throw new ValueError('"in" needs a text, a list or an object on its right.');
}

function call({ callee, args, at }: Extract<Expression, { kind: 'call' }>, scope: Scope, rendering: Rendering): Value {
  const go = (of: Expression): Value => evaluate(of, scope, rendering);
  const values = args.positional.map(go);
  if (callee.kind === 'name' && callee.name === 'range' && !scope.has('range'))
    return located(rendering, at, () => range(values));
  if (callee.kind === 'member') {
    const of = go(callee.of);
    const name = plainText(go(callee.key));
    if (isMethod(of, name)) return located(rendering, at, () => callMethod(of, name, values));
  }
  throw templateError(
    rendering.source,
    at,
    'A template can call `range`, and methods of texts and lists such as `join`, `split` and `toUpperCase`; this is none of them.',
    'Use a filter, or prepare the value in the test case.',
  );
}

function range(values: readonly Value[]): Value {
  const numbers = values.map((value) => Number(primitiveOf(value)));
  const [start = 0, stop = 0] = numbers.length === 1 ? [0, numbers[0]] : numbers;
  const step = numbers[2] ?? 1;
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (!(count <= 100_000)) throw new ValueError('A range holds at most 100,000 numbers.');
  return Array.from({ length: count }, (_, index) => start + index * step);
}
