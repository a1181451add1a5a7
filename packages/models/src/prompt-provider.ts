// The provider of prompt-regression: an endpoint, a cassette, or both, as the inputs say.
import type { ModelProvider, Read, Workspace } from '@pawl/core';
import type { ProviderFactory } from '@pawl/core/prompt-regression';
import { cassetteProvider } from './cassette-provider.ts';
import { openAiProvider } from './openai-provider.ts';

export interface PromptProviderOptions {
  readonly workspace: Workspace;
  /** Asked for one variable only, the one that holds the key. */
  readonly environment: (name: string) => string | undefined;
  /** ISO 8601, for new cassettes. */
  readonly now?: () => string;
}

export function promptProviders({ workspace, environment, now }: PromptProviderOptions): ProviderFactory {
  return async ({ baseUrl, apiKeyEnv, cassettes, record, model, timeoutMs, prices }): Promise<Read<ModelProvider>> => {
    const scheme = baseUrl === undefined ? 'https:' : URL.parse(baseUrl)?.protocol;
    if (scheme !== 'https:' && scheme !== 'http:') {
      return {
        problems: [
          {
            code: 'INPUT_INVALID',
            severity: 'error',
            message: `The input "base-url" is "${baseUrl}", which is no http or https URL.`,
            hint: 'Write for example http://localhost:8000/v1.',
          },
        ],
      };
    }
    const apiKey = apiKeyEnv === undefined ? undefined : environment(apiKeyEnv) || undefined;
    const inner =
      baseUrl === undefined
        ? undefined
        : openAiProvider({
            baseUrl,
            timeoutMs,
            ...(apiKey !== undefined && { apiKey }),
            ...(prices !== undefined && { prices }),
          });
    if (inner !== undefined && cassettes.length === 0) return { value: inner, problems: [] };
    return cassetteProvider({
      cassettes,
      record,
      workspace,
      model,
      ...(inner !== undefined && { inner }),
      ...(apiKey !== undefined && { secrets: [apiKey] }),
      ...(now !== undefined && { now }),
    });
  };
}
