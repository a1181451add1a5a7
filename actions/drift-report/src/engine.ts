// Everything heavy, loaded once the inputs are read.
export { executeDriftReport as execute, openWorld } from '@pawl/wiring';
