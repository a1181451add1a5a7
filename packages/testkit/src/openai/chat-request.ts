// What OpenAI's API accepts as a chat completion, as far as Pawl sends it.

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

const isMessage: Check = (value) =>
  isMap(value) &&
  ['system', 'user', 'assistant'].includes(String(value['role'])) &&
  typeof value['content'] === 'string';

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
};

/** One sentence for each thing the API would refuse; empty when it would not. */
export function chatRequestProblems(body: unknown): readonly string[] {
  if (!isMap(body)) return ['The body is no JSON object.'];
  const missing = ['model', 'messages'].filter((name) => !(name in body)).map((name) => `"${name}" is missing.`);
  const wrong = Object.entries(body).flatMap(([name, value]) => {
    const check = members[name];
    if (check === undefined) return [`Unrecognized request argument supplied: ${name}`];
    return check(value) ? [] : [`Invalid value for "${name}": ${JSON.stringify(value)}.`];
  });
  return [...missing, ...wrong];
}
