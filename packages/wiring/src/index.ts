// From a folder and its environment to ports, and from inputs to an outcome.
export {
  executeDataValidation,
  executeDeploy,
  executeDriftReport,
  executeEvalGate,
  executePromptRegression,
} from './execute.ts';
export { openWorld } from './open-world.ts';
export type { RestAddress, World, WorldOptions } from './world.ts';
