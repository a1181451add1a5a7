// YAML and JSON to plain values that remember where they stand: maps and lists are known by identity, so a problem that
// is found after merging, after `$ref` or in an included file still names the line on which it was written.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Document, type Node, type Pair } from 'yaml';
import type { EvalPlace } from '../formats/eval-suite.ts';
import { hasErrors, type Read } from '../formats/problem.ts';
import { parseYaml, type YamlSource } from '../formats/read-yaml.ts';
import { RowPlaces } from './row-places.ts';

/** Aliases written out, a document holds no more values than this: a bomb is refused before it is unfolded. */
const maxValues = 2_000_000;

interface Noted {
  readonly self: EvalPlace;
  readonly keys: ReadonlyMap<PropertyKey, EvalPlace>;
  readonly values: ReadonlyMap<PropertyKey, EvalPlace>;
}

/** Where values stand. One for a reading; every file that it opens adds to it. */
export interface Places {
  /** Of a map or list. */
  of(container: unknown): EvalPlace | undefined;
  /** Of a key, for what is wrong with the name; falls back to the container. */
  key(container: unknown, key: PropertyKey): EvalPlace | undefined;
  /** Of what stands under a key; falls back to the container. */
  value(container: unknown, key: PropertyKey): EvalPlace | undefined;
  /** Rows of data files: everything in them stands on their line. */
  note(container: object, place: EvalPlace): void;
  /** The same for a value and all within it; see `RowPlaces`. */
  noteDeep(value: object, place: EvalPlace): void;
  noteAll(container: object, noted: Noted): void;
  /** What is made of a value stands where the value stood. */
  copy(from: object, to: object): void;
}

const noPlaces: ReadonlyMap<PropertyKey, EvalPlace> = new Map();

export function makePlaces(): Places {
  // A Map and no WeakMap: these last as long as one reading, and the collector would go through all of them each time.
  const known = new Map<object, Noted>();
  const rows = new RowPlaces();
  const of = (container: unknown): EvalPlace | undefined =>
    typeof container === 'object' && container !== null
      ? (known.get(container)?.self ?? rows.of(container))
      : undefined;
  const member = (kind: 'keys' | 'values', container: unknown, key: PropertyKey): EvalPlace | undefined =>
    known.get(container as object)?.[kind].get(key) ?? of(container);
  return {
    of,
    key: (container, key) => member('keys', container, key),
    value: (container, key) => member('values', container, key),
    note: (container, self) => known.set(container, { self, keys: noPlaces, values: noPlaces }),
    noteDeep: (value, place) => rows.add(value, place),
    noteAll: (container, noted) => known.set(container, noted),
    copy: (from, to) => {
      const noted = known.get(from);
      if (noted !== undefined) known.set(to, noted);
      else {
        const self = rows.of(from);
        if (self !== undefined) known.set(to, { self, keys: noPlaces, values: noPlaces });
      }
    },
  };
}

export interface LocatedYaml {
  readonly value: unknown;
  /** Keys of the top level under which an anchor stands: they are there to be pointed at. */
  readonly anchored: ReadonlySet<string>;
}

export function readLocatedYaml(source: YamlSource, places: Places, codePrefix: string): Read<LocatedYaml> {
  const parsed = parseYaml(source, codePrefix);
  if (parsed.value === undefined) return { problems: parsed.problems };
  const { document } = parsed.value;
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = source.text.indexOf('\n'); at >= 0; at = source.text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  const builder = makeBuilder(document, places, (offset) => {
    const { line, col } = lines.linePos(offset);
    return { file: source.file, line, column: col };
  });
  const problem = builder.bomb();
  if (problem !== undefined) {
    const { message, hint, at } = problem;
    return {
      problems: [{ code: `${codePrefix}_NOT_YAML`, severity: 'error', message, hint, file: source.file, ...at }],
    };
  }
  if (hasErrors(parsed.problems)) return { problems: parsed.problems };
  return {
    value: { value: builder.build(document.contents), anchored: builder.anchored() },
    problems: parsed.problems,
  };
}

interface Bomb {
  readonly message: string;
  readonly hint: string;
  readonly at?: EvalPlace;
}

function makeBuilder(document: Document.Parsed, places: Places, placeAt: (offset: number) => EvalPlace) {
  const built = new Map<Node, unknown>();
  const weights = new Map<Node, number>();
  const placeOf = (node: unknown): EvalPlace => placeAt(isNode(node) ? (node.range?.[0] ?? 0) : 0);
  const targetOf = (node: Node): Node | undefined => (isAlias(node) ? node.resolve(document) : node);

  /** Values below a node with aliases written out; infinite where a node holds itself. */
  const weigh = (node: unknown, open: ReadonlySet<Node>): number => {
    if (!isNode(node)) return 1;
    const target = targetOf(node);
    if (target === undefined) return Number.NaN;
    if (open.has(target)) return Number.POSITIVE_INFINITY;
    const known = weights.get(target);
    if (known !== undefined) return known;
    let sum = 1;
    const inner = isMap(target) || isSeq(target) ? new Set([...open, target]) : open;
    if (isMap(target)) for (const pair of target.items) sum += weigh(pair.value, inner);
    else if (isSeq(target)) for (const item of target.items) sum += weigh(item, inner);
    weights.set(target, sum);
    return sum;
  };

  const build = (node: unknown): unknown => {
    if (!isNode(node)) return null;
    const target = targetOf(node);
    if (target === undefined) return null;
    if (built.has(target)) return built.get(target);
    const value = isMap(target) ? buildMap(target) : isSeq(target) ? buildList(target) : scalarOf(target);
    built.set(target, value);
    return value;
  };

  const buildList = (node: { readonly items: readonly unknown[] }): readonly unknown[] => {
    const list = node.items.map(build);
    const values = new Map(node.items.map((item, index) => [index, placeOf(item)]));
    places.noteAll(list, { self: placeOf(node), keys: values, values });
    return list;
  };

  const buildMap = (node: { readonly items: readonly Pair[] }): Readonly<Record<string, unknown>> => {
    const entries = new Map<string, unknown>();
    const keys = new Map<string, EvalPlace>();
    const values = new Map<string, EvalPlace>();
    const merged = node.items.filter((pair) => isMergeKey(pair)).flatMap((pair) => mergedMaps(build(pair.value)));
    // What stands in the map itself wins; of several merged maps the first.
    for (const map of merged.toReversed())
      for (const [key, value] of Object.entries(map)) {
        entries.set(key, value);
        keys.set(key, places.key(map, key) ?? placeOf(node));
        values.set(key, places.value(map, key) ?? placeOf(node));
      }
    for (const pair of node.items) {
      if (isMergeKey(pair)) continue;
      const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
      entries.set(key, build(pair.value));
      keys.set(key, placeOf(pair.key));
      values.set(key, placeOf(pair.value ?? pair.key));
    }
    const map = Object.fromEntries(entries);
    places.noteAll(map, { self: placeOf(node), keys, values });
    return map;
  };

  return {
    build,
    bomb: (): Bomb | undefined => {
      const weight = weigh(document.contents, new Set());
      if (Number.isNaN(weight))
        return { message: 'An alias names no anchor.', hint: 'Define the anchor above the place that uses it.' };
      if (weight > maxValues)
        return {
          message: 'Its aliases multiply without end.',
          hint: 'Write the values out, or use fewer aliases.',
          at: placeOf(document.contents),
        };
      return undefined;
    },
    anchored: (): ReadonlySet<string> => {
      if (!isMap(document.contents)) return new Set();
      return new Set(
        document.contents.items
          .filter((pair) => hasAnchor(pair.value))
          .map((pair) => String(isScalar(pair.key) ? pair.key.value : pair.key)),
      );
    },
  };
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'range' in value;

/** Dates and bytes stay the text that was written: a case is data, and JSON has neither. */
function scalarOf(node: Node): unknown {
  if (!isScalar(node)) return null;
  const { value } = node;
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  return typeof value === 'bigint' ? Number(value) : (node.source ?? null);
}

const isMergeKey = (pair: Pair): boolean =>
  isScalar(pair.key) && (pair.key.value === '<<' || typeof pair.key.value === 'symbol') && pair.key.type === 'PLAIN';

function mergedMaps(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  const candidates: readonly unknown[] = Array.isArray(value) ? value : [value];
  return candidates.filter(
    (item): item is Readonly<Record<string, unknown>> =>
      typeof item === 'object' && item !== null && !Array.isArray(item),
  );
}

function hasAnchor(node: unknown): boolean {
  if (!isNode(node)) return false;
  if ('anchor' in node && typeof node.anchor === 'string') return true;
  if (isMap(node)) return node.items.some((pair) => hasAnchor(pair.value));
  return isSeq(node) && node.items.some(hasAnchor);
}
