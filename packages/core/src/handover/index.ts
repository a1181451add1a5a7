// Handing runs over as artifacts: the file format, and its reading as hostile input.
export { bundlesOf, collectedVerdict, newestHandovers, sectionsOf, withOrigin } from './collect.ts';
export { receiveFromFork, type ForkEvent } from './fork.ts';
export { countLegs, legWords, type LegCount } from './legs.ts';
export {
  maxArtifactBytes,
  maxFileBytes,
  maxFiles,
  maxHandoverBytes,
  maxHandovers,
  maxTotalArtifactBytes,
} from './limits.ts';
export {
  handoverName,
  isHandoverName,
  manifestName,
  type Handover,
  type HandoverFile,
  type HandoverProducer,
} from './manifest.ts';
export { handoverProblem, readHandover } from './read-handover.ts';
export { writeHandover } from './write-handover.ts';
