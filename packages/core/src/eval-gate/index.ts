// The gate for models: a model goes forward only if it is no worse than production.
export { compareModels, type Comparison, type Sides } from './compare.ts';
export {
  decideGate,
  type GateEvidence,
  type GateJudgement,
  type MetricEvidence,
  type MetricJudgement,
} from './decide.ts';
export { differencesOf, type Difference, type IntervalPlan } from './differences.ts';
export { gateModel, type GateWorld } from './gate-model.ts';
export { evalGateInputs, type EvalGateInputs } from './inputs.ts';
export { measure, metricTraits, type Measured, type MetricTraits } from './metrics.ts';
export { predictedClasses, type Arm, type Sample } from './sample.ts';
