// Model cards, as Hugging Face has them: read, filled from runs, and looked over.
export { editCard, type Change } from './edit.ts';
export { type CardEvidence, type EvidenceOfRun, type EvidenceOfTraining } from './facts.ts';
export { gatherFacts, namedRun, type Gathered, type GatherPorts } from './gather.ts';
export { lineDiff } from './line-diff.ts';
export { lintCard, type CardFacts } from './lint.ts';
export { readModelIndex, type EvalResult, type ModelIndex } from './model-index.ts';
export { readCard, writeCard, type ModelCard } from './read-card.ts';
export { updateCard, type CardUpdate } from './update.ts';
