// Signs that the candidate was told the answer. What is the label, value by value, is an error until a person says that it
// is known when the model is asked; the rest are warnings, since only a person knows what a column means.
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Problem } from '../formats/problem.ts';
import { fewestRows, leaksOf, type Feature } from './leakage-features.ts';
import { trainingOverlap } from './leakage-training.ts';
import type { EvidencePorts, OpenTable } from './read-evidence.ts';
import type { RunModel } from './resources-models.ts';
import type { RowAnswers, TaskEvidence } from './task.ts';

export interface LeakageQuestion {
  readonly policy: GatePolicy;
  readonly evidence: TaskEvidence;
  /** The candidate as the gate ran it; undefined where only its predictions were read. */
  readonly candidate: RunModel | undefined;
  /** The dataset; undefined where there are no rows of one, as with an eval run. */
  readonly table: OpenTable | undefined;
  /** The candidate's predictions, where they were read from a file. */
  readonly predictions: string | undefined;
}

/** Rows that are looked at, evenly spread: a leak shows in far fewer. */
const mostRows = 50_000;

/** @returns warnings; errors where a feature is the label, or training data that the policy names cannot be read */
export async function leakageProblems(ports: EvidencePorts, question: LeakageQuestion): Promise<readonly Problem[]> {
  const { policy, evidence, candidate, table } = question;
  const features = candidate === undefined ? [] : featuresOf(candidate, policy.data.features);
  return [
    ...featureProblems(features, evidence, question),
    ...tooGood(question),
    ...(policy.data.training === undefined || table === undefined
      ? []
      : await trainingOverlap(ports, {
          training: policy.data.training,
          data: table,
          features: columnsOf(policy.data.features, candidate),
          label: policy.data.label,
        })),
  ];
}

function featureProblems(
  features: readonly Feature[],
  { answers, rows, unitOf }: TaskEvidence,
  { policy, table }: LeakageQuestion,
): Problem[] {
  if (answers === undefined || unitOf !== undefined) return [];
  // The label as a feature is told by whoever plans the features.
  const known = [policy.data.label, ...(policy.data['known-features'] ?? [])];
  const others = features.filter(({ name }) => !known.includes(name));
  const step = Math.max(1, Math.ceil(rows / mostRows));
  const picked = <T>(at: (row: number) => T): T[] =>
    Array.from({ length: Math.ceil(rows / step) }, (_, index) => at(index * step));
  const truths = truthsOf(answers, picked);
  const seen = others.map(({ name, values }) => ({ name, values: picked((row) => values[row]!) }));
  return leaksOf(seen, truths).map(({ feature, what, certain }) => ({
    code: 'GATE_LABEL_LEAK',
    severity: certain ? ('error' as const) : ('warning' as const),
    message: `The feature "${feature}" ${what}.`,
    hint: `A model that is told the answer looks better than it is. Take the column out of its features; if it is known when the model is asked, name it in \`data.known-features\`.`,
    ...(table !== undefined && { file: table.file }),
  }));
}

const truthsOf = (answers: RowAnswers, picked: <T>(at: (row: number) => T) => T[]) => ({
  values: picked((row) => answers.truth(row)),
  ...(answers.classes !== undefined && { classes: answers.classes }),
});

/** The columns of a model's inputs one by one, named as the dataset names them. */
function featuresOf({ inputs, columns, rows }: RunModel, mapped: GatePolicy['data']['features']): Feature[] {
  return inputs.flatMap((input) => {
    const values = columns[input]!;
    const width = values.length / rows;
    const names = namesOf(mapped, input);
    return Array.from({ length: width }, (_, index) => ({
      name: names[index] ?? `${input}[${index}]`,
      values: width === 1 ? values : Array.from({ length: rows }, (__, row) => values[row * width + index]!),
    }));
  });
}

function namesOf(mapped: GatePolicy['data']['features'], input: string): readonly string[] {
  if (mapped === undefined) return [input];
  if (Array.isArray(mapped)) return mapped;
  const names = mapped[input] ?? input;
  return typeof names === 'string' ? [names] : names;
}

/** Columns that make two rows the same one: what the model reads. */
function columnsOf(mapped: GatePolicy['data']['features'], candidate: RunModel | undefined): readonly string[] {
  if (candidate !== undefined) return [...new Set(candidate.inputs.flatMap((input) => namesOf(mapped, input)))];
  return mapped === undefined ? [] : [...new Set((Array.isArray(mapped) ? [mapped] : Object.values(mapped)).flat())];
}

/** Answers without a single mistake are rarer than tables that hold the truth in the place of a prediction. */
function tooGood({ policy, evidence, table, predictions }: LeakageQuestion): Problem[] {
  const { answers, rows, unitOf } = evidence;
  if (answers === undefined || unitOf !== undefined || rows < fewestRows) return [];
  for (let row = 0; row < rows; row++) if (answers.prediction('candidate', row) !== answers.truth(row)) return [];
  const column = policy.predictions?.prediction ?? 'prediction';
  const own = predictions !== undefined && predictions === table?.file && column === policy.data.label;
  return [
    {
      code: 'GATE_TOO_GOOD',
      severity: own ? 'error' : 'warning',
      message: own
        ? `The column "${column}" is both the label and the prediction.`
        : `All ${rows} rows are answered without a single mistake: too good to be true.`,
      hint: 'Look for the label among the predictions or the features, and for test rows in the training data.',
      ...((predictions ?? table?.file) !== undefined && { file: predictions ?? table!.file }),
    },
  ];
}
