// Live endpoints as models: KServe's clients and OpenAI's do not know one another, so they meet here. Keys come from the
// environment, by the name that a policy gives, and go nowhere but to the endpoint.
import { ModelError, type EndpointConnection, type ModelEndpoints } from '@pawl/core';

type Environment = Readonly<Record<string, string | undefined>>;

export function modelEndpoints(env: Environment): ModelEndpoints {
  return {
    tensors: async (url, { apiKeyEnv, timeoutMs, retries, batchRows }) => {
      const key = keyOf(env, apiKeyEnv);
      if (key === undefined) {
        const hint = 'Set it in the environment of the job, or leave `endpoint.api-key-env` out.';
        throw new ModelError('MODEL_KEY_MISSING', missing(apiKeyEnv), { file: url, hint });
      }
      const { openKserveModel } = await import('@pawl/serving');
      return openKserveModel({ url, timeoutMs, retries, batchRows, ...key });
    },
    language: async ({ baseUrl }, { apiKeyEnv, timeoutMs, retries, concurrency }) => {
      const key = keyOf(env, apiKeyEnv);
      if (key === undefined) {
        const hint = 'Set it in the environment of the job.';
        return { problems: [{ code: 'ENV_MISSING', severity: 'error', message: missing(apiKeyEnv), hint }] };
      }
      const { openAiProvider } = await import('@pawl/models');
      const apiKey = key.token === undefined ? {} : { apiKey: key.token };
      return { value: openAiProvider({ baseUrl, timeoutMs, retries, concurrency, ...apiKey }), problems: [] };
    },
  };
}

/** Undefined when a key is named that has no value. */
function keyOf(env: Environment, name: EndpointConnection['apiKeyEnv']): { readonly token?: string } | undefined {
  if (name === undefined) return {};
  const token = env[name];
  return token === undefined || token === '' ? undefined : { token };
}

const missing = (name: string | undefined): string =>
  `\`endpoint.api-key-env\` names the environment variable ${name}, which has no value.`;
