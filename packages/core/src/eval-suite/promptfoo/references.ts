// `$ref: '#/assertionTemplates/short'`: a part of the same file, written once and used in many places.
import { isMap, type Fields, type Reading } from '../reading.ts';
import { rewrite } from './rewrite.ts';

export interface Resolved {
  readonly value: unknown;
  /** Keys of the top level that references lead into. */
  readonly referenced: ReadonlySet<string>;
}

export function resolveReferences(reading: Reading, root: unknown): Resolved {
  if (!refers(root)) return { value: root, referenced: new Set() };
  const referenced = new Set<string>();
  const open = new Set<string>();
  const value = rewrite(reading, root, {
    // Schemas of tools have references of their own, which are the endpoint's business.
    skip: (map, key) => key === 'parameters' && ('name' in map || 'description' in map),
    map: (map, walk) => {
      const pointer = map['$ref'];
      if (typeof pointer !== 'string') return undefined;
      const target = targetOf(reading, { root, map, pointer, open });
      if (target === undefined) return { value: map };
      const [top = ''] = stepsOf(pointer);
      referenced.add(top);
      open.add(pointer);
      const resolved = walk(target.value);
      open.delete(pointer);
      const { $ref: _pointer, ...beside } = map;
      if (Object.keys(beside).length === 0 || !isMap(resolved)) return { value: resolved };
      const extended = { ...resolved, ...(walk(beside) as Fields) };
      reading.places.copy(map, extended);
      return { value: extended };
    },
  });
  return { value, referenced };
}

/** Whether there is anything to do: of ten thousand rows mostly in none. */
function refers(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(refers);
  for (const key in value) if (key === '$ref' || refers((value as Readonly<Record<string, unknown>>)[key])) return true;
  return false;
}

interface Reference {
  readonly root: unknown;
  readonly map: Fields;
  readonly pointer: string;
  readonly open: ReadonlySet<string>;
}

function targetOf(reading: Reading, { root, map, pointer, open }: Reference): { readonly value: unknown } | undefined {
  const place = reading.places.value(map, '$ref');
  const refuse = (message: string, hint: string): undefined =>
    reading.say({ code: 'REFERENCE_BROKEN', message, hint, place }) as undefined;
  if (!pointer.startsWith('#/'))
    return refuse(
      `"$ref: ${pointer}" leads out of this file.`,
      "Refer to a part of this file, as in '#/assertionTemplates/short', or include the file with file://.",
    );
  if (open.has(pointer)) return refuse(`"$ref: ${pointer}" leads back to itself.`, 'Break the circle.');
  let value: unknown = root;
  for (const step of stepsOf(pointer)) {
    const inner: unknown =
      typeof value === 'object' && value !== null && Object.hasOwn(value, step) ? (value as Fields)[step] : undefined;
    if (inner === undefined)
      return refuse(`"$ref: ${pointer}" leads to nothing: there is no "${step}".`, 'Correct the path after #/.');
    value = inner;
  }
  return { value };
}

/** RFC 6901, as a fragment of an address. */
const stepsOf = (pointer: string): readonly string[] =>
  pointer
    .slice(2)
    .split('/')
    .map((step) => unescaped(step).replaceAll('~1', '/').replaceAll('~0', '~'));

function unescaped(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
