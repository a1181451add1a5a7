// Where a provider's scheme leads: endpoints that speak OpenAI's API, and what to write for those that do not.

export interface Endpoint {
  readonly baseUrl: string;
  /** Name of the environment variable that holds the key; local servers have none. */
  readonly apiKeyEnv?: string;
}

/** Schemes whose rest is a model, after an optional `chat:` or `completion:`. */
export const openAiEndpoints: Readonly<Record<string, Endpoint>> = {
  openai: { baseUrl: 'https://api.openai.com/v1', apiKeyEnv: 'OPENAI_API_KEY' },
  openrouter: { baseUrl: 'https://openrouter.ai/api/v1', apiKeyEnv: 'OPENROUTER_API_KEY' },
  litellm: { baseUrl: 'http://0.0.0.0:4000', apiKeyEnv: 'LITELLM_API_KEY' },
  ollama: { baseUrl: 'http://localhost:11434/v1' },
  vllm: { baseUrl: 'http://localhost:8000/v1' },
  localai: { baseUrl: 'http://localhost:8080/v1' },
  groq: { baseUrl: 'https://api.groq.com/openai/v1', apiKeyEnv: 'GROQ_API_KEY' },
  mistral: { baseUrl: 'https://api.mistral.ai/v1', apiKeyEnv: 'MISTRAL_API_KEY' },
  deepseek: { baseUrl: 'https://api.deepseek.com/v1', apiKeyEnv: 'DEEPSEEK_API_KEY' },
  togetherai: { baseUrl: 'https://api.together.xyz/v1', apiKeyEnv: 'TOGETHER_API_KEY' },
  together: { baseUrl: 'https://api.together.xyz/v1', apiKeyEnv: 'TOGETHER_API_KEY' },
  fireworks: { baseUrl: 'https://api.fireworks.ai/inference/v1', apiKeyEnv: 'FIREWORKS_API_KEY' },
  cerebras: { baseUrl: 'https://api.cerebras.ai/v1', apiKeyEnv: 'CEREBRAS_API_KEY' },
  perplexity: { baseUrl: 'https://api.perplexity.ai', apiKeyEnv: 'PERPLEXITY_API_KEY' },
  xai: { baseUrl: 'https://api.x.ai/v1', apiKeyEnv: 'XAI_API_KEY' },
  nvidia: { baseUrl: 'https://integrate.api.nvidia.com/v1', apiKeyEnv: 'NVIDIA_API_KEY' },
  hyperbolic: { baseUrl: 'https://api.hyperbolic.xyz/v1', apiKeyEnv: 'HYPERBOLIC_API_KEY' },
  llamaapi: { baseUrl: 'https://api.llama.com/compat/v1', apiKeyEnv: 'LLAMA_API_KEY' },
  portkey: { baseUrl: 'https://api.portkey.ai/v1', apiKeyEnv: 'PORTKEY_API_KEY' },
  docker: { baseUrl: 'http://localhost:12434/engines/v1' },
  nscale: { baseUrl: 'https://inference.api.nscale.com/v1', apiKeyEnv: 'NSCALE_API_KEY' },
  aimlapi: { baseUrl: 'https://api.aimlapi.com/v1', apiKeyEnv: 'AIML_API_KEY' },
  cometapi: { baseUrl: 'https://api.cometapi.com/v1', apiKeyEnv: 'COMETAPI_KEY' },
  google: { baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai', apiKeyEnv: 'GEMINI_API_KEY' },
  huggingface: { baseUrl: 'https://router.huggingface.co/v1', apiKeyEnv: 'HF_TOKEN' },
};

/** Of these schemes only what begins so is a chat; the rest has another API. */
export const onlyChats: Readonly<Record<string, RegExp>> = {
  google: /^google:(?:gemini|gemma)-/,
  huggingface: /^huggingface:chat:/,
  nscale: /^nscale:(?!image:)/,
};

/** Settings that only one service knows. They reach its requests as they are. */
export const ownParameters: Readonly<Record<string, readonly string[]>> = {
  anthropic: ['stop_sequences', 'cache_control', 'output_config', 'container', 'context_management'],
  groq: ['include_reasoning', 'reasoning_format'],
  mistral: ['safe_prompt', 'random_seed'],
  openrouter: ['models', 'provider', 'route', 'transforms', 'plugins', 'include_reasoning'],
  perplexity: [
    ...['search_domain_filter', 'search_recency_filter', 'search_after_date_filter', 'search_before_date_filter'],
    ...['search_mode', 'web_search_options', 'return_related_questions', 'return_images'],
  ],
  xai: ['search_parameters'],
};

const gateway = 'Put a gateway such as LiteLLM in between, and write litellm:<model> with its apiBaseUrl.';

/** What to write instead, by scheme. */
export const instead: Readonly<Record<string, string>> = {
  golang: 'Write exec: with the built program; its standard output is the answer.',
  ruby: 'Write exec: ruby <file>; its standard output is the answer.',
  github: 'GitHub Models closed on 2026-07-30: name another endpoint, for example openai:chat:<model> with apiBaseUrl.',
  llama: 'llama.cpp speaks OpenAI’s API: write openai:chat:<model> with apiBaseUrl: http://localhost:8080/v1.',
  webhook: 'Write id: http with config.url and config.body.',
  ws: 'Only answers over HTTP are read: write id: http.',
  wss: 'Only answers over HTTP are read: write id: https.',
  transformers: 'Put the model into the repository, and write onnx:<folder> with model.onnx and tokenizer.json.',
  bedrock: gateway,
  sagemaker: gateway,
  vertex: gateway,
  google: gateway,
  palm: gateway,
  huggingface: gateway,
  hf: gateway,
  replicate: gateway,
  cohere: gateway,
  watsonx: gateway,
  databricks: gateway,
  snowflake: gateway,
  ai21: gateway,
  'cloudflare-ai': gateway,
  package: 'Copy its code into a file of the repository and write file://<file>.mjs.',
  promptfoo: 'Providers hosted by promptfoo are not reached.',
  browser: 'Answers of a browser are not read; put an HTTP endpoint before it.',
  mcp: 'Tools are not called by themselves; put an HTTP endpoint before them.',
};

/** Settings of endpoints like OpenAI's that reach the request, as they are called there. */
export const modelParameters: readonly string[] = [
  ...['temperature', 'max_tokens', 'max_completion_tokens', 'top_p', 'top_k', 'min_p', 'presence_penalty'],
  ...['frequency_penalty', 'repetition_penalty', 'seed', 'stop', 'n', 'logprobs', 'top_logprobs', 'logit_bias'],
  ...['response_format', 'tools', 'tool_choice', 'parallel_tool_calls', 'functions', 'function_call', 'best_of'],
  ...['reasoning_effort', 'reasoning', 'verbosity', 'service_tier', 'user', 'metadata', 'store', 'stream'],
  ...['stream_options', 'modalities', 'prediction', 'thinking', 'system', 'num_predict', 'num_ctx', 'guided_json'],
];

/** Settings that say how an endpoint is reached and what it costs. */
export const connectionSettings: readonly string[] = [
  ...['apiKey', 'apiKeyEnvar', 'apiBaseUrl', 'apiHost', 'apiVersion', 'baseUrl', 'headers', 'organization'],
  ...['cost', 'inputCost', 'outputCost', 'timeout', 'maxRetries', 'passthrough', 'deployment', 'deployment_id'],
  ...['apiBaseURL', 'listPrices'],
];

/** Settings that change nothing of the request or of the text that is judged. */
export const withoutEffect: readonly string[] = [
  ...['showThinking', 'omitDefaults', 'audio', 'apiKeyRequired', 'usage_tier', 'isReasoningModel'],
];

/** Settings of an embedding model in a folder, where its own files say something else or nothing. */
export const embeddingSettings: readonly string[] = ['pooling', 'normalize', 'maxTokens', 'prefix'];

export const httpSettings: readonly string[] = [
  ...['url', 'method', 'headers', 'body', 'queryParams', 'request', 'useHttps', 'transformResponse', 'responseParser'],
  ...['transformRequest', 'validateStatus', 'maxRetries', 'timeout', 'stream'],
];
