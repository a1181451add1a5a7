// Fills a card from runs: model-index gets their metrics, `pawl:` their evidence. What is not measured is not touched, and
// a second update changes nothing.
import { isMap, isScalar, isSeq, Scalar, YAMLMap, YAMLSeq, visit, type Document, type Node } from 'yaml';
import { canonicalJson } from '../formats/canonical.ts';
import type { Problem, Read } from '../formats/problem.ts';
import type { Run } from '../formats/run.ts';
import { editCard, type Change } from './edit.ts';
import { baseModelOf, dataOf, evidenceOf, qualityMetrics, type CardEvidence, type EvidenceOfRun } from './facts.ts';
import { isPlain, modelIndexKey } from './model-index.ts';
import { agrees, huggingFaceMetric, printedNumber, printLike, sameMetric } from './printed.ts';
import type { ModelCard } from './read-card.ts';

export interface CardUpdate {
  /** The model's name. */
  readonly name: string;
  /** Those that judged it, newest of each kind; at least one. */
  readonly runs: readonly Run[];
  readonly training?: Run;
}

/** The block of the front matter that is ours alone. */
export const evidenceKey = 'pawl';

/** @returns the card's text with what the runs say; the same text when it says so already */
export function updateCard(card: ModelCard, update: CardUpdate): Read<string> {
  const { runs, training } = update;
  const changes = new Map<string, Change>();
  const base = training === undefined ? undefined : baseModelOf(training);
  if (base !== undefined && card.data['base_model'] === undefined) {
    changes.set('base_model', (document) => document.set('base_model', base));
  }
  changes.set(modelIndexKey, (document) => fillModelIndex(document, card, update));
  const evidence = keepingWhatHolds(evidenceOf(runs, training, huggingFaceMetric), card.data[evidenceKey]);
  changes.set(evidenceKey, (document) => setEvidence(document, evidence));
  const refused = shapeProblem(card);
  return refused === undefined ? editCard(card, changes) : { problems: [refused] };
}

/** A gate that was asked again and found the same does not make a card stale: the run it names stays. */
function keepingWhatHolds(evidence: CardEvidence, written: unknown): CardEvidence {
  const there = isPlain(written) && Array.isArray(written['runs']) ? (written['runs'] as readonly unknown[]) : [];
  const found = (run: object): string => {
    const { id: _, date: __, commit: ___, ...rest } = run as Record<string, unknown>;
    return canonicalJson(rest);
  };
  return {
    ...evidence,
    runs: evidence.runs.map((run) => {
      const before = there.find((one) => isPlain(one) && found(one) === found(run));
      return (before as EvidenceOfRun | undefined) ?? run;
    }),
  };
}

/** Keys in `pawl:` that are not ours stay. */
function setEvidence(document: Document, evidence: object): void {
  if (!isMap(document.get(evidenceKey, true))) document.set(evidenceKey, document.createNode({}));
  const known = new Map(Object.entries(evidence));
  for (const key of ['runs', 'training'] as const) {
    const value: unknown = known.get(key);
    if (value === undefined) document.deleteIn([evidenceKey, key]);
    else document.setIn([evidenceKey, key], pairsOnOneLine(document.createNode(value)));
  }
}

/** `[0.029, 0.046]` is read at a glance. */
function pairsOnOneLine(node: Node): Node {
  visit(node, {
    Seq: (_, list) => {
      if (list.items.every((item) => isScalar(item))) list.flow = true;
    },
  });
  return node;
}

function fillModelIndex(document: Document, card: ModelCard, { name, runs }: CardUpdate): void {
  for (const run of runs) {
    const metrics = qualityMetrics(run);
    if (metrics.length === 0) continue;
    const results = seqIn(entryOf(document, name), 'results', document);
    const result = resultOf(results, run) ?? addResult(results, { document, card, run });
    const list = seqIn(result, 'metrics', document);
    for (const [metric, { value }] of metrics) setMetric(document, list, [metric, value]);
  }
}

/** The model's own entry, or the only one there is. */
function entryOf(document: Document, name: string): YAMLMap {
  let index = document.get(modelIndexKey, true);
  if (!isSeq(index)) {
    index = new YAMLSeq();
    document.set(modelIndexKey, index);
  }
  const entries = (index as YAMLSeq).items.filter((item) => isMap(item));
  const own = entries.find((entry) => entry.get('name') === name) ?? (entries.length === 1 ? entries[0] : undefined);
  if (own !== undefined) return own;
  const made = document.createNode({ name, results: [] }) as YAMLMap;
  (index as YAMLSeq).items.push(made);
  return made;
}

/** The result on the run's data, by the path we wrote; else the only one, when nobody says on what file it is. */
function resultOf(results: YAMLSeq, run: Run): YAMLMap | undefined {
  const path = dataPath(run);
  const known = results.items.filter((item) => isMap(item));
  const pathOf = (result: YAMLMap): unknown => result.getIn(['dataset', 'args', 'path']);
  const own = known.find((result) => path !== undefined && pathOf(result) === path);
  if (own !== undefined) return own;
  const [only] = known;
  if (only === undefined || known.length > 1 || pathOf(only) !== undefined) return undefined;
  return sharesMetric(only, run) || itemsIn(only, 'metrics').length === 0 ? only : undefined;
}

/** Somebody's benchmark with other metrics is not ours to fill. */
const sharesMetric = (result: YAMLMap, run: Run): boolean =>
  itemsIn(result, 'metrics').some(
    (metric) => isMap(metric) && qualityMetrics(run).some(([name]) => sameMetric(String(metric.get('type')), name)),
  );

const dataPath = (run: Run): string | undefined => dataOf(run).find(({ path }) => path !== undefined)?.path;

function addResult(
  results: YAMLSeq,
  { document, card, run }: { readonly document: Document; readonly card: ModelCard; readonly run: Run },
): YAMLMap {
  const path = dataPath(run);
  const stem = path === undefined ? run.name : path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  const { pipeline_tag: tag } = card.data;
  const task = run.kind === 'prompt-regression' ? 'text-generation' : 'tabular-classification';
  const made = document.createNode({
    task: { type: typeof tag === 'string' ? tag : task },
    dataset: { type: stem, name: stem, ...(path !== undefined && { args: { path } }) },
    metrics: [],
  }) as YAMLMap;
  results.items.push(made);
  return made;
}

/** A number that is the run's as printed stays as it is; one that Hugging Face verified is not ours. */
function setMetric(document: Document, list: YAMLSeq, [metric, value]: readonly [string, number]): void {
  const there = list.items.find(
    (item): item is YAMLMap =>
      isMap(item) && sameMetric(String(item.get('type')), metric) && item.get('verified') !== true,
  );
  const written = there?.get('value', true);
  const printed = isScalar(written) ? printedNumber(written.source ?? String(written.value)) : undefined;
  if (printed !== undefined && agrees(metric, printed, value)) return;
  const number = numberNode(printLike(metric, printed, value));
  if (there !== undefined) {
    // A comment beside the number speaks of the metric, and stays.
    if (isScalar(written) && written.comment !== undefined && written.comment !== null)
      number.comment = written.comment;
    there.set('value', number);
    return;
  }
  const made = document.createNode({ type: huggingFaceMetric(metric) }) as YAMLMap;
  made.set('value', number);
  list.items.push(made);
}

/** Keeps its digits: `0.6750` is not `0.675`. */
function numberNode(text: string): Scalar {
  const node = new Scalar(Number(text));
  node.source = text;
  return node;
}

function seqIn(map: YAMLMap, key: string, document: Document): YAMLSeq {
  const there = map.get(key, true) as Node | undefined;
  if (isSeq(there)) {
    if (there.items.length === 0) there.flow = false;
    return there;
  }
  const made = document.createNode([]) as YAMLSeq;
  map.set(key, made);
  return made;
}

const itemsIn = (map: YAMLMap, key: string): readonly unknown[] => {
  const there = map.get(key, true);
  return isSeq(there) ? there.items : [];
};

/** What stands under our keys and is no list or map was written by somebody for something else. */
function shapeProblem(card: ModelCard): Problem | undefined {
  const index = card.data[modelIndexKey];
  const evidence = card.data[evidenceKey];
  const wrong =
    index !== undefined && index !== null && !Array.isArray(index)
      ? modelIndexKey
      : evidence !== undefined && evidence !== null && (typeof evidence !== 'object' || Array.isArray(evidence))
        ? evidenceKey
        : undefined;
  if (wrong === undefined) return undefined;
  return {
    code: 'CARD_MODEL_INDEX',
    severity: 'error',
    message: `\`${wrong}\` of the card is not what it is elsewhere: ${wrong === modelIndexKey ? 'a list' : 'keys and values'}.`,
    hint: 'Remove it, and update the card again.',
    ...card.placeOf([wrong]),
  };
}
