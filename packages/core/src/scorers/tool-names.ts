// Which tools an answer calls, in the shapes that OpenAI, Anthropic and Google give, as values or as text.
import { jsonBlocks } from './json-blocks.ts';
import { isNestedTooDeeply } from './json-size.ts';
import { isRecord } from './verdicts.ts';

export type ToolNames = { readonly names: ReadonlySet<string> } | { readonly failure: string };

export function toolNamesIn(output: unknown): ToolNames {
  if (typeof output !== 'string') return { names: new Set(namesIn(output)) };
  if (isNestedTooDeeply(output)) return { failure: 'the answer is nested too deeply' };
  try {
    return toolNamesInValue(JSON.parse(output));
  } catch {
    const found = jsonBlocks(output);
    return 'failure' in found ? found : { names: new Set(found.values.flatMap(namesIn)) };
  }
}

/** A JSON text may hold another one. */
const toolNamesInValue = (value: unknown): ToolNames =>
  typeof value === 'string' ? toolNamesIn(value) : { names: new Set(namesIn(value)) };

function namesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(nameOfItem);
  if (!isRecord(value)) return [];
  if (Array.isArray(value['tool_calls']))
    return value['tool_calls'].flatMap((call) =>
      isRecord(call) ? [...nameIn(call['function']), ...nameIn(call)] : [],
    );
  if (isBlock(value, 'tool_use') || isBlock(value, 'function_call')) return nameIn(value);
  if (isRecord(value['functionCall'])) return nameIn(value['functionCall']);
  const calls = isRecord(value['toolCall']) ? value['toolCall']['functionCalls'] : undefined;
  return Array.isArray(calls) ? calls.flatMap(nameIn) : [];
}

function nameOfItem(item: unknown): readonly string[] {
  if (!isRecord(item)) return [];
  if (isBlock(item, 'tool_use')) return nameIn(item);
  if (isRecord(item['functionCall'])) return nameIn(item['functionCall']);
  const inFunction = nameIn(item['function']);
  return inFunction.length > 0 ? inFunction : nameIn(item);
}

const isBlock = (value: Readonly<Record<string, unknown>>, type: string): boolean =>
  value['type'] === type && typeof value['name'] === 'string';

const nameIn = (value: unknown): readonly string[] =>
  isRecord(value) && typeof value['name'] === 'string' ? [value['name']] : [];
