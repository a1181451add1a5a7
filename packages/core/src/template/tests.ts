// What stands after `is`, with nunjucks' meanings.
import { isLess, isRecord, primitiveOf, type Value } from './values.ts';

type Test = (value: Value, argument: Value) => boolean;

const equal: Test = (value, argument) => value === argument;
const greater: Test = (value, argument) => isLess(argument, value);
const less: Test = (value, argument) => isLess(value, argument);
const number = (value: Value): number => Number(primitiveOf(value));

const tests: Readonly<Record<string, Test>> = {
  defined: (value) => value !== undefined,
  undefined: (value) => value === undefined,
  divisibleby: (value, argument) => number(value) % number(argument) === 0,
  eq: equal,
  equalto: equal,
  sameas: equal,
  ne: (value, argument) => value !== argument,
  even: (value) => number(value) % 2 === 0,
  odd: (value) => number(value) % 2 === 1,
  truthy: Boolean,
  falsy: (value) => !value,
  gt: greater,
  greaterthan: greater,
  ge: (value, argument) => number(value) >= number(argument),
  lt: less,
  lessthan: less,
  le: (value, argument) => number(value) <= number(argument),
  lower: (value) => typeof value === 'string' && value.toLowerCase() === value,
  upper: (value) => typeof value === 'string' && value.toUpperCase() === value,
  none: (value) => value === null,
  null: (value) => value === null,
  number: (value) => typeof value === 'number',
  string: (value) => typeof value === 'string',
  iterable: (value) => typeof value === 'string' || Array.isArray(value),
  mapping: (value) => isRecord(value),
};

export const testNames: ReadonlySet<string> = new Set(Object.keys(tests));

export const applyTest = (name: string, value: Value, argument: Value): boolean =>
  tests[name]?.(value, argument) === true;
