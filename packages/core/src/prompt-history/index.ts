// A prompt's versions: what changed between two, what applications get of them, and ways to break one on purpose.
export {
  bisectPosition,
  bisectSteps,
  caseFell,
  likeWhichEnd,
  type BisectPosition,
  type RightOf,
  type VersionState,
} from './bisect.ts';
export {
  comparePrompts,
  comparisonLine,
  promptComparisonSchema,
  type MessageChange,
  type PromptComparison,
  type ValueChange,
} from './compare-prompts.ts';
export {
  exportPrompts,
  promptExportSchema,
  type ExportedPrompt,
  type LabelledPrompt,
  type PromptExport,
} from './export-prompts.ts';
export { mutationsOf, type Mutation, type MutationKind } from './mutations.ts';
export { wordChanges, type WordChange } from './words.ts';
