// Whether predictions are those of the model that a verdict is bound to. A file can say which model gave them: a column
// with the digest of the model's bytes, the same in every row. Without it nobody can tell, and the record says so.
import type { Sha256 } from '../formats/canonical.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Problem, Read } from '../formats/problem.ts';
import { quoteIdentifier, type DataEngine } from '../ports/data-engine.ts';
import { pointedFile, type Baseline } from './baseline.ts';
import type { CandidateFiles } from './candidate.ts';
import type { OpenTable } from './read-evidence.ts';
import type { Side } from './task.ts';

/** Column of a predictions file: `sha256:…` of the model that gave them. */
export const modelColumn = 'model_digest';

/** Params of a gate's run, where predictions stand for a model. */
export const bindingParams = { candidate: 'predictions', baseline: 'baseline-predictions' } as const;

/** `checked`: the file names the model, and it is this one. `stated`: whoever gave the file says so. */
export type Binding = 'checked' | 'stated';

/** The model that a file of predictions stands for. */
export interface StandsFor {
  /** For messages: `models/new.onnx`. */
  readonly words: string;
  /** Undefined where its bytes cannot be had. */
  digest(): Promise<string | undefined>;
}

export function candidateStandsFor({ path, predictions, inputs }: CandidateFiles): StandsFor | undefined {
  const model = inputs.find(({ role }) => role === 'model');
  if (predictions === undefined || path === undefined || model === undefined) return undefined;
  return { words: path, digest: async () => model.digest };
}

export function baselineStandsFor(
  baseline: Exclude<Baseline, { state: 'unreadable' }>,
  predictions: string | undefined,
  sha256: Sha256,
): StandsFor | undefined {
  if (predictions === undefined || baseline.state === 'absent' || baseline.readModel === undefined) return undefined;
  const { words, readModel } = baseline;
  return {
    words: `the model of ${words}`,
    digest: async () => {
      const bytes = await readModel();
      return bytes === undefined ? undefined : (pointedFile(bytes)?.digest ?? sha256(bytes));
    },
  };
}

/** A file of predictions and the model it stands for. */
export interface Bound {
  readonly table: OpenTable;
  readonly model: StandsFor;
  readonly policy: GatePolicy;
}

export async function bindingOf(engine: Pick<DataEngine, 'texts'>, bound: Bound): Promise<Read<Binding>> {
  const { table, model } = bound;
  const demanded = bound.policy.predictions?.bound === true;
  if (!table.columns.some(({ name }) => name === modelColumn))
    return demanded
      ? { problems: [unnamed(bound, `The file has no column "${modelColumn}"`)] }
      : { value: 'stated', problems: [] };
  const [first = null, ...others] = await engine.texts(
    `SELECT DISTINCT CAST(${quoteIdentifier(modelColumn)} AS VARCHAR) FROM ${quoteIdentifier(table.view)} LIMIT 9`,
  );
  if (others.length > 0 || first === null)
    return { problems: [unnamed(bound, `Its column "${modelColumn}" does not name one model in every row`)] };
  const digest = await model.digest();
  if (digest === undefined)
    return demanded
      ? { problems: [unnamed(bound, `The bytes of ${model.words} cannot be read`)] }
      : { value: 'stated', problems: [] };
  return sameDigest(first, digest) ? { value: 'checked', problems: [] } : { problems: [foreign(bound, first, digest)] };
}

/** What record and small print say of a side's predictions. */
export function bindingSaid(side: Side, { file }: OpenTable, model: StandsFor, binding: Binding): BindingSaid {
  const said =
    binding === 'checked'
      ? `${file} names ${model.words} as what gave its predictions: checked.`
      : `That ${model.words} gave the predictions in ${file} is stated, not checked.`;
  return { params: { [bindingParams[side]]: binding }, smallPrint: [said] };
}

export interface BindingSaid {
  readonly params: Readonly<Record<string, string>>;
  readonly smallPrint: readonly string[];
}

const unnamed = ({ table, model }: Bound, why: string): Problem => ({
  code: 'GATE_PREDICTIONS_UNBOUND',
  severity: 'error',
  message: `${why}: it is not known that ${model.words} gave these predictions.`,
  hint: `Write the model's SHA-256 ("sha256:…") into the column "${modelColumn}" of every row when predicting.`,
  file: table.file,
});

const foreign = ({ table, model }: Bound, named: string, digest: string): Problem => ({
  code: 'GATE_PREDICTIONS_FOREIGN',
  severity: 'error',
  message: `Another model gave these predictions: "${modelColumn}" says ${short(named)}, and ${model.words} is ${short(digest)}.`,
  hint: 'Predict the rows again with this model, or name the model that gave the predictions.',
  file: table.file,
});

const hexOf = (digest: string): string =>
  digest
    .trim()
    .toLowerCase()
    .replace(/^sha256:/, '');
const sameDigest = (one: string, other: string): boolean => hexOf(one) === hexOf(other);
const short = (digest: string): string => (digest.length > 19 ? `${digest.slice(0, 19)}…` : digest);
