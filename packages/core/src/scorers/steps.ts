// What an agent did, step by step: read off the spans of its trace, or off the tool calls of its answer.
import { fitsGlob } from './glob.ts';
import type { ScoreRequest } from './scorer.ts';
import { traceOf, type Span, type Trace } from './trace.ts';
import { isRecord } from './verdicts.ts';

export interface Step {
  readonly type: 'tool' | 'command' | 'search' | 'reasoning' | 'message' | 'span';
  readonly name: string;
  /** What a pattern may name it by. */
  readonly aliases: readonly string[];
  readonly args?: unknown;
}

export interface Steps {
  readonly steps: readonly Step[];
  /** Tool calls alone are known, nothing of what stood between them. */
  readonly toolsOnly: boolean;
}

/** Undefined where nothing tells: no trace, no tool calls, and no tools it could have called. */
export function stepsOf(request: ScoreRequest): Steps | undefined {
  const trace = traceOf(request);
  if (trace !== undefined) return { steps: stepsOfTrace(trace), toolsOnly: false };
  const { toolCalls = request.tools === undefined || request.tools.length === 0 ? undefined : [] } = request.answer;
  return (
    toolCalls && {
      steps: toolCalls.map(({ name, arguments: args }) => ({ type: 'tool', name, aliases: [name], args })),
      toolsOnly: true,
    }
  );
}

export interface Matcher {
  readonly types?: readonly unknown[];
  /** Any name without one. */
  readonly pattern?: string;
}

export const fits = ({ type, aliases }: Step, { types, pattern }: Matcher): boolean =>
  (types === undefined || types.includes(type)) &&
  (pattern === undefined || aliases.some((alias) => fitsGlob(alias, pattern)));

const nameKeys = `tool.name tool_name tool function.name function_name ai.toolCall.name gen_ai.tool.name agent.tool_name
  agent.tool agent.toolName codex.mcp.tool`.split(/\s+/);
const inputKeys = [
  ...['tool.', 'tool_', 'function.'].flatMap((start) => ['args', 'arguments', 'input'].map((end) => start + end)),
  'function_args',
  'function_arguments',
  ...['ai.toolCall.', 'gen_ai.tool.'].flatMap((start) => ['args', 'arguments', 'input'].map((end) => start + end)),
  'gen_ai.tool.call.args',
  'gen_ai.tool.call.arguments',
  ...['agent.tool.', 'codex.mcp.', ''].flatMap((start) => ['args', 'arguments', 'input'].map((end) => start + end)),
];
const commandKeys = ['codex.command', 'command', 'command.name', 'command_name'];
const searchKeys = ['codex.search.query', 'search.query', 'search_query'];
const shells = ['exec_command', 'local_shell', 'shell'];

function stepsOfTrace({ spans, commandTools }: Trace): readonly Step[] {
  const shellNames = new Set([...shells, ...commandTools.map((name) => name.trim().toLowerCase())]);
  return spans
    .toSorted((a, b) => a.startTime - b.startTime || (a.endTime ?? a.startTime) - (b.endTime ?? b.startTime))
    .map((span) => stepOf(span, shellNames));
}

function stepOf(span: Span, shellNames: ReadonlySet<string>): Step {
  const tool = toolName(span);
  const isShell = tool !== undefined && shellNames.has(tool.toLowerCase());
  const command = commandOf(span, isShell);
  const args = toolInput(span);
  const step = (type: Step['type'], name: string, ...aliases: readonly (string | undefined)[]): Step => ({
    type,
    name,
    aliases: [
      ...new Set([span.name, name, ...aliases.filter((alias) => alias !== undefined && alias !== '')]),
    ] as string[],
    ...((type === 'tool' || isShell) && args !== undefined && { args }),
  });
  if (tool !== undefined && !(isShell && command !== undefined)) return step('tool', tool);
  if (command !== undefined) return step('command', command, tool, command.trim().split(/\s+/)[0]);
  const search = searchOf(span);
  if (search !== undefined) return step('search', search);
  const item = span.attributes['codex.item.type'];
  if (item === 'reasoning' || /^reasoning([_\s]|$)/i.test(span.name)) return step('reasoning', span.name, 'reasoning');
  const says = item === 'agent_message' || span.name === 'agent response' || span.name === 'send input';
  return says ? step('message', span.name, 'message') : step('span', span.name);
}

function firstText(attributes: Span['attributes'], keys: readonly string[]): string | undefined {
  return keys.map((key) => textOf(attributes[key])).find((text) => text !== undefined);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function toolName({ name, attributes }: Span): string | undefined {
  const known = firstText(attributes, nameKeys);
  if (known !== undefined) return known;
  for (const [key, value] of Object.entries(attributes)) {
    const text = textOf(value);
    if (text === undefined || typeof structured(text) === 'object') continue;
    if (/tool.?name|function.?name/i.test(key)) return text;
    if (/(^|[._])tool($|[._])/i.test(key) && !/result|output|definition/i.test(key)) return text;
  }
  const slash = name.lastIndexOf('/');
  return name.startsWith('mcp ') && slash !== -1 && slash < name.length - 1 ? name.slice(slash + 1).trim() : undefined;
}

function toolInput({ attributes }: Span): unknown {
  for (const key of inputKeys) {
    const value = structured(attributes[key]);
    if (value !== undefined) return value;
  }
  for (const [key, written] of Object.entries(attributes)) {
    if (/result|output|error|status/i.test(key) || !/(^|[._])(arguments|args|input)($|[._])/i.test(key)) continue;
    const value = structured(written);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** JSON where it is JSON, else the text; undefined for nothing. */
function structured(value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function commandOf(span: Span, isShell: boolean): string | undefined {
  const known = firstText(span.attributes, commandKeys);
  if (known !== undefined) return known;
  for (const [key, value] of Object.entries(span.attributes)) {
    const text = textOf(value);
    if (text !== undefined && /command/i.test(key) && !/output|result/i.test(key)) return text;
  }
  const args = isShell ? toolInput(span) : undefined;
  if (isRecord(args)) {
    const written = args['cmd'] ?? args['command'] ?? args['commands'];
    const between = args['cmd'] === undefined && args['command'] === undefined ? '; ' : ' ';
    const parts = Array.isArray(written) ? written.map((part) => String(part).trim()).filter(Boolean) : [];
    const command = textOf(written) ?? textOf(parts.join(between));
    if (command !== undefined) return command;
  }
  return span.name.startsWith('exec ') ? span.name.slice(5).trim() : undefined;
}

function searchOf({ name, attributes }: Span): string | undefined {
  const known = firstText(attributes, searchKeys);
  if (known !== undefined) return known;
  const searches =
    /(^|[\s._:/-])(search|find|lookup|retriev(?:e|al))($|[\s._:/-])/i.test(name) ||
    Object.keys(attributes).some((key) => /(^|[._])(search|lookup|retriev(?:e|al))($|[._])/i.test(key));
  const query = textOf(attributes['query']);
  if (query !== undefined && searches) return query;
  return name.startsWith('search ') ? name.slice(7).replace(/^"|"$/g, '').trim() : undefined;
}
