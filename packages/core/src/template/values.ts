// Values as templates see them: plain data, and only what is its own. Nothing inherited can be reached, so no name in a
// template or in data leads to a function of the host.

export type Value = unknown;

/** A mistake in the data or the template that shows only when it is rendered; the renderer adds the place. */
export class ValueError extends Error {}

export const isRecord = (value: Value): value is Readonly<Record<string, Value>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member; undefined for what is not there, as in nunjucks. */
export function memberOf(of: Value, key: Value): Value {
  if (of === undefined || of === null) return undefined;
  const name = String(key);
  if (typeof of === 'string') return name === 'length' ? of.length : /^\d+$/.test(name) ? of[Number(name)] : undefined;
  if (Array.isArray(of)) return name === 'length' ? of.length : Object.hasOwn(of, name) ? of[Number(name)] : undefined;
  return isRecord(of) && Object.hasOwn(of, name) ? of[name] : undefined;
}

/** How JavaScript writes a value into a text: lists with commas, objects as [object Object]. */
export function textOf(value: Value): string {
  if (value === undefined || value === null) return '';
  return plainText(value);
}

/** The same where nunjucks does not leave `undefined` and `null` out. */
export function plainText(value: Value): string {
  if (Array.isArray(value)) return value.map((item) => textOf(item)).join(',');
  if (isRecord(value)) return '[object Object]';
  return String(value);
}

/** Primitive for operators: lists and objects as text. */
export const primitiveOf = (value: Value): string | number | boolean | null | undefined =>
  typeof value === 'object' && value !== null
    ? plainText(value)
    : (value as string | number | boolean | null | undefined);

/** What nunjucks' `normalize(value, '')` makes of a missing value. */
export const orEmpty = (value: Value): Value => (value === undefined || value === null || value === false ? '' : value);

/** Text for a text filter. */
export function asText(value: Value, filter: string): string {
  const normal = orEmpty(value);
  if (typeof normal === 'string') return normal;
  if (typeof normal === 'number' || typeof normal === 'boolean') return String(normal);
  throw new ValueError(`The filter "${filter}" needs a text, and got ${nameOf(value)}.`);
}

export function asList(value: Value, filter: string): readonly Value[] {
  if (Array.isArray(value)) return value as readonly Value[];
  throw new ValueError(`The filter "${filter}" needs a list, and got ${nameOf(value)}.`);
}

export const nameOf = (value: Value): string =>
  value === undefined
    ? 'nothing'
    : value === null
      ? 'none'
      : Array.isArray(value)
        ? 'a list'
        : isRecord(value)
          ? 'an object'
          : `a ${typeof value}`;

/** JavaScript's own comparison: numbers by size, texts by code unit. */
export function isLess(a: Value, b: Value): boolean {
  const [left, right] = [primitiveOf(a), primitiveOf(b)];
  return (left as number) < (right as number);
}
