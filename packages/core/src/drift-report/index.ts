// Drift: have the data changed enough to matter, is that certain, and is it the world or a broken feed?
export { defaultDriftPolicy, DriftPolicy, readDriftPolicy } from '../formats/drift-policy.ts';
export { driftReportInputs } from './inputs.ts';
export { reportDrift, type ReportDrift } from './report-drift.ts';
