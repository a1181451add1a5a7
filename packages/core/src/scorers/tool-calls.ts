// Scorers of tool calls: whether they fit the tools that the request had, and which tools were called.
import { readJsonSchema } from './json-schema.ts';
import type { ScoredAnswer, ScoreFailure, ScoreRequest, Scorer, ScorerTable } from './scorer.ts';
import { toolNamesIn } from './tool-names.ts';
import { badValue, cannotTell, isRecord, yesOrNo } from './verdicts.ts';

interface Call {
  readonly name: string;
  readonly arguments: unknown;
}

interface Definition {
  readonly name: string;
  readonly parameters: unknown;
}

const noTools = (type: string): ScoreFailure =>
  cannotTell(`"${type}" needs the tools that the request had, and it had none`, 'Give the tools to the provider.');

const validCalls =
  (type: string, callsOf: (answer: ScoredAnswer) => readonly Call[] | undefined): Scorer =>
  (request) => {
    const { negated } = request.assertion;
    const definitions = definitionsOf(request);
    if (definitions.length === 0) return noTools(type);
    const calls = callsOf(request.answer);
    if (calls === undefined || calls.length === 0)
      return yesOrNo(false, negated, () => 'The answer has no tool call of the expected shape.');
    for (const call of calls) {
      const wrong = wrongWith(call, definitions);
      if (typeof wrong === 'object') return wrong;
      if (wrong !== undefined) return yesOrNo(false, negated, () => wrong);
    }
    return yesOrNo(true, negated, () => 'All tool calls fit their tools.');
  };

/** OpenAI's tools, or functions as they were before there were tools. */
function definitionsOf({ tools = [] }: ScoreRequest): readonly Definition[] {
  return tools.flatMap((tool) => {
    const written = tool['type'] === 'function' && isRecord(tool['function']) ? tool['function'] : tool;
    const name = written['name'];
    return typeof name === 'string' ? [{ name, parameters: written['parameters'] }] : [];
  });
}

function wrongWith(call: Call, definitions: readonly Definition[]): string | ScoreFailure | undefined {
  const definition = definitions.find(({ name }) => name === call.name);
  if (definition === undefined) return `"${call.name}" was called, and there is no tool of that name.`;
  if (!isRecord(definition.parameters)) return `"${call.name}" was called, and its tool declares no parameters.`;
  const given = parsedArguments(call.arguments);
  if (given === undefined) return `The arguments for "${call.name}" are no JSON.`;
  const schema = readJsonSchema(definition.parameters);
  const verdict = 'failure' in schema ? schema : schema.check(given.value);
  if ('failure' in verdict) return cannotTell(`tool "${call.name}": ${verdict.failure}`, 'Correct its parameters.');
  return verdict.wrong === undefined ? undefined : `The arguments for "${call.name}" are wrong: ${verdict.wrong}.`;
}

function parsedArguments(given: unknown): { readonly value: unknown } | undefined {
  if (typeof given !== 'string') return { value: given };
  try {
    return { value: JSON.parse(given) as unknown };
  } catch {
    return undefined;
  }
}

/** Calls as the provider gave them, else as they stand in the output. */
function toolCalls({ output, toolCalls: given }: ScoredAnswer): readonly Call[] | undefined {
  if (given !== undefined && given.length > 0) return given;
  const listed = isRecord(output) ? output['tool_calls'] : output;
  if (!Array.isArray(listed)) return undefined;
  const calls = listed.map((item: unknown) => writtenCall(isRecord(item) ? item['function'] : undefined));
  return calls.every((call) => call !== undefined) ? calls : undefined;
}

function functionCalls({ output, toolCalls: given }: ScoredAnswer): readonly Call[] | undefined {
  if (given !== undefined && given.length > 0) return given;
  const call = writtenCall(isRecord(output) && 'function_call' in output ? output['function_call'] : output);
  return call === undefined ? undefined : [call];
}

function writtenCall(value: unknown): Call | undefined {
  if (!isRecord(value)) return undefined;
  const { name, arguments: given } = value;
  return typeof name === 'string' && typeof given === 'string' ? { name, arguments: given } : undefined;
}

/** F1 of the sets of tools called and expected; order and repetition do not matter, and `not-` keeps the score. */
const toolCallF1: Scorer = ({ assertion: { value, negated, threshold = 1 }, answer }) => {
  const list = typeof value === 'string' ? value.split(',') : value;
  const expected = new Set(Array.isArray(list) ? list.map((name) => String(name).trim()).filter(Boolean) : []);
  if (expected.size === 0) return badValue('tool-call-f1', 'names of tools, as a list or with commas between them,');
  const given = answer.toolCalls;
  const found =
    given !== undefined && given.length > 0
      ? { names: new Set(given.map(({ name }) => name)) }
      : toolNamesIn(answer.output);
  if ('failure' in found) return cannotTell(found.failure, 'Ask for less text around the calls.');
  const right = [...expected].filter((name) => found.names.has(name)).length;
  const precision = found.names.size === 0 ? 0 : right / found.names.size;
  const recall = right / expected.size;
  const score = right === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  const called = [...found.names].toSorted().slice(0, 20).join(', ') || 'none';
  return {
    pass: score >= threshold !== negated,
    score,
    reason: `F1 is ${score.toFixed(3)}; expected ${[...expected].toSorted().join(', ')}, called ${called}.`,
  };
};

export const toolCallScorers: ScorerTable = new Map([
  ['is-valid-openai-tools-call', validCalls('is-valid-openai-tools-call', toolCalls)],
  ['is-valid-openai-function-call', validCalls('is-valid-openai-function-call', functionCalls)],
  ['is-valid-function-call', validCalls('is-valid-function-call', functionCalls)],
  ['tool-call-f1', toolCallF1],
]);
