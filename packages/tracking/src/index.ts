// Logs runs of training code into the repository, without a server: the TypeScript API, and what the command line uses.
export {
  logRun,
  startRun,
  type ArtifactRequest,
  type MetricOptions,
  type OneShotRequest,
  type RunRequest,
  type TrackedRun,
} from './api.ts';
export { TrackingError } from './errors.ts';
export { logDrop, logOnce, type Logged } from './log-once.ts';
export {
  beginRun,
  dropOpenRun,
  endRun,
  listOpenRuns,
  logToRun,
  type BeginRequest,
  type Begun,
  type OpenRunInfo,
} from './open-runs.ts';
export type { Capture } from './start-record.ts';
