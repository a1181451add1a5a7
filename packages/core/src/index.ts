// The words all rings share: formats and ports. Features, statistics and reports have their own entries.
export { canonicalJson, digestOf, type Sha256 } from './formats/canonical.ts';
export {
  cassetteSchema,
  CassetteHeader,
  embeddingKeyOf,
  readCassette,
  RecordedReply,
  writeCassetteHeader,
  writeCassetteLine,
  writeEmbeddingLine,
  type Cassette,
} from './formats/cassette.ts';
export {
  Config,
  configuredInputs,
  mergeInputs,
  PromotionPolicy,
  readConfig,
  RetentionRule,
  type ConfigFile,
  type PlaceInConfig,
} from './formats/config.ts';
export { didYouMean, nearest } from './formats/did-you-mean.ts';
export { isExpected, problemOfExpected, type ExpectedError } from './formats/expected-error.ts';
export { defineInputs, readInputs, type Input, type Inputs, type InputSpec } from './formats/inputs.ts';
export {
  ClassificationMetric,
  GuardMetric,
  KeyMetric,
  MetricName,
  metricsOfTask,
  RankingMetric,
  RegressionMetric,
} from './formats/gate-metrics.ts';
export { BusinessMetric } from './formats/gate-business.ts';
export { FairnessRule } from './formats/gate-fairness.ts';
export { GatePolicy } from './formats/gate-policy.ts';
export { SliceSearch } from './formats/gate-slices.ts';
export { GateEndpoint, GateEvals } from './formats/gate-sources.ts';
export { isTooDeep } from './formats/nesting.ts';
export { exitCodeOf, type Outcome } from './formats/outcome.ts';
export { hasErrors, placeOf, type Problem, type Read } from './formats/problem.ts';
export {
  Evaluator,
  placeInPrompt,
  Prompt,
  promptDigest,
  promptStem,
  readPrompt,
  responseFormatOf,
  StringEvaluator,
} from './formats/prompt.ts';
export { parseYaml, readYaml, type YamlSource } from './formats/read-yaml.ts';
export { Block, Cell, Chart, Finding, Report, Text } from './formats/report.ts';
export { reportSchema } from './formats/schema-names.ts';
export type { RunContext } from './formats/run-context.ts';
export { RunKind } from './formats/run-kind.ts';
export { runSchema } from './formats/schema-names.ts';
export { sha256Bytes } from './formats/sha256.ts';
export {
  BaselineSource,
  Metric,
  Operation,
  ParamValue,
  Run,
  RunArtifact,
  RunInput,
  RunOrigin,
  RunProducer,
  RunSummary,
  summaryOf,
} from './formats/run.ts';
export { isUlid, makeUlid, ulidDay, ulidTime } from './formats/ulid.ts';
export {
  checkConclusions,
  exitCodes,
  slugs,
  usageExitCode,
  Verdict,
  worstVerdict,
  type Slug,
} from './formats/verdict.ts';
export {
  compareVersions,
  isRegistryName,
  parseVersion,
  parseVersionRef,
  type SemanticVersion,
  type VersionRef,
} from './formats/version-ref.ts';
export type { Clock, IdSource } from './ports/clock.ts';
export type { CodeHost, Publication, Published } from './ports/code-host.ts';
export {
  DataError,
  quoteIdentifier,
  type Column,
  type DataEngine,
  type ParquetWriter,
  type SqlValue,
  type WrittenColumn,
} from './ports/data-engine.ts';
export type { Artifact, DeployTarget, Endpoint, ServingProof } from './ports/deploy-target.ts';
export type { CommitLog, History, LoggedCommit } from './ports/history.ts';
export {
  cassetteKeyOf,
  type Message,
  type ModelFailure,
  type ModelProvider,
  type ModelReply,
  type ListPrice,
  type ModelRequest,
  type ModelRoute,
  removedSecret,
} from './ports/model-provider.ts';
export type { Gateway, GatewayOpener, GatewayRequest } from './ports/gateway.ts';
export type { EndpointConnection, ModelEndpoints } from './ports/model-endpoint.ts';
export {
  ModelError,
  type ModelColumns,
  type ModelSample,
  type ModelRuntime,
  type ModelScorer,
  type ModelScores,
  type ModelSignature,
  type ScoredModel,
} from './ports/model-scorer.ts';
export type { RegisteredVersion, Registry, RegistryEvent, Tagger } from './ports/registry.ts';
export { hiding } from './ports/hidden-values.ts';
export { programEnvironment } from './ports/program-environment.ts';
export {
  inPlaceOfVariable,
  isPython,
  scriptRequest,
  withProgram,
  type ProgramSetting,
  type ScriptRequest,
  type ScriptResult,
  type ScriptRunner,
} from './ports/script-runner.ts';
export type { ArmCounts, Route, Splitter } from './ports/splitter.ts';
export type { Bundle, Receipt, RunQuery, Store, StoredRun } from './ports/store.ts';
export type { Workspace } from './ports/workspace.ts';
export { selectRuns, type RunSelection } from './runs/select.ts';
export type { ContentPart, EvalProvider, ProviderKind, Script, ScriptFile } from './formats/eval-suite.ts';
export type { Embedder } from './ports/embedder.ts';
export type { Assertion, EvalCase } from './formats/eval-suite.ts';
