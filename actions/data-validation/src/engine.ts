// Everything heavy, loaded once the inputs are read.
export { executeDataValidation as execute, openWorld } from '@pawl/wiring';
