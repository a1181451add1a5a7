// Runs, models and prompts from and to MLflow, Langfuse, W&B and DVC.
export { ExchangeError } from './exchange-error.ts';
export { importRuns, type FoundForeignRun, type Imported, type ImportOptions } from './import-runs.ts';
export { langfuseClient, parseLangfuseAddress, type LangfuseClient } from './langfuse/client.ts';
export {
  pullFromLangfuse,
  pushToLangfuse,
  type PulledFromLangfuse,
  type PushedToLangfuse,
} from './langfuse/prompts.ts';
export { mlflowClient, type MlflowClient } from './mlflow/client.ts';
export { exportRuns, type Exported, type ExportOptions } from './mlflow/export.ts';
export type { PromptContent } from './mlflow/prompt-template.ts';
export {
  mergePrompt,
  pullPrompt,
  pushPrompt,
  type PromptVersion,
  type PulledPrompt,
  type PushedPrompt,
} from './mlflow/prompts.ts';
export { pullModels, type PulledModels, type PullModelsOptions, type PullModelsPorts } from './mlflow/pull-models.ts';
export { pushModels, type PushedModels } from './mlflow/push-models.ts';
export { parseMlflowAddress, parsePlace, runsOf, type Place, type RunSource } from './source.ts';
