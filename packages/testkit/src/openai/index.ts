// A loopback endpoint that speaks OpenAI's chat completions.
export { loopbackOpenAi, type Fault, type LoopbackOpenAi, type LoopbackOpenAiOptions } from './loopback-openai.ts';
