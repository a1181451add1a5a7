// A loopback endpoint that speaks OpenAI's API.
export type { LoopbackAnswer } from './answers.ts';
export { failAsTold, sendError, type Fault } from './faults.ts';
export { loopbackOpenAi, type LoopbackOpenAi, type LoopbackOpenAiOptions } from './loopback-openai.ts';
