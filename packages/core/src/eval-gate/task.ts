// What the gate asks of a kind of model: the seam between how answers are read and measured, and how they are judged.
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Read } from '../formats/problem.ts';
import type { Block } from '../formats/report.ts';
import type { ModelScores } from '../ports/model-scorer.ts';
import type { DifferenceEstimate } from '../statistics/difference-estimate.ts';
import type { EvidencePorts, OpenTable } from './read-evidence.ts';

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
  readonly slices: Slices;
  /** False while there is no baseline; `baseline` and `differences` are then never asked for. */
  readonly compared: boolean;
  traits(metric: string): MetricTraits;
  /** @param rows only these, in this order; left out, all */
  measure(metric: string, side: Side, rows?: Int32Array): Measured;
  /** Candidate − baseline; a metric without a value on either side, or too thin for an interval, is left out. */
  differences(metrics: readonly string[], plan: IntervalPlan, rows?: Int32Array): ReadonlyMap<string, Difference>;
  weaknessOf(metric: string): Weakness | undefined;
  /** The rows whose answer changed, for a reviewer to look at. */
  examples(against: Against): readonly Block[];
  pictures(against: Against): readonly Block[];
  readonly smallPrint: readonly string[];
  /** One row as it is kept with the run. */
  line(row: number): Readonly<Record<string, unknown>>;
}

/** How a task reads its rows and answers. */
export interface GateTask<S extends TaskRows, A> {
  readSample(ports: EvidencePorts, table: OpenTable, policy: GatePolicy): Promise<Read<S>>;
  /** A file of predictions, in the order of the sample. */
  readPredictions(ports: EvidencePorts, table: OpenTable, setting: TaskSetting<S>): Promise<Read<A>>;
  /** What a model said of the sample's rows, in their order. */
  armOf(scores: ModelScores, setting: TaskSetting<S> & { readonly file: string }): Read<A>;
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
