// What Anthropic's Messages API accepts, as far as Pawl sends it.

type Check = (value: unknown) => boolean;
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText: Check = (value) => typeof value === 'string' && value !== '';
const isCount: Check = (value) => Number.isInteger(value) && (value as number) > 0;
const isShare: Check = (value) => typeof value === 'number' && value >= 0 && value <= 1;

const isSource: Check = (value) =>
  isMap(value) &&
  ((value['type'] === 'url' && String(value['url']).startsWith('https://')) ||
    (value['type'] === 'base64' && String(value['media_type']).startsWith('image/') && isText(value['data'])));

const isBlock: Check = (value) => {
  if (!isMap(value)) return false;
  // The API refuses empty text blocks.
  if (value['type'] === 'text') return isText(value['text']);
  if (value['type'] === 'image') return isSource(value['source']);
  if (value['type'] === 'tool_use') return isText(value['id']) && isText(value['name']) && isMap(value['input']);
  return value['type'] === 'tool_result' && isText(value['tool_use_id']);
};

const isTurn: Check = (value) =>
  isMap(value) &&
  (value['role'] === 'user' || value['role'] === 'assistant') &&
  (isText(value['content']) || (Array.isArray(value['content']) && value['content'].every(isBlock)));

const members: Readonly<Record<string, Check>> = {
  model: isText,
  max_tokens: isCount,
  system: isText,
  messages: (value) =>
    Array.isArray(value) && value.length > 0 && value.every(isTurn) && (value[0] as { role: string }).role === 'user',
  temperature: isShare,
  top_p: isShare,
  top_k: isCount,
  stop_sequences: (value) => Array.isArray(value) && value.every(isText),
  stream: (value) => typeof value === 'boolean',
  tools: (value) =>
    Array.isArray(value) && value.every((tool) => isMap(tool) && isText(tool['name']) && isMap(tool['input_schema'])),
  tool_choice: (value) => isMap(value) && ['auto', 'any', 'tool', 'none'].includes(String(value['type'])),
  output_config: (value) =>
    isMap(value) &&
    isMap(value['format']) &&
    value['format']['type'] === 'json_schema' &&
    isMap(value['format']['schema']),
};

/** One sentence for each thing the API would refuse; empty when it would not. */
export function messageRequestProblems(body: unknown): readonly string[] {
  if (!isMap(body)) return ['The body is no JSON object.'];
  const missing = ['model', 'messages', 'max_tokens'].filter((name) => !(name in body));
  const wrong = Object.entries(body).flatMap(([name, value]) => {
    const check = members[name];
    if (check === undefined) return [`${name}: Extra inputs are not permitted`];
    return check(value) ? [] : [`${name}: Input is not valid: ${JSON.stringify(value)}`];
  });
  return [...missing.map((name) => `${name}: Field required`), ...wrong];
}
