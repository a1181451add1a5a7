// Rows of tool calls, trajectories and traces.
import type { Row } from './promptfoo-cases.ts';

const weather = {
  name: 'weather',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' }, unit: { enum: ['c', 'f'] } },
    required: ['city'],
    additionalProperties: false,
  },
};
const tools = [
  { type: 'function', function: weather },
  { type: 'function', function: { name: 'bare' } },
];

const call = (name: unknown, args: unknown): unknown => ({
  id: '1',
  type: 'function',
  function: { name, arguments: args },
});

const callOutputs: readonly unknown[] = [
  [call('weather', '{"city": "Bern"}')],
  [call('weather', '{"city": "Bern", "unit": "k"}')],
  [call('weather', '{"town": "Bern"}')],
  [call('weather', '{')],
  [call('weather', { city: 'Bern' })],
  [call('news', '{}')],
  [call('bare', '{}')],
  [call('weather', '{"city": "Bern"}'), call('news', '{}')],
  { tool_calls: [call('weather', '{"city": "Bern"}')] },
  { tool_calls: [] },
  [],
  {},
  [null],
  'weather in Bern',
];

const functionOutputs: readonly unknown[] = [
  { name: 'weather', arguments: '{"city": "Bern"}' },
  { name: 'weather', arguments: '{"city": 5}' },
  { name: 'weather', arguments: 'x' },
  { name: 'news', arguments: '{}' },
  { function_call: { name: 'weather', arguments: '{"city": "Bern"}' } },
  { name: 5, arguments: '{}' },
  'text',
  [],
];

const namesInText = 'I will call:\n{"name": "a", "functionCall": {"name": "search"}}\nand then\n[{"name": "buy"}]\n';

const f1Outputs: readonly unknown[] = [
  [call('search', '{}'), call('buy', '{}')],
  { tool_calls: [{ name: 'search' }] },
  { type: 'tool_use', name: 'search' },
  [{ type: 'text' }, { type: 'tool_use', name: 'buy' }],
  { type: 'function_call', name: 'buy' },
  { functionCall: { name: 'search' } },
  [{ functionCall: { name: 'search' } }, { name: 'other' }],
  { toolCall: { functionCalls: [{ name: 'buy' }, { name: 'search' }] } },
  JSON.stringify([call('search', '{}')]),
  namesInText,
  '```json\n[{"name": "search"}]\n```',
  '- [{"name": "search"}]\n- [{"name": "buy"}]',
  'inline [{"name": "search"}] is not one\n[{"name": "buy"}]',
  '[{"name": "search"},\n {"name": "buy"}]',
  '{ broken\n[{"name": "search"}]\n',
  '[{"name": "search"}',
  '[ {"name": "search"}, oops ]',
  '"[{\\"name\\": \\"search\\"}]"',
  '',
  'text',
  null,
  12,
  {},
];

const span = (name: string, startTime: number, attributes: Readonly<Record<string, unknown>> = {}, more = {}) => ({
  spanId: `s${startTime}`,
  name,
  startTime,
  endTime: startTime + 10 * (startTime + 1),
  attributes,
  ...more,
});

const spans = [
  span('chat', 0),
  span('tool call', 1, { 'tool.name': 'search', 'tool.arguments': '{"q": "bern", "limit": 10, "ts": 5}' }),
  span('mcp server/fetch', 2, { args: { url: 'https://a.example' } }),
  span('execute', 3, { 'gen_ai.tool.name': 'shell', 'gen_ai.tool.call.arguments': '{"cmd": ["ls", "-l"]}' }),
  span('exec git status', 4),
  span('search "weather"', 5),
  span('reasoning', 6),
  span('agent response', 7),
  span(
    'tool call',
    9,
    { function_name: 'buy', 'function.args': { items: [1, 2], total: 5 } },
    { statusCode: 2, statusMessage: 'timeout' },
  ),
  span('web lookup', 8, { query: 'x' }),
  span('http', 10, { 'http.status_code': 500 }),
];

const trajectory = (type: string, values: readonly unknown[]): readonly Row[] =>
  values.map((value) => ({ type: `trajectory:${type}`, value, outputs: ['x'], spans }));

const trace = (type: string, values: readonly unknown[]): readonly Row[] =>
  values.map((value) => ({ type: `trace-${type}`, value, outputs: ['x'], spans }));

const skillCalls = [
  { name: 'pdf-reader' },
  { name: 'excel', is_error: true },
  { name: 'pdf-writer' },
  { name: 'pdf-reader' },
];

export const toolRows: readonly Row[] = [
  { type: 'is-valid-openai-tools-call', outputs: callOutputs, tools },
  { type: 'is-valid-openai-tools-call', outputs: callOutputs.slice(0, 1) },
  { type: 'is-valid-openai-function-call', outputs: functionOutputs, tools: [weather] },
  { type: 'is-valid-function-call', outputs: functionOutputs, tools: [weather] },
  ...(['search,buy', ['search'], ['buy', 'search', 'buy'], ' search , ', [], '', 5, undefined] as const).flatMap(
    (value) =>
      [undefined, 0.5, 0].map((threshold) => ({
        type: 'tool-call-f1',
        value,
        outputs: f1Outputs,
        ...(threshold !== undefined && { threshold }),
      })),
  ),
  ...trajectory('tool-used', [
    'search',
    'SEA*',
    ['search', 'buy'],
    ['search', 'gone'],
    ['gone'],
    'fetch',
    'shell',
    [],
    5,
    { name: 'search' },
    { pattern: '*', min: 3 },
    { pattern: 'b?y', max: 0 },
    { name: 'gone', max: 2 },
    { min: 1 },
  ]),
  ...trajectory('tool-sequence', [
    ['search', 'buy'],
    ['buy', 'search'],
    ['search', 'fetch', 'buy'],
    { mode: 'exact', steps: ['search', 'fetch', 'buy'] },
    { mode: 'exact', steps: ['search', 'buy'] },
    { steps: [{ pattern: 'f*' }, { name: 'buy' }] },
    [],
    'search',
    [{ type: 'tool' }],
  ]),
  ...trajectory('tool-args-match', [
    { name: 'search', args: { q: 'bern' } },
    { name: 'search', args: { q: 'bern' }, mode: 'exact' },
    { name: 'search', args: { q: 'bern' }, mode: 'exact', defaults: { limit: 10 }, ignore: 'ts' },
    { name: 'search', args: { q: 'bern', ts: 9 }, mode: 'exact', defaults: { limit: 10 }, ignore: ['t?'] },
    { name: 'search', arguments: { q: 'zurich' } },
    { name: 'buy', args: { items: [1] } },
    { name: 'buy', args: { items: [1, 2] } },
    { name: 'fetch', args: { url: 'https://a.example' } },
    { name: 'gone', args: {} },
    { name: 'search' },
    { args: {} },
    { name: 'search', args: {}, mode: 'fuzzy' },
    { name: 'search', args: {}, ignore: [5] },
    'search',
  ]),
  ...trajectory('step-count', [
    { min: 3 },
    { max: 5 },
    { type: 'tool', min: 3, max: 3 },
    { type: ['command', 'search'], min: 4 },
    { type: 'reasoning', max: 0 },
    { type: 'message', min: 1 },
    { pattern: '*git*', min: 1 },
    { type: 'span', min: 1, max: 2 },
    {},
    'x',
  ]),
  ...trace('span-count', [
    { pattern: 'tool*', min: 2 },
    { pattern: 'tool*', max: 1 },
    { pattern: '*', min: 1, max: 100 },
    { min: 1 },
    'tool*',
  ]),
  ...trace('span-duration', [
    { max: 1000 },
    { max: 50 },
    { max: 50, percentile: 50 },
    { max: 60, percentile: 50 },
    { max: 20, pattern: 'chat' },
    { max: 1, pattern: 'gone' },
    { max: 5, percentile: 101 },
    {},
  ]),
  ...trace('error-spans', [
    undefined,
    0,
    1,
    2,
    { max_count: 1 },
    { max_percentage: 10 },
    { max_percentage: 50 },
    { max_count: 5, max_percentage: 5 },
    { pattern: 'tool*', max_count: 1 },
    { pattern: 'gone' },
  ]),
  { type: 'trajectory:tool-used', value: 'search', outputs: ['x'] },
  { type: 'trace-span-count', value: { pattern: '*' }, outputs: ['x'] },
  ...[
    'pdf-reader',
    'excel',
    ['pdf-reader', 'pdf-writer'],
    ['pdf-reader', 'gone'],
    { name: 'pdf-reader', min: 2 },
    { pattern: 'pdf-*', max: 2 },
    { pattern: 'pdf-*' },
    { name: 'gone', max: 0 },
    { min: 1 },
    { name: 'a', min: 3, max: 1 },
    '',
    5,
  ].map((value) => ({ type: 'skill-used', value, outputs: ['x'], metadata: { skillCalls } })),
];
