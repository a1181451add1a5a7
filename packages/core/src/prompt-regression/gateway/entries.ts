// The parts of a gateway's configuration that people speak of: a model, a setting, the fallbacks of a group. Each with
// its values as they may be shown, and its place.
import { canonicalJson } from '../../formats/canonical.ts';
import type { EvalPlace } from '../../formats/eval-suite.ts';
import type { Problem } from '../../formats/problem.ts';
import { findSecrets } from '../../guardrails/index.ts';
import type { GatewayKind } from './config.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface ConfigEntry {
  /** What tells it from the others, and is the same as long as it is the same entry. */
  readonly key: string;
  /** As reports call it: "model triage → openai/gpt-4o-mini", "fallbacks of triage", "router_settings.num_retries". */
  readonly name: string;
  /** Equal when nothing of it changed. */
  readonly meaning: string;
  /** By path inside of the entry: what may be shown. */
  readonly shown: ReadonlyMap<string, string>;
  readonly place: EvalPlace;
}

type PlaceOf = (path: readonly (string | number)[], key?: string) => EvalPlace;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function entriesOf(value: Fields, kind: GatewayKind, placeOf: PlaceOf): readonly ConfigEntry[] {
  const entries = Object.entries(value).flatMap(([section, content]): readonly ConfigEntry[] => {
    if (kind === 'litellm' && section === 'model_list' && Array.isArray(content))
      return content.map((each, index) => modelEntry(each, placeOf(['model_list', index])));
    if (Array.isArray(content))
      return content.map((each: unknown, index) =>
        entry({ key: `${section} ${index + 1}`, value: each, place: placeOf([section, index]), path: [section] }),
      );
    if (!isFields(content))
      return [entry({ key: section, value: content, place: placeOf([], section), path: [section] })];
    return Object.entries(content).flatMap(([name, setting]) => settingEntries(section, name, setting, placeOf));
  });
  return numbered(entries);
}

/** Secrets that are written down instead of named; what stands for one is none. */
export function writtenSecrets(
  value: unknown,
  placeOf: (path: readonly (string | number)[]) => EvalPlace,
  path: readonly (string | number)[] = [],
): readonly Problem[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => writtenSecrets(each, placeOf, [...path, index]));
  if (isFields(value))
    return Object.entries(value).flatMap(([key, each]) => writtenSecrets(each, placeOf, [...path, key]));
  if (typeof value !== 'string' || isReference(value)) return [];
  const named = secretName.test(String(path.at(-1) ?? '')) && value.length >= 12;
  if (!named && findSecrets(value).length === 0) return [];
  return [
    {
      code: 'GATEWAY_SECRET_WRITTEN',
      severity: 'warning',
      message: `"${path.join('.')}" looks like a secret that is written down.`,
      hint: 'Name a variable instead (os.environ/NAME, or {{env.NAME}} for Portkey), and take the secret back.',
      ...placeOf(path),
    },
  ];
}

function modelEntry(value: unknown, place: EvalPlace): ConfigEntry {
  const { model_name: group, litellm_params: params } = isFields(value) ? value : {};
  const { model } = isFields(params) ? params : {};
  const name = `model ${String(group)} → ${String(model)}`;
  return entry({ key: name, value, place, path: ['model_list'] });
}

function settingEntries(section: string, name: string, value: unknown, placeOf: PlaceOf): readonly ConfigEntry[] {
  const place = placeOf([section], name);
  const path = [section, name];
  // A list of one-key maps: { triage: [dear] }.
  const perGroup = name.endsWith('fallbacks') && Array.isArray(value) && value.every(isFields);
  if (!perGroup) return [entry({ key: `${section}.${name}`, value, place, path })];
  return (value as readonly Fields[]).flatMap((each, index) =>
    Object.entries(each).map(([group, targets]) =>
      entry({
        key: `${name.replaceAll('_', ' ')} of ${group}`,
        value: targets,
        place: placeOf([section, name, index]),
        path,
      }),
    ),
  );
}

interface EntryParts {
  readonly key: string;
  readonly value: unknown;
  readonly place: EvalPlace;
  readonly path: readonly string[];
}

function entry({ key, value, place, path }: EntryParts): ConfigEntry {
  return { key, name: key, meaning: canonicalJson(value), shown: new Map(shownLeaves(value, path)), place };
}

/** Two entries of one name are told apart by their order. */
function numbered(entries: readonly ConfigEntry[]): readonly ConfigEntry[] {
  const seen = new Map<string, number>();
  return entries.map((each) => {
    const place = (seen.get(each.key) ?? 0) + 1;
    seen.set(each.key, place);
    return place === 1 ? each : { ...each, key: `${each.key} (${place})`, name: `${each.name} (${place})` };
  });
}

const secretName = /(?:^|[_-])(?:api[_-]?key|key|token|secret|password|passwd|credentials?|authorization|salt)$/i;
/** `environment_variables` hands out values; whatever their names. */
const secretSections = new Set(['environment_variables', 'credential_list']);
const isReference = (text: string): boolean => text.startsWith('os.environ/') || /\{\{\s*env\.\w+\s*\}\}/.test(text);
const longestShown = 80;

/** Leaves by their path below the entry. */
function shownLeaves(value: unknown, path: readonly string[], below: readonly string[] = []): [string, string][] {
  if (Array.isArray(value) && value.some((each) => typeof each === 'object' && each !== null))
    return value.flatMap((each, index) => shownLeaves(each, path, [...below, String(index + 1)]));
  if (isFields(value))
    return Object.entries(value).flatMap(([name, each]) => shownLeaves(each, path, [...below, name]));
  const name = below.at(-1) ?? path.at(-1) ?? '';
  return [[below.join('.'), shownValue(name, value, path[0] ?? '')]];
}

function shownValue(name: string, value: unknown, section: string): string {
  const text = typeof value === 'string' ? value : canonicalJson(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return text;
  if (isReference(text)) return text.length > longestShown ? `${text.slice(0, longestShown)} …` : text;
  const hidden = secretName.test(name) || secretSections.has(section) || findSecrets(text).length > 0;
  // An address may hold a password.
  const safe = hidden ? '***' : text.replace(/(\w+:\/\/)[^/@\s]*@/g, '$1***@');
  return safe.length > longestShown ? `${safe.slice(0, longestShown)} …` : safe;
}
