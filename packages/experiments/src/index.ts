// Runs, models and prompts from and to MLflow, W&B and DVC.
export { ExchangeError } from './exchange-error.ts';
export { importRuns, type FoundForeignRun, type Imported, type ImportOptions } from './import-runs.ts';
export { mlflowClient, type MlflowClient } from './mlflow/client.ts';
export { exportRuns, type Exported, type ExportOptions } from './mlflow/export.ts';
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
