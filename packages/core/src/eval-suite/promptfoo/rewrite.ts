// Goes through a config and replaces parts of it. What stays the same stays the same object, and what is made anew
// stands where the old part stood.
import { isMap, type Fields, type Reading } from '../reading.ts';

export interface Rewriting {
  /** What a text becomes. */
  text?(text: string, at: { readonly container: object; readonly key: PropertyKey }): unknown;
  /** What a map becomes, instead of being gone through; undefined leaves it to the walk. */
  map?(map: Fields, walk: (value: unknown) => unknown): { readonly value: unknown } | undefined;
  /** Members that are left as they are. */
  skip?(map: Fields, key: string): boolean;
}

export function rewrite(reading: Reading, root: unknown, rewriting: Rewriting): unknown {
  const done = new Map<object, unknown>();
  const walk = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (done.has(value)) return done.get(value);
    const result = isMap(value) ? walkMap(value) : walkList(value as readonly unknown[]);
    done.set(value, result);
    return result;
  };
  const walkMember = (container: object, key: PropertyKey, value: unknown): unknown =>
    typeof value === 'string' ? (rewriting.text?.(value, { container, key }) ?? value) : walk(value);
  const walkList = (list: readonly unknown[]): unknown => {
    let items: unknown[] | undefined;
    for (const [index, item] of list.entries()) {
      const made = walkMember(list, index, item);
      if (made === item) continue;
      items ??= [...list];
      items[index] = made;
    }
    if (items === undefined) return list;
    reading.places.copy(list, items);
    return items;
  };
  const walkMap = (map: Fields): unknown => {
    const whole = rewriting.map?.(map, walk);
    if (whole !== undefined) return whole.value;
    // Of ten thousand rows none may need a change: only what is changed is made anew.
    let changed: Map<string, unknown> | undefined;
    for (const key of Object.keys(map)) {
      const value = map[key];
      const member = rewriting.skip?.(map, key) === true ? value : walkMember(map, key, value);
      if (member !== value) (changed ??= new Map()).set(key, member);
    }
    if (changed === undefined) return map;
    const made = Object.fromEntries([...Object.entries(map), ...changed]);
    reading.places.copy(map, made);
    return made;
  };
  return typeof root === 'string' ? (rewriting.text?.(root, { container: {}, key: 0 }) ?? root) : walk(root);
}
