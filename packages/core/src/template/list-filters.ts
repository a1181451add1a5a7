// Filters on lists and objects, with nunjucks' meanings.
import { argument, type Filter, type Filters } from './filter-arguments.ts';
import { applyTest, testNames } from './tests.ts';
import {
  asList,
  isLess,
  isRecord,
  memberOf,
  nameOf,
  orEmpty,
  primitiveOf,
  textOf,
  ValueError,
  type Value,
} from './values.ts';

const list = (value: Value): readonly Value[] => {
  if (typeof value === 'string') return [...value];
  if (Array.isArray(value)) return value as readonly Value[];
  if (isRecord(value)) return Object.entries(value).map(([key, of]) => ({ key, value: of }));
  throw new ValueError(`The filter "list" needs something with members, and got ${nameOf(value)}.`);
};

/** `a.b` reaches into members. */
const attributeOf = (item: Value, path: Value): Value =>
  String(path)
    .split('.')
    .reduce((of: Value, key) => memberOf(of, key), item);

const byTest =
  (wanted: boolean): Filter =>
  (value, args) => {
    const name = textOf(argument(args, 0) ?? 'truthy');
    if (!testNames.has(name)) throw new ValueError(`There is no test "${name}".`);
    return asList(value, wanted ? 'select' : 'reject').filter(
      (item) => applyTest(name, item, argument(args, 1)) === wanted,
    );
  };

const byAttribute =
  (wanted: boolean): Filter =>
  (value, args) =>
    asList(value, wanted ? 'selectattr' : 'rejectattr').filter(
      (item) => Boolean(memberOf(item, argument(args, 0))) === wanted,
    );

function sorted(
  values: readonly Value[],
  keyOf: (value: Value) => Value,
  options: { reverse: boolean; byCase: boolean },
): readonly Value[] {
  const fold = (value: Value): Value => (!options.byCase && typeof value === 'string' ? value.toLowerCase() : value);
  const keyed = values.map((value) => ({ value, key: fold(keyOf(value)) }));
  const sign = options.reverse ? -1 : 1;
  return keyed
    .toSorted((a, b) => (isLess(a.key, b.key) ? -sign : isLess(b.key, a.key) ? sign : 0))
    .map(({ value }) => value);
}

export const listFilters: Filters = {
  batch: (value, args) => {
    const size = Math.floor(Number(argument(args, 0, 'linecount')));
    if (!(size > 0)) throw new ValueError('The filter "batch" needs a size above 0.');
    const items = asList(value, 'batch');
    const fill = argument(args, 1, 'fill_with');
    const batches = Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
      items.slice(index * size, (index + 1) * size),
    );
    const last = batches.at(-1) ?? [];
    if (fill && last.length < size && batches.length > 0)
      batches[batches.length - 1] = [
        ...last,
        ...Array.from({ length: Math.min(size, 10_000) - last.length }, () => fill),
      ];
    return batches;
  },
  dictsort: (value, args) => {
    if (!isRecord(value)) throw new ValueError(`The filter "dictsort" needs an object, and got ${nameOf(value)}.`);
    const by = argument(args, 1, 'by') ?? 'key';
    if (by !== 'key' && by !== 'value') throw new ValueError('The filter "dictsort" sorts by "key" or by "value".');
    const keyOf = (pair: Value): Value => memberOf(pair, by === 'key' ? 0 : 1);
    return sorted(Object.entries(value), keyOf, {
      reverse: false,
      byCase: Boolean(argument(args, 0, 'case_sensitive')),
    });
  },
  first: (value) => memberOf(value, 0),
  groupby: (value, args) => {
    const groups = Map.groupBy(asList(value, 'groupby'), (item) => String(attributeOf(item, argument(args, 0))));
    return Object.fromEntries(groups);
  },
  join: (value, args) => {
    const attribute = argument(args, 1, 'attribute');
    const items = asList(value, 'join');
    return items
      .map((item) => textOf(attribute === undefined ? item : memberOf(item, attribute)))
      .join(textOf(argument(args, 0, 'd') ?? ''));
  },
  last: (value) => (typeof value === 'string' || Array.isArray(value) ? memberOf(value, value.length - 1) : undefined),
  length: (value) => {
    const normal = orEmpty(value);
    if (typeof normal === 'string' || Array.isArray(normal)) return normal.length;
    return isRecord(normal) ? Object.keys(normal).length : undefined;
  },
  list,
  reject: byTest(false),
  rejectattr: byAttribute(false),
  reverse: (value) => (typeof value === 'string' ? [...value].toReversed().join('') : list(value).toReversed()),
  select: byTest(true),
  selectattr: byAttribute(true),
  slice: (value, args) => {
    const count = Math.floor(Number(argument(args, 0, 'slices')));
    const items = asList(value, 'slice');
    if (!(count > 0) || count > 10_000) throw new ValueError('The filter "slice" needs a count between 1 and 10,000.');
    const fill = argument(args, 1, 'fill_with');
    const [size, extra] = [Math.floor(items.length / count), items.length % count];
    return Array.from({ length: count }, (_, index) => {
      const start = index * size + Math.min(index, extra);
      const part = items.slice(start, start + size + (index < extra ? 1 : 0));
      return fill && index >= extra ? [...part, fill] : part;
    });
  },
  sort: (value, args) => {
    const items = asList(value, 'sort');
    const attribute = argument(args, 2, 'attribute');
    const keyOf = (item: Value): Value => (attribute === undefined ? item : attributeOf(item, attribute));
    if (attribute !== undefined && items.some((item) => keyOf(item) === undefined))
      throw new ValueError(`The filter "sort" finds no "${textOf(attribute)}" in one of the items.`);
    const options = {
      reverse: Boolean(argument(args, 0, 'reverse')),
      byCase: Boolean(argument(args, 1, 'case_sensitive')),
    };
    return sorted(items, keyOf, options);
  },
  sum: (value, args) => {
    const attribute = argument(args, 0, 'attribute');
    const items = asList(value, 'sum').map((item) => (attribute === undefined ? item : memberOf(item, attribute)));
    const start = Number(argument(args, 1, 'start') ?? 0);
    return items.reduce<Value>((sum, item) => add(sum, item), start);
  },
};

/** JavaScript's `+`: numbers add, texts join. */
export function add(a: Value, b: Value): Value {
  const [left, right] = [primitiveOf(a), primitiveOf(b)];
  return typeof left === 'string' || typeof right === 'string'
    ? String(left) + String(right)
    : Number(left) + Number(right);
}
