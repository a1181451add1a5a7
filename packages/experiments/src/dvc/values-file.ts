// Metrics and params files: YAML or JSON to flat names, `train.lr`.
import { posix } from 'node:path';
import type { ParamValue } from '@pawl/core';
import { parse } from 'yaml';
import { membersOf } from '../shape.ts';

export type Leaf = ParamValue;

/** What can be read here; TOML and Python are known by what dvc.lock has of them. */
export const isReadable = (path: string): boolean => /\.(?:ya?ml|json)$/i.test(posix.basename(path));

/** @returns undefined when the text is no map */
export function readValues(text: string, path: string): Readonly<Record<string, Leaf>> | undefined {
  try {
    const value = membersOf(
      /\.json$/i.test(path) ? readJson(text) : (parse(text, { maxAliasCount: 100, logLevel: 'error' }) ?? {}),
    );
    return value === undefined ? undefined : flat(value);
  } catch {
    return undefined;
  }
}

/** Python writes NaN and Infinity bare, which is no JSON; YAML knows them as .nan and .inf. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const special = text.replaceAll(/(?<=[[:,\s])(-?)(?:NaN|Infinity)(?=[\],}\s])/g, (word) =>
      word.endsWith('NaN') ? '.nan' : word.startsWith('-') ? '-.inf' : '.inf',
    );
    return parse(special, { maxAliasCount: 0, logLevel: 'error' });
  }
}

/** Leaves by their way, joined with dots; lists of values stay one text. */
export function flat(members: Readonly<Record<string, unknown>>): Readonly<Record<string, Leaf>> {
  const leaves: [string, Leaf][] = [];
  const walk = (value: unknown, way: readonly string[]): void => {
    const inner = membersOf(value);
    if (inner !== undefined && way.length < 40)
      for (const [key, member] of Object.entries(inner)) walk(member, [...way, key]);
    else leaves.push([way.join('.'), leafOf(value)]);
  };
  walk(members, []);
  return Object.fromEntries(leaves);
}

function leafOf(value: unknown): Leaf {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return value;
  if (value instanceof Date) return value.toISOString();
  return JSON.stringify(value) ?? null;
}

/** A name is plain where one file has it, and told with its file where several do: `metrics.json:acc`. */
export function merged<T>(files: Readonly<Record<string, Readonly<Record<string, T>>>>): Readonly<Record<string, T>> {
  const owners = Map.groupBy(
    Object.entries(files).flatMap(([file, values]) => Object.keys(values).map((name) => ({ file, name }))),
    ({ name }) => name,
  );
  return Object.fromEntries(
    Object.entries(files).flatMap(([file, values]) =>
      Object.entries(values).map(
        ([name, value]) => [(owners.get(name)?.length ?? 0) > 1 ? `${file}:${name}` : name, value] as const,
      ),
    ),
  );
}
