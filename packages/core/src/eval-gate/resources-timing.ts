// Times both models in turns, so that whatever slows the machine slows both.
import type { ModelColumns, ModelScorer, ScoredModel } from '../ports/model-scorer.ts';
import { each } from './read-evidence.ts';
import type { FedModel } from './resources-models.ts';

/** Milliseconds of each call, in the order they were made; pair by pair where there are two. */
export interface Timings {
  readonly candidate: Float64Array;
  readonly baseline?: Float64Array;
}

export interface Latencies {
  readonly row: Timings;
  readonly batch: Timings;
  /** Rows in a batch: 256, or all there are. */
  readonly batchRows: number;
}

const usualBatch = 256;
/** Calls that are not counted: WebAssembly is compiled better while it runs. */
const warmUps = 30;
/** Milliseconds of measured time after which a comparison stops, once it has its fewest calls. */
const patience = 4000;
const calls = {
  row: { most: 400, fewest: 60 },
  batch: { most: 120, fewest: 40 },
} as const;

/** Undefined where the scorer cannot time a model. */
export async function timeModels(
  scorer: ModelScorer,
  candidate: FedModel,
  baseline: FedModel | undefined,
): Promise<Latencies | undefined> {
  const models = baseline === undefined ? [candidate] : [candidate, baseline];
  const loaded: ScoredModel[] = [];
  try {
    for (const { bytes, name } of models) loaded.push(await scorer.load(bytes, name));
    const timers = loaded.flatMap((model, side) => (model.time === undefined ? [] : [timerOf(model, models[side]!)]));
    if (timers.length < models.length) return undefined;
    const batchRows = Math.min(usualBatch, candidate.rows);
    return {
      row: await inTurns(timers, { rows: 1, of: candidate.rows, ...calls.row }),
      batch: await inTurns(timers, { rows: batchRows, of: candidate.rows, ...calls.batch }),
      batchRows,
    };
  } finally {
    await each(loaded, (model) => model.close());
  }
}

/** Times some rows of the dataset. */
type Timer = (from: number, rows: number) => Promise<number>;

function timerOf(model: ScoredModel, { columns, rows: all }: FedModel): Timer {
  return (from, rows) => model.time!(rowsOf(columns, all, { from, rows }), rows);
}

export function rowsOf(
  columns: ModelColumns,
  all: number,
  { from, rows }: { readonly from: number; readonly rows: number },
): ModelColumns {
  return Object.fromEntries(
    Object.entries(columns).map(([input, values]) => {
      const width = values.length / all;
      return [input, values.slice(from * width, (from + rows) * width)];
    }),
  );
}

interface Turns {
  readonly rows: number;
  /** Rows of the dataset. */
  readonly of: number;
  readonly most: number;
  readonly fewest: number;
}

async function inTurns(timers: readonly Timer[], { rows, of, most, fewest }: Turns): Promise<Timings> {
  const times: number[][] = timers.map(() => []);
  const starts = of - rows + 1;
  const round = async (turn: number): Promise<number[]> => {
    const found: number[] = [];
    // Who goes first changes every round: the second finds caches warm.
    for (let step = 0; step < timers.length; step++) {
      const side = (turn + step) % timers.length;
      found[side] = await timers[side]!((turn * rows) % starts, rows);
    }
    return found;
  };
  for (let turn = 0; turn < warmUps; turn++) await round(turn);
  let spent = 0;
  for (let turn = 0; turn < most && (turn < fewest || spent < patience); turn++) {
    for (const [side, time] of (await round(turn)).entries()) {
      times[side]!.push(time);
      spent += time;
    }
  }
  const [candidate, baseline] = times.map((each) => Float64Array.from(each));
  return { candidate: candidate!, ...(baseline !== undefined && { baseline }) };
}
