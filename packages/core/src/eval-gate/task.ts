// What the gate asks of a kind of model: the seam between how answers are read and measured, and how they are judged.
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Read } from '../formats/problem.ts';
import type { Block } from '../formats/report.ts';
import type { ModelScores } from '../ports/model-scorer.ts';
import type { DifferenceEstimate } from '../statistics/difference-estimate.ts';
import type { Sampling } from '../statistics/sampling.ts';
import type { EvidencePorts, OpenTable } from './read-evidence.ts';
import type { StoredAnswers } from './stored-predictions.ts';

export type Side = 'candidate' | 'baseline';
/** What the other side is called: `production` where the label says so, else `baseline`. */
export type Against = 'production' | 'baseline';

export interface MetricTraits {
  /** As a sentence says it. */
  readonly title: string;
  readonly direction: 'higher' | 'lower';
  /** Shares are shown in points of a hundred; the others as they are. */
  readonly unit: 'share' | 'number';
  /** What is written after a number: `ms`, `MB`, `EUR`. */
  readonly suffix?: string;
}

/** A metric's value, or why it has none. */
export type Measured =
  | { readonly value: number; readonly reason?: undefined }
  | { readonly value: null; readonly reason: string };

export interface Difference extends DifferenceEstimate {
  /** How the interval was had, for the small print. */
  readonly method: string;
}

export interface IntervalPlan {
  readonly intervals: GatePolicy['intervals'];
  readonly resamples: number;
  readonly seed: number;
}

/** Why what is said of a metric rests on too few rows of one sort. */
export interface Weakness {
  readonly reason: string;
  readonly rowsNeeded: number;
}

/** Slice column → its value per row; null where there is none. */
export type Slices = Readonly<Record<string, readonly (string | null)[]>>;

/** Rows that both models answered: what compares one with the other, whatever their task. */
export interface TaskEvidence {
  /** Independent units: rows, queries, cases. */
  readonly rows: number;
  /** What they are called, where they are no rows. */
  readonly unit?: 'rows' | 'queries' | 'cases';
  /** Those of them that weigh anything; left out, all. */
  readonly weighing?: number | undefined;
  readonly slices: Slices;
  /** False while there is no baseline; `baseline` and `differences` are then never asked for. */
  readonly compared: boolean;
  traits(metric: string): MetricTraits;
  /** @param rows only these, in this order; left out, all */
  measure(metric: string, side: Side, rows?: Int32Array): Measured;
  /** Candidate − baseline; a metric without a value on either side, or too thin for an interval, is left out. */
  differences(metrics: readonly string[], plan: IntervalPlan, rows?: Int32Array): ReadonlyMap<string, Difference>;
  weaknessOf(metric: string): Weakness | undefined;
  /** Answers row by row, for business metrics and fairness; left out by tasks that give no single answer to a row. */
  readonly answers?: RowAnswers;
  /** Where units are not the dataset's rows, the unit of each row in the order of ids: the query of an item. */
  readonly unitOf?: Int32Array;
  /**
   * A loss of each row (higher is worse) that stands for the metric where slices are searched: quick, not the metric
   * itself. Left out, the metric is measured on each row alone.
   */
  rowLosses?(metric: string, side: Side): Float64Array;
  /** The rows whose answer changed, for a reviewer to look at. */
  examples(against: Against): readonly Block[];
  pictures(against: Against): readonly Block[];
  readonly smallPrint: readonly string[];
  /** Cluster of each row, where rows are not independent: they are then exchanged together. */
  readonly clusters?: Int32Array;
  /** The same rows with the two models' answers exchanged where `rows` holds 1: what the self-check judges. */
  swapped?(rows: Uint8Array): TaskEvidence;
  /** One row as it is kept with the run. */
  line(row: number): Readonly<Record<string, unknown>>;
}

/** What was true of a row, and what each model said of it. */
export interface RowAnswers {
  /** The classes' names; left out where answers are numbers. */
  readonly classes?: readonly string[];
  /** Index of the class that a decision is for, where there are two. */
  readonly positive?: number;
  /** Index of the class, or the number itself. */
  truth(row: number): number;
  prediction(side: Side, row: number): number;
  /** Of the positive class; undefined where a model gives classes alone, or there are more than two. */
  probability?(side: Side, row: number): number | undefined;
  /** How the rows were sampled; left out, one by one, each counting once. */
  readonly sampling?: Sampling;
}

/** How a task reads its rows and answers. */
export interface GateTask<S extends TaskRows, A> {
  readSample(ports: EvidencePorts, table: OpenTable, policy: GatePolicy): Promise<Read<S>>;
  /** A file of predictions, in the order of the sample. */
  readPredictions(ports: EvidencePorts, table: OpenTable, setting: TaskSetting<S>): Promise<Read<A>>;
  /** What a model said of the sample's rows, in their order. */
  armOf(scores: ModelScores, setting: TaskSetting<S> & { readonly file: string }): Read<A>;
  /** Answers as `line` kept them with an earlier run; left out, they are not read again. */
  stored?(answers: StoredAnswers, setting: TaskSetting<S>): Read<A>;
  evidence(policy: GatePolicy, sample: S, arms: Arms<A>): TaskEvidence;
}

export interface TaskRows {
  readonly ids: readonly string[];
}

export interface TaskSetting<S> {
  readonly policy: GatePolicy;
  readonly sample: S;
}

export interface Arms<A> {
  readonly candidate: A;
  readonly baseline?: A | undefined;
}
