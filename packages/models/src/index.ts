// Model providers over HTTP, of programs and scripts, and from recordings; embeddings; models in ONNX.
export { anthropicProvider, type AnthropicOptions } from './anthropic-provider.ts';
export { cassetteProvider, type CassetteOptions } from './cassette-provider.ts';
export { echoProvider } from './echo-provider.ts';
export { onnxEmbedder, type OnnxEmbedderOptions } from './embedding/onnx-embedder.ts';
export { serveEncoder } from './embedding/encoder-thread.ts';
export { execProvider, type ExecProviderOptions } from './exec-provider.ts';
export { gatewayStarter, type GatewayStarter, type GatewayStarterOptions } from './gateway-starter.ts';
export { findRuntime, type FoundRuntime, type RuntimeChoice, type RuntimeRequest } from './onnx-native.ts';
export { onnxScorer, type OnnxScorerOptions } from './onnx-scorer.ts';
export { cassetteEmbedder, type CassetteEmbedderOptions } from './cassette-embedder.ts';
export { openAiEmbedder, type EmbedderOptions } from './openai-embedder.ts';
export { openAiProvider, type OpenAiOptions } from './openai-provider.ts';
export { Pacer, type PacerOptions } from './pacer.ts';
export { postJson, type PostOptions } from './post-json.ts';
export { promptEmbedder, type PromptEmbedderOptions } from './prompt-embedder.ts';
export { promptProviders, type PromptProviderOptions } from './prompt-provider.ts';
