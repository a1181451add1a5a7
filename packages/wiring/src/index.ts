// From a folder and its environment to ports, and from inputs to an outcome. Each part has an entry of its own too:
// a bundle in chunks holds all that an index file reaches, used there or not.
export { executeDataValidation } from './execute-data-validation.ts';
export { executeDeploy } from './execute-deploy.ts';
export { executeDriftReport } from './execute-drift-report.ts';
export { executeEvalGate } from './execute-eval-gate.ts';
export { executePromptRegression } from './execute-prompt-regression.ts';
export { openWorld } from './open-world.ts';
export type { RestAddress, World, WorldOptions } from './world.ts';
