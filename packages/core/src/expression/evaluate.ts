// A tree and what its names mean → one number a row. Names and types are checked once, before any row is looked at.
import { didYouMean } from '../formats/did-you-mean.ts';
import type { Problem, Read } from '../formats/problem.ts';
import type { Fault } from './cursor.ts';
import { expressionProblem, type ParsedExpression } from './parse.ts';
import {
  arithmetic,
  choice,
  coalesce,
  comparison,
  inversion,
  junction,
  negation,
  numeric,
  numericCall,
  type Absent,
  type Bound,
  type ValueType,
} from './operations.ts';
import type { ComparisonOperator, Expression } from './tree.ts';

/** What a name stands for. */
export interface Named {
  readonly type: ValueType;
  /** Null, and NaN of a number, is a missing value. */
  at(row: number): number | string | boolean | null;
}

export interface Evaluated {
  /** NaN where a row has no value. */
  readonly values: Float64Array;
  /** How many rows have none, and the first of them. */
  readonly faults?: { readonly count: number; readonly row: number; readonly reason: string };
}

/**
 * @param names what each name means; under a name in backticks what it means when it is written so
 * @returns what gives one number a row, or every unknown name and every type that does not fit, with its column
 */
export function bindExpression(
  parsed: ParsedExpression,
  names: ReadonlyMap<string, Named>,
): Read<(rows: number) => Evaluated> {
  const problems: Problem[] = [];
  const bound = bind(parsed.tree, names, (fault) => problems.push(expressionProblem(fault)));
  if (problems.length === 0 && bound.type !== 'number')
    problems.push(
      expressionProblem({
        message: `The expression is a ${typeWords[bound.type]}, not a number.`,
        hint: bound.type === 'boolean' ? 'Write if(…, 1, 0).' : 'A metric is a number a row.',
        at: parsed.tree.at,
      }),
    );
  return problems.length > 0 ? { problems } : { value: (rows) => evaluate(bound, rows), problems };
}

function evaluate(bound: Bound, rows: number): Evaluated {
  const values = new Float64Array(rows);
  let count = 0;
  let first: { row: number; reason: string } | undefined;
  for (let row = 0; row < rows; row++) {
    const value = bound.value(row);
    if (typeof value === 'number') {
      values[row] = value;
      continue;
    }
    values[row] = Number.NaN;
    count += 1;
    if (first === undefined && typeof value === 'object') first = { row, reason: value.reason };
  }
  return first === undefined ? { values } : { values, faults: { count, ...first } };
}

const typeWords: Readonly<Record<ValueType, string>> = { number: 'number', text: 'text', boolean: 'condition' };

type Report = (fault: Fault) => void;

function bind(tree: Expression, names: ReadonlyMap<string, Named>, report: Report): Bound {
  const bound = (item: Expression): Bound => bind(item, names, report);
  const wanted = (item: Expression, type: ValueType, hint: string): Bound => {
    const found = bound(item);
    if (found.type !== type)
      report({ message: `A ${typeWords[type]} must stand here, not a ${typeWords[found.type]}.`, hint, at: item.at });
    return found;
  };
  const number = (item: Expression): Bound => wanted(item, 'number', 'A condition becomes a number by if(…, 1, 0).');
  const condition = (item: Expression): Bound => wanted(item, 'boolean', 'Compare it, as x == 1.');
  switch (tree.type) {
    case 'literal': {
      const { value } = tree;
      return { type: typeof value === 'string' ? 'text' : (typeof value as 'number' | 'boolean'), value: () => value };
    }
    case 'name':
      return bindName(tree, names, report);
    case 'negate':
      return negation(number(tree.item));
    case 'not':
      return inversion(condition(tree.item));
    case 'arithmetic':
      return arithmetic(tree.operator, number(tree.left), number(tree.right));
    case 'compare':
      return comparable(tree, [bound(tree.left), bound(tree.right)], report);
    case 'and':
    case 'or':
      return junction(tree.type === 'or', condition(tree.left), condition(tree.right));
    case 'call': {
      const { items } = tree;
      if (tree.function === 'if') {
        const [test, then, otherwise] = [condition(items[0]!), bound(items[1]!), bound(items[2]!)];
        alikeAt(2)(then, otherwise);
        return choice(test, then, otherwise);
      }
      if (tree.function === 'coalesce') {
        const found = items.map(bound);
        found.forEach((item, index) => alikeAt(index)(found[0]!, item));
        return coalesce(found);
      }
      return numericCall(tree.function, items.map(number));
    }
  }

  function alikeAt(index: number): (first: Bound, other: Bound) => void {
    return (first, other) => {
      if (first.type === other.type || tree.type !== 'call') return;
      const message = `${tree.function} gives a ${typeWords[first.type]} or a ${typeWords[other.type]}.`;
      report({ message, hint: 'Give values of one type.', at: tree.items[index]!.at });
    };
  }
}

function bindName(
  { name, quoted, at }: { readonly name: string; readonly quoted: boolean; readonly at: number },
  names: ReadonlyMap<string, Named>,
  report: Report,
): Bound {
  const named = (quoted ? names.get(`\`${name}\``) : undefined) ?? names.get(name);
  if (named === undefined) {
    const known = [...names.keys()].filter((key) => !key.startsWith('`'));
    const hint = didYouMean(name, known).replace(/^./, (first) => first.toUpperCase());
    report({ message: `There is no column "${name}".`, hint, at });
    return numeric(() => 0);
  }
  const absent: Absent = { reason: `"${name}" is missing`, missing: true };
  return {
    type: named.type,
    value: (row) => {
      const value = named.at(row);
      return value === null || (typeof value === 'number' && Number.isNaN(value)) ? absent : value;
    },
  };
}

function comparable(
  { operator, at }: { readonly operator: ComparisonOperator; readonly at: number },
  [left, right]: readonly [Bound, Bound],
  report: Report,
): Bound {
  if (left.type !== right.type) {
    const message = `A ${typeWords[left.type]} is compared with a ${typeWords[right.type]}.`;
    const hint = [left.type, right.type].includes('boolean')
      ? 'Write true or false.'
      : 'Texts stand in quotes, numbers do not.';
    report({ message, hint, at });
  }
  return comparison(operator, left, right);
}
