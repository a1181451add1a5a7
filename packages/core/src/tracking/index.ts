// Runs that training code logs itself: what it may say, how an open run is kept, and the record it becomes.
export { ciOrigin } from './ci-origin.ts';
export { readRunDrop, RunDrop, runDropPath, runDropSchema } from './drop.ts';
export {
  LogEntry,
  LoggedKind,
  logLines,
  readRunLog,
  runLogSchema,
  RunStart,
  RunStatus,
  tagged,
  type RunLog,
} from './entry.ts';
export {
  counted,
  isPythonLockfile,
  lockfiles,
  readDriverCuda,
  readGpus,
  readPythonVersion,
  readToolkitCuda,
} from './environment.ts';
export { isAddress, pinnedAddress, readValueFlags, unpinned, type ValueFlags } from './flags.ts';
export { foldEntries } from './fold.ts';
export {
  nameProblem,
  nothingLogged,
  plainParam,
  problemsOfValues,
  type LoggedArtifact,
  type LoggedMetric,
  type LoggedRun,
  type LoggedValues,
} from './logged-run.ts';
export { readDvcLock, readDvcPointer, readLfsPointer, type PointedFile } from './pointers.ts';
export { recordRun, type Recorded } from './record.ts';
