// Everything heavy, loaded once the inputs are read.
export { executeDeploy as execute, openWorld } from '@pawl/wiring';
