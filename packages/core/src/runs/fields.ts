// What a filter, a sort or a column can name of a run, and how it is read. One table, so that all three agree.
import { didYouMean } from '../formats/did-you-mean.ts';
import { RunKind } from '../formats/run-kind.ts';
import type { ParamValue, RunSummary } from '../formats/run.ts';
import { Verdict } from '../formats/verdict.ts';
import { timeOf } from '../formats/time.ts';

/** `number` and `time` compare as numbers, `text` as text; `either` goes by what it is compared with. */
export type FieldType = 'number' | 'text' | 'time' | 'either';
export type Group = 'metrics' | 'params' | 'tags';

export interface Field {
  /** As it is written: `metrics.f1`, `name`. */
  readonly title: string;
  readonly type: FieldType;
  /** The only texts it can have. */
  readonly choices?: readonly string[];
  /** For metrics, params and tags: which of them. */
  readonly group?: Group;
  readonly key?: string;
  /** Undefined and null both say that the run has no such value. */
  read(run: RunSummary): ParamValue | undefined;
}

interface Attribute {
  readonly type: FieldType;
  readonly choices?: readonly string[];
  /** Other names for it, MLflow's among them. */
  readonly also?: readonly string[];
  read(run: RunSummary): ParamValue | undefined;
}

const attributes: Readonly<Record<string, Attribute>> = {
  id: { type: 'text', also: ['run', 'run_id'], read: (run) => run.id },
  kind: { type: 'text', choices: RunKind.options, read: (run) => run.kind },
  name: { type: 'text', also: ['run_name'], read: (run) => run.name },
  verdict: { type: 'text', choices: Verdict.options, read: (run) => run.verdict },
  status: { type: 'text', choices: ['finished', 'failed'], read: (run) => run.status },
  headline: { type: 'text', read: (run) => run.headline },
  started: { type: 'time', also: ['started_at', 'start_time', 'created'], read: (run) => run.startedAt },
  commit: { type: 'text', read: (run) => run.commit },
  branch: { type: 'text', read: (run) => run.branch },
  pull_request: { type: 'number', also: ['pr'], read: (run) => run.pullRequest },
  author: { type: 'text', also: ['actor', 'user', 'user_id'], read: (run) => run.actor },
  subject: { type: 'text', read: (run) => run.subject },
  trust: { type: 'text', choices: ['own', 'fork'], read: (run) => run.trust ?? 'own' },
  cost: { type: 'number', also: ['cost_usd'], read: (run) => run.costUsd },
  attempt: { type: 'number', read: (run) => run.producer?.attempt },
};

const attributeNames: ReadonlyMap<string, string> = new Map(
  Object.entries(attributes).flatMap(([name, { also = [] }]) => [name, ...also].map((word) => [word, name] as const)),
);

const groups: Readonly<Record<string, Group | 'attributes'>> = {
  attribute: 'attributes',
  attributes: 'attributes',
  attr: 'attributes',
  metric: 'metrics',
  metrics: 'metrics',
  param: 'params',
  params: 'params',
  parameter: 'params',
  parameters: 'params',
  tag: 'tags',
  tags: 'tags',
};

export const attributeList: readonly string[] = Object.keys(attributes);

/** A field, or why there is none: a sentence and what to do. */
export type FieldRead = Field | { readonly message: string; readonly hint: string };

/**
 * @param prefix what stands before the first dot; undefined for a bare word
 * @param key the rest, dots and all
 */
export function fieldOf(prefix: string | undefined, key: string): FieldRead {
  if (prefix === undefined) return attributeOf(key, key);
  const group = Object.hasOwn(groups, prefix.toLowerCase()) ? groups[prefix.toLowerCase()] : undefined;
  if (group === 'attributes') return attributeOf(key, `${prefix}.${key}`);
  if (group === undefined) {
    return {
      message: `Runs have no "${prefix}.${key}".`,
      hint: sentence(didYouMean(prefix, ['metrics', 'params', 'tags', 'attributes']), `.${key}`),
    };
  }
  if (key === '') {
    return {
      message: `"${prefix}." names nothing.`,
      hint: `Write which one, as ${group}.NAME or ${group}.\`a name\`.`,
    };
  }
  return groupField(group, key);
}

export function groupField(group: Group, key: string): Field {
  const own = <T>(values: Readonly<Record<string, T>> | undefined): T | undefined =>
    values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined;
  const title = `${group}.${key}`;
  if (group === 'metrics') return { title, type: 'number', group, key, read: (run) => own(run.metrics) };
  if (group === 'params') return { title, type: 'either', group, key, read: (run) => own(run.params) };
  return { title, type: 'either', group, key, read: (run) => own(run.tags) };
}

function attributeOf(word: string, title: string): FieldRead {
  const name = attributeNames.get(word.toLowerCase());
  const attribute = name === undefined ? undefined : attributes[name];
  if (name !== undefined && attribute !== undefined) {
    const { type, choices, read } = attribute;
    return { title: name, type, ...(choices !== undefined && { choices }), read };
  }
  const near = didYouMean(word, attributeList);
  return {
    message: `Runs have no "${title}".`,
    hint: near.startsWith('did')
      ? sentence(near)
      : `Write metrics.${word}, params.${word} or tags.${word}, or one of ${attributeList.join(', ')}.`,
  };
}

/** A value as it is ordered: times and numbers as numbers, all else as text. Undefined when there is none. */
export function sortable(field: Field, run: RunSummary): number | string | undefined {
  const value = field.read(run);
  if (value === undefined || value === null) return undefined;
  if (field.type === 'time') return finite(timeOf(String(value)));
  if (typeof value === 'number') return finite(value);
  return field.type === 'either' ? (numberIn(value) ?? String(value)) : String(value);
}

/** A text that is wholly a number, as command lines and imported records write them. */
export function numberIn(value: ParamValue): number | undefined {
  if (typeof value === 'number') return finite(value);
  if (typeof value !== 'string' || !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value)) return undefined;
  return finite(Number(value));
}

const finite = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);

const sentence = (suggestion: string, rest = ''): string =>
  suggestion
    .replace(/^did you mean "(.*)"\?$/, (_, name: string) => `Did you mean "${name}${rest}"?`)
    .replace(/^./, (first) => first.toUpperCase());
