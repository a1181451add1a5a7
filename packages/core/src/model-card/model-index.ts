// `model-index` of a card: what a model was evaluated on, and how it did. The shape is Papers with Code's; it is read as
// huggingface_hub's `model_index_to_eval_results` reads it, and what that refuses is a problem at its line.
import type { Problem, Read } from '../formats/problem.ts';
import type { ModelCard } from './read-card.ts';

/** One metric with all that stands around it: the members of huggingface_hub's `EvalResult`. */
export interface EvalResult {
  readonly taskType: string;
  readonly taskName?: string;
  readonly datasetType: string;
  readonly datasetName: string;
  readonly datasetConfig?: unknown;
  readonly datasetSplit?: unknown;
  readonly datasetRevision?: unknown;
  readonly datasetArgs?: unknown;
  readonly metricType: string;
  readonly metricValue: unknown;
  readonly metricName?: unknown;
  readonly metricConfig?: unknown;
  readonly metricArgs?: unknown;
  readonly verified?: unknown;
  readonly verifyToken?: unknown;
  readonly sourceName?: unknown;
  readonly sourceUrl?: unknown;
  /** Where the metric stands: its entry, result and place in `metrics`. */
  readonly at: readonly [entry: number, result: number, metric: number];
}

export interface ModelIndex {
  /** That of the last entry, as huggingface_hub has it. */
  readonly name: string;
  readonly results: readonly EvalResult[];
}

type Plain = Readonly<Record<string, unknown>>;

export const modelIndexKey = 'model-index';

/** @returns undefined, without a problem, when the card has none */
export function readModelIndex(card: ModelCard): Read<ModelIndex> {
  const entries = card.data[modelIndexKey];
  if (entries === undefined || entries === null) return { problems: [] };
  const problems: Problem[] = [];
  const results: EvalResult[] = [];
  let name = '';
  const complain = (path: readonly PropertyKey[], message: string, hint: string): void => {
    problems.push({
      code: 'CARD_MODEL_INDEX',
      severity: 'error',
      message,
      hint,
      ...card.placeOf([modelIndexKey, ...path]),
    });
  };
  const text = (from: Plain, key: string, path: readonly PropertyKey[], what: string): string => {
    const value = from[key];
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    complain(path, `${what} has no ${key}.`, `Add \`${key}:\`, as Hugging Face's model-index needs it.`);
    return '';
  };
  if (!Array.isArray(entries) || entries.length === 0) {
    complain([], '`model-index` is no list.', 'Write a list with one entry: `- name: …` and its `results`.');
    return { problems };
  }
  for (const [e, entry] of entries.entries()) {
    if (!isPlain(entry) || !Array.isArray(entry['results'])) {
      complain([e], 'An entry of `model-index` needs `name` and a list of `results`.', 'Add what is missing.');
      continue;
    }
    name = text(entry, 'name', [e], 'An entry of `model-index`');
    for (const [r, result] of entry['results'].entries()) {
      const path = [e, 'results', r];
      const { task, dataset, metrics, source } = isPlain(result) ? result : ({} as Plain);
      if (!isPlain(task) || !isPlain(dataset) || !Array.isArray(metrics)) {
        const missing = [
          ...(isPlain(task) ? [] : ['task']),
          ...(isPlain(dataset) ? [] : ['dataset']),
          ...(Array.isArray(metrics) ? [] : ['metrics']),
        ];
        complain(path, `A result has no ${missing.join(' and no ')}.`, 'Say on what task and data its metrics are.');
        continue;
      }
      const shared = {
        taskType: text(task, 'type', [...path, 'task'], "A result's task"),
        ...optional('taskName', task['name'] as string | undefined),
        datasetType: text(dataset, 'type', [...path, 'dataset'], "A result's dataset"),
        datasetName: text(dataset, 'name', [...path, 'dataset'], "A result's dataset"),
        ...optional('datasetConfig', dataset['config']),
        ...optional('datasetSplit', dataset['split']),
        ...optional('datasetRevision', dataset['revision']),
        ...optional('datasetArgs', dataset['args']),
        ...(isPlain(source)
          ? { ...optional('sourceName', source['name']), ...optional('sourceUrl', source['url']) }
          : {}),
      };
      for (const [m, metric] of metrics.entries()) {
        const at = [...path, 'metrics', m];
        if (!isPlain(metric) || !('value' in metric)) {
          complain(at, 'A metric needs `type` and `value`.', 'Add what is missing.');
          continue;
        }
        results.push({
          ...shared,
          metricType: text(metric, 'type', at, 'A metric'),
          metricValue: metric['value'],
          ...optional('metricName', metric['name']),
          ...optional('metricConfig', metric['config']),
          ...optional('metricArgs', metric['args']),
          ...optional('verified', metric['verified']),
          ...optional('verifyToken', metric['verifyToken']),
          at: [e, r, m],
        });
      }
    }
  }
  return problems.length > 0 ? { problems } : { value: { name, results }, problems };
}

export const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Null is how Python says that there is none. */
const optional = <K extends string, V>(key: K, value: V): Partial<Record<K, NonNullable<V>>> =>
  value === undefined || value === null ? {} : ({ [key]: value } as Partial<Record<K, NonNullable<V>>>);
