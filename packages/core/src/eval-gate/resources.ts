// What it costs to run the candidate, beside production: measured where the gate runs both, said where it cannot.
import { BudgetName } from '../formats/gate-costs.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { ModelScorer } from '../ports/model-scorer.ts';
import { reasonOf } from './reason.ts';
import { exactCost, latencyCost, repeatedCost, unknownCost, type Cost } from './resources-evidence.ts';
import type { FedModel } from './resources-models.ts';
import { rowsOf, timeModels, type Latencies } from './resources-timing.ts';
import type { Measured } from './task.ts';

export interface CostQuestion {
  readonly policy: Pick<GatePolicy, 'budgets' | 'resamples'>;
  /** As the gate ran them; undefined where a side was not run here. */
  readonly candidate: FedModel | undefined;
  readonly baseline: FedModel | undefined;
  /** Bytes of the candidate's model file, which is there even where only its predictions were looked at. */
  readonly candidateBytes: number | undefined;
  readonly compared: boolean;
  /** Measure everything, whether a budget asks for it or not. */
  readonly everything: boolean;
  readonly seed: number;
  readonly progress: (message: string) => void;
}

const latencies = [
  ['latency-p50-ms', 'row', 0.5],
  ['latency-p95-ms', 'row', 0.95],
  ['batch-latency-p50-ms', 'batch', 0.5],
  ['batch-latency-p95-ms', 'batch', 0.95],
] as const satisfies readonly (readonly [BudgetName, 'row' | 'batch', number])[];

const megabyte = 1e6;
/** Fresh processes per model. */
const memoryRuns = 3;
/** Rows that a process runs when its memory is measured. */
const memoryRows = 256;

const notRun = 'it was not run here, only its predictions were looked at';

/** @returns nothing where no budget asks and not everything is wanted */
export async function measureCosts(scorer: ModelScorer, question: CostQuestion): Promise<readonly Cost[]> {
  const { policy, everything } = question;
  const wanted = BudgetName.options.filter((name) => everything || policy.budgets?.[name] !== undefined);
  const costs: Cost[] = [];
  if (wanted.includes('size-mb')) costs.push(sizeCost(question));
  const timed = latencies.filter(([name]) => wanted.includes(name));
  if (timed.length > 0) costs.push(...(await latencyCosts(scorer, question, timed)));
  if (wanted.includes('memory-mb')) costs.push(await memoryCost(scorer, question));
  return costs;
}

function sizeCost({ candidate, candidateBytes, baseline, compared }: CostQuestion): Cost {
  const size = (bytes: number | undefined): Measured =>
    bytes === undefined ? { value: null, reason: notRun } : { value: bytes / megabyte };
  return exactCost(
    'size-mb',
    size(candidate?.bytes.length ?? candidateBytes),
    compared ? size(baseline?.bytes.length) : undefined,
  );
}

async function latencyCosts(
  scorer: ModelScorer,
  question: CostQuestion,
  wanted: readonly (typeof latencies)[number][],
): Promise<Cost[]> {
  const { candidate, baseline, policy, seed, progress } = question;
  const unknown = (reason: string): Cost[] => wanted.map(([name]) => unknownCost(name, reason, missingSide(question)));
  if (candidate === undefined) return unknown(notRun);
  progress(`timing ${baseline === undefined ? candidate.name : `${candidate.name} and ${baseline.name} in turns`}`);
  let times: Latencies | undefined;
  try {
    times = await timeModels(scorer, candidate, baseline);
  } catch (error) {
    return unknown(reasonOf(error).message);
  }
  if (times === undefined) return unknown('this runtime cannot time a model');
  const missing = missingSide(question);
  return wanted.map(([name, kind, share]) => {
    const cost = latencyCost(name, times[kind], { share, resamples: policy.resamples, seed });
    return cost === undefined
      ? unknownCost(name, 'too few calls could be timed', missing)
      : { ...cost, ...(missing !== undefined && { baseline: missing }) };
  });
}

async function memoryCost(scorer: ModelScorer, question: CostQuestion): Promise<Cost> {
  const { candidate, baseline, progress } = question;
  const missing = missingSide(question);
  if (candidate === undefined) return unknownCost('memory-mb', notRun, missing);
  if (scorer.memory === undefined) return unknownCost('memory-mb', 'this runtime cannot measure memory', missing);
  progress('measuring memory in fresh processes');
  const found: { candidate: number[]; baseline: number[] } = { candidate: [], baseline: [] };
  try {
    for (let run = 0; run < memoryRuns; run++) {
      for (const [side, model] of [
        ['candidate', candidate],
        ['baseline', baseline],
      ] as const)
        if (model !== undefined) found[side].push((await memoryOf(scorer, model)) / megabyte);
    }
  } catch (error) {
    return unknownCost('memory-mb', reasonOf(error).message, missing);
  }
  const cost = repeatedCost('memory-mb', found.candidate, baseline === undefined ? undefined : found.baseline);
  return { ...cost, ...(missing !== undefined && { baseline: missing }) };
}

function memoryOf(scorer: ModelScorer, { bytes, name, columns, rows: all }: FedModel): Promise<number> {
  const rows = Math.min(memoryRows, all);
  return scorer.memory!(bytes, name, { columns: rowsOf(columns, all, { from: 0, rows }), rows });
}

/** A baseline that exists and was not run. */
const missingSide = ({ compared, baseline }: CostQuestion): Measured | undefined =>
  compared && baseline === undefined ? { value: null, reason: notRun } : undefined;
