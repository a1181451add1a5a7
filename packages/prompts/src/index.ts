// Prompts for running applications: a label moves, and the next question is asked with the new version.
export { openPrompts, type PromptClient, type PromptClientOptions, type ResolvedPrompt } from './prompt-client.ts';
export { PromptError } from './prompt-error.ts';
