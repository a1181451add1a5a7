// What OpenAI's API accepts as a chat completion, a completion and embeddings, as far as Pawl sends them.

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly [parameter: string]: unknown;
}

type Check = (value: unknown) => boolean;

const isNumber =
  (low: number, high: number): Check =>
  (value) =>
    typeof value === 'number' && value >= low && value <= high;
const isPositiveInteger: Check = (value) => Number.isInteger(value) && (value as number) > 0;
const isText: Check = (value) => typeof value === 'string' && value !== '';
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPart: Check = (value) => {
  if (!isMap(value)) return false;
  if (value['type'] === 'text') return typeof value['text'] === 'string' && Object.keys(value).length === 2;
  const image = value['image_url'];
  return value['type'] === 'image_url' && isMap(image) && /^(?:https:\/\/|data:image\/)/.test(String(image['url']));
};

const isMessage: Check = (value) => {
  if (!isMap(value) || !Object.keys(value).every((name) => messageMembers.has(name))) return false;
  const { role, content, tool_call_id: answered, tool_calls: calls } = value;
  if (!['system', 'developer', 'user', 'assistant', 'tool'].includes(String(role))) return false;
  if ((role === 'tool') !== (typeof answered === 'string')) return false;
  if (calls !== undefined && !(role === 'assistant' && Array.isArray(calls) && calls.every(isCall))) return false;
  if (typeof content === 'string') return true;
  // Who calls tools may say nothing else.
  if (content === null) return calls !== undefined;
  // Pictures come from users only.
  return Array.isArray(content) && content.length > 0 && content.every(isPart) && role === 'user';
};
const messageMembers = new Set(['role', 'content', 'name', 'tool_call_id', 'tool_calls']);

const isCall: Check = (value) =>
  isMap(value) && isText(value['id']) && isTool(value) && typeof memberOf(value, 'function', 'arguments') === 'string';
const memberOf = (value: Record<string, unknown>, name: string, inner: string): unknown => {
  const found = value[name];
  return isMap(found) ? found[inner] : undefined;
};

const isTool: Check = (value) =>
  isMap(value) &&
  value['type'] === 'function' &&
  isMap(value['function']) &&
  /^[\w-]{1,64}$/.test(String(value['function']['name']));
const isBoolean: Check = (value) => typeof value === 'boolean';

const isResponseFormat: Check = (value) => {
  if (!isMap(value)) return false;
  if (value['type'] === 'text' || value['type'] === 'json_object') return Object.keys(value).length === 1;
  const schema = value['json_schema'];
  return value['type'] === 'json_schema' && isMap(schema) && isText(schema['name']) && isMap(schema['schema']);
};

const members: Readonly<Record<string, Check>> = {
  model: isText,
  messages: (value) => Array.isArray(value) && value.length > 0 && value.every(isMessage),
  max_tokens: isPositiveInteger,
  max_completion_tokens: isPositiveInteger,
  temperature: isNumber(0, 2),
  top_p: isNumber(0, 1),
  presence_penalty: isNumber(-2, 2),
  frequency_penalty: isNumber(-2, 2),
  seed: Number.isInteger,
  stop: (value) => isText(value) || (Array.isArray(value) && value.every(isText)),
  response_format: isResponseFormat,
  tools: (value) => Array.isArray(value) && value.length > 0 && value.every(isTool),
  tool_choice: (value) => ['none', 'auto', 'required'].includes(String(value)) || isTool(value),
  logprobs: isBoolean,
  top_logprobs: isNumber(0, 20),
  n: isPositiveInteger,
  reasoning_effort: isText,
  stream: isBoolean,
  stream_options: (value) => isMap(value) && Object.keys(value).every((name) => name === 'include_usage'),
};

const completionMembers: Readonly<Record<string, Check>> = {
  ...Object.fromEntries(
    [
      'model',
      'max_tokens',
      'temperature',
      'top_p',
      'presence_penalty',
      'frequency_penalty',
      'seed',
      'stop',
      'n',
      'stream',
    ].map((name) => [name, members[name] as Check]),
  ),
  prompt: (value) => typeof value === 'string',
  logprobs: isNumber(0, 5),
  stream_options: members['stream_options'] as Check,
};

const embeddingMembers: Readonly<Record<string, Check>> = {
  model: isText,
  // Nothing, and more than 2,048 texts, are refused.
  input: (value) =>
    isText(value) || (Array.isArray(value) && value.length > 0 && value.length <= 2048 && value.every(isText)),
  encoding_format: (value) => value === 'float' || value === 'base64',
  dimensions: isPositiveInteger,
};

/** One sentence for each thing the API would refuse; empty when it would not. */
export function chatRequestProblems(body: unknown): readonly string[] {
  const streams = isMap(body) && body['stream'] === true;
  const early = isMap(body) && 'stream_options' in body && !streams;
  const chosen = isMap(body) && 'tool_choice' in body && !('tools' in body);
  return [
    ...problemsOf(body, members, ['model', 'messages']),
    ...(early ? ['"stream_options" is only allowed when "stream" is true.'] : []),
    ...(chosen ? ['"tool_choice" is only allowed when "tools" are given.'] : []),
  ];
}

export const completionRequestProblems = (body: unknown): readonly string[] =>
  problemsOf(body, completionMembers, ['model', 'prompt']);

export const embeddingRequestProblems = (body: unknown): readonly string[] =>
  problemsOf(body, embeddingMembers, ['model', 'input']);

function problemsOf(
  body: unknown,
  known: Readonly<Record<string, Check>>,
  required: readonly string[],
): readonly string[] {
  if (!isMap(body)) return ['The body is no JSON object.'];
  const missing = required.filter((name) => !(name in body)).map((name) => `"${name}" is missing.`);
  const wrong = Object.entries(body).flatMap(([name, value]) => {
    const check = known[name];
    if (check === undefined) return [`Unrecognized request argument supplied: ${name}`];
    return check(value) ? [] : [`Invalid value for "${name}": ${JSON.stringify(value)}.`];
  });
  return [...missing, ...wrong];
}
