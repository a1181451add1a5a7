// Model providers over HTTP and from recordings.
export { cassetteProvider, type CassetteOptions } from './cassette-provider.ts';
export { onnxScorer, type OnnxScorerOptions } from './onnx-scorer.ts';
export { openAiProvider, type OpenAiOptions } from './openai-provider.ts';
export { promptProviders, type PromptProviderOptions } from './prompt-provider.ts';
