// deploy: a version goes out step by step, judged on live counts, and comes back by itself.
export { Deployment, DeploymentStep, DeploymentTarget, readDeployment } from '../formats/deployment.ts';
export { decideStep, type Decision, type StepDecision, type StepHealth, type StepView } from './decide.ts';
export { deployModel, type DeployModel } from './deploy-model.ts';
export { deployInputs, type DeployInputs } from './inputs.ts';
export {
  isResting,
  isTerminal,
  replay,
  RolloutEvent,
  StepRecord,
  transitions,
  type Counts,
  type Moment,
  type Pair,
  type Rollout,
  type RolloutState,
} from './rollout.ts';
