// Ring 2: model servers as deploy targets, and the splitter.
export { ServingError, type ServingCode } from './serving-error.ts';
export { readModelConfig, withVersions, type ModelConfig } from './triton/model-config.ts';
export { openKserveModel, type KserveModelOptions } from './kserve/kserve-model.ts';
export { vllmTarget, type VllmOptions } from './vllm/vllm-target.ts';
export { tritonTarget, type TritonOptions } from './triton/triton-target.ts';
export { serve, type ServeOptions } from './splitter-main.ts';
export { splitterClient, type SplitterClientOptions } from './splitter-client.ts';
export { startSplitter, type RunningSplitter, type SplitterOptions } from './splitter/start-splitter.ts';
