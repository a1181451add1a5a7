// Everything heavy, loaded once the inputs are read.
export { executeEvalGate as execute, openWorld } from '@pawl/wiring';
