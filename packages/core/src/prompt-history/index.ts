// A prompt's versions: what changed between two, and what applications get of them.
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
export { wordChanges, type WordChange } from './words.ts';
