// Classes and probabilities as they were read → rows that can be compared: one truth and one answer of each model per id, or problems.
import type { GatePolicy } from '../../formats/gate-policy.ts';
import { hasErrors, type Problem, type Read } from '../../formats/problem.ts';
import {
  idProblems,
  missing,
  quoted,
  rowsHave,
  rowsInOrder,
  rowsProblem,
  type RawIds,
  type Texts,
} from '../alignment.ts';
import { makeSampling, type RawSampling } from '../read-sampling.ts';
import { predictedClasses, type Arm, type Sample } from './sample.ts';

export interface RawRows {
  /** Path, for messages. */
  readonly file: string;
  readonly ids: Texts;
  readonly labels: Texts;
  readonly sampling: RawSampling;
  readonly slices: Readonly<Record<string, Texts>>;
}

/** `1`, `1.0` and `01` are one class; `true` stays `true`. */
export function classText(value: string | number | boolean): string {
  const text = String(value).trim();
  return text !== '' && Number.isFinite(Number(text)) ? String(Number(text)) : text;
}

export function makeSample(raw: RawRows, data: GatePolicy['data']): Read<Sample> {
  const { file, ids, labels } = raw;
  if (ids.length === 0)
    return { problems: [rowsProblem('GATE_NO_ROWS', file, 'There are no rows.', 'Give a dataset with rows.')] };
  const sampling = makeSampling(raw.sampling, { ids, file, data });
  const problems = [
    ...sampling.problems,
    ...idProblems(ids, data.id, file),
    ...missing(labels, ids, (count, first) =>
      rowsProblem(
        'GATE_LABEL_MISSING',
        file,
        `${rowsHave(count)} no "${data.label}" (first: ${first}).`,
        'Leave rows without a known truth out of the dataset.',
      ),
    ),
  ];
  if (hasErrors(problems)) return { problems };
  const texts = labels.map((label) => classText(label!));
  const classes = data.classes?.map(classText) ?? classesOf(new Set(texts));
  if (classes === undefined) {
    const message = `All ${ids.length} rows are of class "${texts[0]}".`;
    return {
      problems: [
        rowsProblem('GATE_ONE_CLASS', file, message, 'Name all classes in `data.classes`, or give data that has them.'),
      ],
    };
  }
  const index = new Map(classes.map((name, position) => [name, position]));
  const unknown = [...new Set(texts.filter((text) => !index.has(text)))];
  if (unknown.length > 0) {
    const message = `"${data.label}" holds ${quoted(unknown)}, which \`data.classes\` does not name.`;
    return { problems: [rowsProblem('GATE_CLASS_UNKNOWN', file, message, `It names ${quoted(classes)}.`)] };
  }
  const positive = positiveOf(classes, data.positive);
  if (typeof positive === 'object') return { problems: [{ ...positive, file }] };
  const sample = {
    ids: ids as readonly string[],
    classes,
    labels: Int32Array.from(texts, (text) => index.get(text)!),
    slices: raw.slices,
    ...(positive !== undefined && { positive }),
    ...(sampling.value !== undefined && { sampling: sampling.value }),
  };
  return { value: sample, problems };
}

/** Sorted, as scikit-learn sorts them; undefined where one class alone leaves open what the other is called. */
function classesOf(found: ReadonlySet<string>): string[] | undefined {
  const names = [...found];
  if (names.length < 2) {
    const pair = [
      ['0', '1'],
      ['false', 'true'],
    ].find((known) => known.includes(names[0] ?? ''));
    return pair;
  }
  const numeric = names.every((name) => name !== '' && Number.isFinite(Number(name)));
  return names.sort((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : 1));
}

function positiveOf(
  classes: readonly string[],
  asked: string | number | boolean | undefined,
): number | undefined | Problem {
  if (asked === undefined) return classes.length === 2 ? 1 : undefined;
  const index = classes.indexOf(classText(asked));
  const problem = (message: string, hint: string): Problem => ({
    code: 'GATE_POSITIVE',
    severity: 'error',
    message,
    hint,
  });
  if (index === -1)
    return problem(`The positive class "${asked}" does not occur.`, `The classes are ${quoted(classes)}.`);
  if (classes.length > 2)
    return problem(`A positive class needs two classes; there are ${classes.length}.`, 'Leave `data.positive` out.');
  return index;
}

/** What a predictions file holds: probabilities by class (NaN where missing), or classes. */
export interface RawPredictions extends RawIds {
  /** Row by row in the order of the sample's classes. */
  readonly probabilities?: Float64Array;
  readonly labels?: Texts;
}

/** Puts predictions in the order of the sample's ids. */
export function alignPredictions(sample: Sample, raw: RawPredictions, threshold: number): Read<Arm> {
  const found = rowsInOrder(sample.ids, raw);
  if (found.value === undefined) return { problems: found.problems };
  const order = found.value;
  const classes = sample.classes.length;
  const { probabilities, labels } = raw;
  if (probabilities === undefined)
    return armOfLabels(
      sample,
      Array.from(order, (row) => labels?.[row] ?? null),
      raw.file,
    );
  const ordered = new Float64Array(order.length * classes);
  order.forEach((row, index) =>
    ordered.set(probabilities.subarray(row * classes, (row + 1) * classes), index * classes),
  );
  return armOfProbabilities(sample, ordered, { file: raw.file, threshold });
}

/** Float32 softmax outputs sum to one within about 1e-6 per class; a file rounded to three digits within 1e-3. */
const sumTolerance = 2e-3;

/** Probabilities in the sample's order, checked: numbers, within 0 and 1, summing to one. */
export function armOfProbabilities(
  sample: Sample,
  probabilities: Float64Array,
  source: { readonly file: string; readonly threshold: number },
): Read<Arm> {
  const { file, threshold } = source;
  const classes = sample.classes.length;
  const bad = { nan: [] as number[], range: [] as number[], sum: [] as number[] };
  for (let row = 0; row < sample.ids.length; row++) {
    const values = probabilities.subarray(row * classes, (row + 1) * classes);
    if (values.some(Number.isNaN)) bad.nan.push(row);
    else if (values.some((value) => value < 0 || value > 1)) bad.range.push(row);
    else if (Math.abs(values.reduce((sum, value) => sum + value, 0) - 1) > sumTolerance) bad.sum.push(row);
  }
  const report = (rows: readonly number[], code: string, what: string, hint: string): Problem[] =>
    rows.length === 0
      ? []
      : [
          rowsProblem(
            code,
            file,
            `${rows.length} of ${sample.ids.length} rows have ${what} (first: ${quoted([sample.ids[rows[0]!]!])}).`,
            hint,
          ),
        ];
  const problems = [
    ...report(
      bad.nan,
      'GATE_PREDICTION_NAN',
      'no number as probability',
      'A model that gives NaN cannot be judged; look at its inputs for missing values.',
    ),
    ...report(
      bad.range,
      'GATE_PROBABILITY_RANGE',
      'a probability below 0 or above 1',
      'Give probabilities, not scores or logits.',
    ),
    ...report(
      bad.sum,
      'GATE_PROBABILITY_SUM',
      'probabilities that do not sum to one',
      'Give one probability per class, all classes together 1.',
    ),
  ];
  if (problems.length > 0) return { problems };
  const predicted = predictedClasses(probabilities, classes, { positive: sample.positive, threshold });
  return { value: { probabilities, predicted }, problems };
}

/** Classes in the sample's order. */
export function armOfLabels(sample: Sample, labels: Texts, file: string): Read<Arm> {
  const index = new Map(sample.classes.map((name, position) => [name, position]));
  const problems = missing(labels, sample.ids, (count, first) =>
    rowsProblem(
      'GATE_PREDICTION_NAN',
      file,
      `${rowsHave(count)} no prediction (first: ${first}).`,
      'Every row needs a predicted class.',
    ),
  );
  const texts = labels.map((label) => (label === null ? '' : classText(label)));
  const unknown = [...new Set(texts.filter((text, row) => labels[row] !== null && !index.has(text)))];
  if (unknown.length > 0) {
    problems.push(
      rowsProblem(
        'GATE_CLASS_UNKNOWN',
        file,
        `The predictions name ${quoted(unknown.slice(0, 5))}, which is no class.`,
        `The classes are ${quoted(sample.classes)}.`,
      ),
    );
  }
  if (problems.length > 0) return { problems };
  return { value: { predicted: Int32Array.from(texts, (text) => index.get(text)!) }, problems };
}
