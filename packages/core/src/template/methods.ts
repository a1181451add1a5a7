// Methods of texts and lists that prompts use: the harmless ones, by name.
import { maxText } from './filter-arguments.ts';
import { plainText, textOf, ValueError, type Value } from './values.ts';

type Method<T> = (of: T, args: readonly Value[]) => Value;

const number = (value: Value, otherwise: number): number => (value === undefined ? otherwise : Number(value));
const optional = (value: Value): number | undefined => (value === undefined ? undefined : Number(value));

const ofText: Readonly<Record<string, Method<string>>> = {
  charAt: (of, [at]) => of.charAt(number(at, 0)),
  concat: (of, args) => of + args.map(plainText).join(''),
  endsWith: (of, [end]) => of.endsWith(plainText(end)),
  includes: (of, [part]) => of.includes(plainText(part)),
  indexOf: (of, [part]) => of.indexOf(plainText(part)),
  padEnd: (of, [length, fill]) => of.padEnd(Math.min(number(length, 0), maxText), textOf(fill ?? ' ')),
  padStart: (of, [length, fill]) => of.padStart(Math.min(number(length, 0), maxText), textOf(fill ?? ' ')),
  repeat: (of, [times]) => {
    const count = number(times, 0);
    if (!(count >= 0 && count * of.length <= maxText))
      throw new ValueError('The text would become longer than ten million characters.');
    return of.repeat(count);
  },
  replace: (of, [from, to]) => of.replace(plainText(from), () => plainText(to)),
  replaceAll: (of, [from, to]) => of.split(plainText(from)).join(plainText(to)),
  slice: (of, [start, end]) => of.slice(number(start, 0), optional(end)),
  split: (of, [separator]) => (separator === undefined ? [of] : of.split(plainText(separator))),
  startsWith: (of, [start]) => of.startsWith(plainText(start)),
  substring: (of, [start, end]) => of.substring(number(start, 0), optional(end)),
  toLowerCase: (of) => of.toLowerCase(),
  toString: (of: string) => of,
  toUpperCase: (of) => of.toUpperCase(),
  trim: (of) => of.trim(),
  trimEnd: (of) => of.trimEnd(),
  trimStart: (of) => of.trimStart(),
};

const ofList: Readonly<Record<string, Method<readonly Value[]>>> = {
  concat: (of, args) => [...of, ...args.flat()],
  includes: (of, [item]) => of.includes(item),
  indexOf: (of, [item]) => of.indexOf(item),
  join: (of, [separator]) => of.map(textOf).join(separator === undefined ? ',' : plainText(separator)),
  slice: (of, [start, end]) => of.slice(number(start, 0), optional(end)),
  toString: (of: readonly Value[]) => plainText(of),
};

const ofNumber: Readonly<Record<string, Method<number>>> = {
  toFixed: (of, [digits]) => of.toFixed(Math.min(100, Math.max(0, number(digits, 0)))),
  toString: (of: number) => String(of),
};

function methodsOf(of: Value): Readonly<Record<string, Method<never>>> | undefined {
  if (typeof of === 'string') return ofText;
  if (typeof of === 'number') return ofNumber;
  return Array.isArray(of) ? ofList : undefined;
}

export function isMethod(of: Value, name: string): boolean {
  const methods = methodsOf(of);
  return methods !== undefined && Object.hasOwn(methods, name);
}

/** @throws ValueError when the result would be too large */
export function callMethod(of: Value, name: string, args: readonly Value[]): Value {
  return methodsOf(of)?.[name]?.(of as never, args);
}
