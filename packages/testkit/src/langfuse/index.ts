// Langfuse's prompt API on loopback.
export { startLoopbackLangfuse, type LoopbackLangfuse, type StoredPrompt } from './loopback-langfuse.ts';
