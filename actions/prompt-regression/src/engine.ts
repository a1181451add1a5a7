// Everything heavy, loaded once the inputs are read.
export { executePromptRegression as execute, openWorld } from '@pawl/wiring';
