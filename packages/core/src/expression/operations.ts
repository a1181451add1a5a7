// What the nodes of an expression do with a row's values. What only a row can show (a missing value, a division by
// zero) is carried along as a value of its own and never becomes a number.
import type { ArithmeticOperator, ComparisonOperator, FunctionName } from './tree.ts';

export type ValueType = 'number' | 'text' | 'boolean';

/** Why a row has no value here. */
export interface Absent {
  readonly reason: string;
  /** True for a missing value, which `coalesce` passes over; false for a fault of arithmetic, which nothing heals. */
  readonly missing: boolean;
}

export type Value = number | string | boolean | Absent;

export interface Bound {
  readonly type: ValueType;
  value(row: number): Value;
}

export const numeric = (value: Bound['value']): Bound => ({ type: 'number', value });
export const logical = (value: Bound['value']): Bound => ({ type: 'boolean', value });

/** Of two values of which one at least is absent: what the result is. A fault weighs more than a missing value. */
const absentOf = (a: Value, b: Value): Value => {
  if (typeof a !== 'object') return b;
  if (typeof b !== 'object') return a;
  return a.missing ? b : a;
};

const finite = (value: number, reason: string): Value => (Number.isFinite(value) ? value : { reason, missing: false });

const operations: Readonly<Record<ArithmeticOperator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

export function arithmetic(operator: ArithmeticOperator, left: Bound, right: Bound): Bound {
  const operate = operations[operator];
  return numeric((row) => {
    const a = left.value(row);
    const b = right.value(row);
    if (typeof a !== 'number' || typeof b !== 'number') return absentOf(a, b);
    return finite(operate(a, b), operator === '/' && b === 0 ? 'a division by zero' : 'a number too large');
  });
}

const orders: Readonly<Record<ComparisonOperator, (order: number) => boolean>> = {
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** `and`, `or` of three values: what one side settles, a missing other side cannot unsettle. */
export function junction(settling: boolean, left: Bound, right: Bound): Bound {
  return logical((row) => {
    const a = left.value(row);
    if (a === settling) return settling;
    const b = right.value(row);
    if (typeof a === 'object' && !a.missing) return a;
    if (b === settling) return settling;
    return typeof a === 'object' || typeof b === 'object' ? absentOf(a, b) : !settling;
  });
}

export function choice(test: Bound, then: Bound, otherwise: Bound): Bound {
  return {
    type: then.type,
    value: (row) => {
      const found = test.value(row);
      if (typeof found !== 'boolean') return found;
      return found ? then.value(row) : otherwise.value(row);
    },
  };
}

export function coalesce(items: readonly Bound[]): Bound {
  return {
    type: items[0]!.type,
    value: (row) => {
      let value: Value = 0;
      for (const item of items) {
        value = item.value(row);
        if (typeof value !== 'object' || !value.missing) return value;
      }
      return value;
    },
  };
}

export function numericCall(name: Exclude<FunctionName, 'if' | 'coalesce'>, items: readonly Bound[]): Bound {
  if (name === 'min' || name === 'max') {
    const pick = name === 'min' ? Math.min : Math.max;
    return items.reduce((left, right) =>
      numeric((row) => {
        const a = left.value(row);
        const b = right.value(row);
        return typeof a === 'number' && typeof b === 'number' ? pick(a, b) : absentOf(a, b);
      }),
    );
  }
  const operate = { abs: Math.abs, log: Math.log, exp: Math.exp }[name];
  const reason = { abs: '', log: 'the logarithm of a number that is not above zero', exp: 'a number too large' }[name];
  const [item] = items;
  return numeric((row) => {
    const value = item!.value(row);
    return typeof value === 'number' ? finite(operate(value), reason) : value;
  });
}

export function comparison(operator: ComparisonOperator, left: Bound, right: Bound): Bound {
  const holds = orders[operator];
  return logical((row) => {
    const a = left.value(row);
    const b = right.value(row);
    if (typeof a === 'object' || typeof b === 'object') return absentOf(a, b);
    return holds(a < b ? -1 : a > b ? 1 : 0);
  });
}

export function negation(item: Bound): Bound {
  return numeric((row) => {
    const value = item.value(row);
    return typeof value === 'number' ? -value : value;
  });
}

export function inversion(item: Bound): Bound {
  return logical((row) => {
    const value = item.value(row);
    return typeof value === 'boolean' ? !value : value;
  });
}
