// Remembers what the gate's own runs of models saw and said, so that their cost and their outputs can be looked at
// after the task has read its answers, without running or reading anything twice.
import type { ModelColumns, ModelScorer, ModelScores, ScoredModel } from '../ports/model-scorer.ts';

/** A model with rows of the dataset that it can be run on. */
export interface FedModel {
  /** As it is named to the scorer. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly columns: ModelColumns;
  readonly rows: number;
}

/** A model that was run on the dataset. */
export interface RunModel extends FedModel {
  readonly inputs: readonly string[];
  readonly scores: ModelScores;
}

export interface RunModels {
  /** The scorer to run models with. */
  readonly scorer: ModelScorer;
  /** By name, as far as they were run. */
  readonly models: ReadonlyMap<string, RunModel>;
}

/** Shares of the rows after which a long run says how far it is. */
const told = 0.1;
/** Runs of fewer rows are over before anyone could read it. */
const longRun = 20_000;

/** @param progress told every tenth of a long run */
export function rememberRuns(scorer: ModelScorer, progress: (message: string) => void): RunModels {
  const models = new Map<string, RunModel>();
  return {
    models,
    scorer: {
      ...(scorer.runtime !== undefined && { runtime: () => scorer.runtime!() }),
      load: async (bytes, name) => {
        const loaded = await scorer.load(bytes, name);
        return {
          signature: loaded.signature,
          score: async (columns, rows) => {
            const scores = await loaded.score(columns, rows, progressOf(name, rows, progress));
            const inputs = loaded.signature.inputs.map((input) => input.name);
            models.set(name, { name, bytes, inputs, columns, rows, scores });
            return scores;
          },
          close: () => loaded.close(),
        } satisfies ScoredModel;
      },
    },
  };
}

function progressOf(name: string, rows: number, progress: (message: string) => void): (done: number) => void {
  let next = told;
  return (done) => {
    const share = done / rows;
    if (rows < longRun || share < next || done >= rows) return;
    progress(`running ${name}: ${done} of ${rows} rows`);
    next = Math.floor(share / told) * told + told;
  };
}

/**
 * A model that was not run, since its answers are kept, with the rows that another one was run on.
 * @returns undefined where it reads other inputs than the other, or cannot be loaded
 */
export async function fedAs(
  { columns, rows }: FedModel,
  model: Pick<FedModel, 'name' | 'bytes'>,
  scorer: ModelScorer,
): Promise<FedModel | undefined> {
  try {
    const loaded = await scorer.load(model.bytes, model.name);
    await loaded.close();
    return loaded.signature.inputs.every(({ name }) => name in columns) ? { ...model, columns, rows } : undefined;
  } catch {
    return undefined;
  }
}
