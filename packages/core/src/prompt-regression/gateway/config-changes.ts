// Which entries of a gateway's configuration changed, and how, as far as it may be shown.
import type { EvalPlace } from '../../formats/eval-suite.ts';
import type { GatewayConfig } from './config.ts';
import type { ConfigEntry } from './entries.ts';

export interface ConfigChange {
  readonly entry: string;
  /** "added", "removed", "weight 1 → 9". */
  readonly how: string;
  /** Of the head's file; of the base's where the entry is gone. */
  readonly place: EvalPlace;
  readonly gone?: true;
}

const shownParts = 4;

export function configChanges(before: GatewayConfig, after: GatewayConfig): readonly ConfigChange[] {
  const old = new Map(before.entries.map((entry) => [entry.key, entry]));
  const now = new Set(after.entries.map(({ key }) => key));
  const changed = after.entries.flatMap((entry): readonly ConfigChange[] => {
    const was = old.get(entry.key);
    if (was === undefined) return [{ entry: entry.name, how: 'added', place: entry.place }];
    if (was.meaning === entry.meaning) return [];
    return [{ entry: entry.name, how: howChanged(was, entry), place: entry.place }];
  });
  const gone = before.entries
    .filter(({ key }) => !now.has(key))
    .map(({ name, place }): ConfigChange => ({ entry: name, how: 'removed', place, gone: true }));
  return [...changed, ...gone, ...fileChanges(before, after)];
}

/** Of hooks and tables. */
function fileChanges(before: GatewayConfig, after: GatewayConfig): readonly ConfigChange[] {
  const paths = [...new Set([...after.files.keys(), ...before.files.keys()])].toSorted();
  return paths.flatMap((path): readonly ConfigChange[] => {
    const [was, is] = [before.files.get(path), after.files.get(path)];
    if (was === is) return [];
    const place = { file: path };
    if (is === undefined) return [{ entry: path, how: 'removed', place, gone: true }];
    return [{ entry: path, how: was === undefined ? 'added' : 'changed', place }];
  });
}

function howChanged(before: ConfigEntry, after: ConfigEntry): string {
  const paths = [...new Set([...before.shown.keys(), ...after.shown.keys()])];
  const parts = paths.flatMap((path) => {
    const [was, is] = [before.shown.get(path), after.shown.get(path)];
    if (was === is) return [];
    const name = path.replace(/^litellm_params\./, '');
    const words = `${was ?? 'not set'} → ${is ?? 'not set'}`;
    return [name === '' ? words : `${name} ${words}`];
  });
  // What differs may be what is not shown.
  if (parts.length === 0) return 'a value that is not shown changed';
  const more = parts.length > shownParts ? `, and ${parts.length - shownParts} more` : '';
  return `${parts.slice(0, shownParts).join(', ')}${more}`;
}
