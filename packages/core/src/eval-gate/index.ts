// The gate for models: a model goes forward only if it is no worse than production.
export { askedMetrics, type Asked } from './asked.ts';
export { compareModels, type Comparison, type Sides } from './compare.ts';
export { classificationEvidence } from './classification/evidence.ts';
export { differencesOf } from './classification/differences.ts';
export { measure, metricTraits } from './classification/metrics.ts';
export { predictedClasses, type Arm, type Sample } from './classification/sample.ts';
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
