// The gate for models: a model goes forward only if it is no worse than production.
export { askedMetrics, type Asked } from './asked.ts';
export { backtestPolicy } from './backtest.ts';
export { compareModels, type Comparison, type Sides } from './compare.ts';
export { classificationEvidence } from './classification/evidence.ts';
export { differencesOf } from './classification/differences.ts';
export { measure, metricTraits } from './classification/metrics.ts';
export { predictedClasses, type Arm, type Sample } from './classification/sample.ts';
export { rankingEvidence } from './ranking/evidence.ts';
export type { RankingArm, RankingSample } from './ranking/sample.ts';
export { regressionEvidence } from './regression/evidence.ts';
export type { NumberArm, NumberSample } from './regression/sample.ts';
export {
  decideGate,
  type GateEvidence,
  type GateJudgement,
  type MetricEvidence,
  type MetricJudgement,
} from './decide.ts';
export { gateModel, type GateWorld } from './gate-model.ts';
export { evalGateInputs, type EvalGateInputs } from './inputs.ts';
export type { Arms, Difference, IntervalPlan, Measured, MetricTraits, TaskEvidence, Weakness } from './task.ts';
export { evidenceBeside, type Beside, type BesideSetting } from './beside.ts';
export { gapChange } from './fairness-change.ts';
export { countGroups, gapInterval, gapOf, type Gap, type Group } from './fairness.ts';
export { judgeGap } from './fairness-verdict.ts';
export { codeCuts, codeNumbers, codeTexts, type CodedColumn } from './slice-columns.ts';
export { findSlices, type FoundSlice, type SearchPlan, type SliceFindings } from './slice-search.ts';
export { judgeSlices, type JudgedSlices, type SliceJudgement, type SlicePlan } from './slices.ts';
export { decisionCosts, thresholdCosts, type DecisionCosts, type ThresholdCosts } from './threshold-costs.ts';
