export { judgeNonInferiority, type DifferenceInterval } from './non-inferiority.ts';
