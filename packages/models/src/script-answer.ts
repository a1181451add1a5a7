// What users' code gives as a model's answer: a text, any value, or promptfoo's object with `output`.
import {
  scriptRequest,
  type ModelFailure,
  type ModelReply,
  type Script,
  type ScriptFile,
  type ScriptRunner,
} from '@pawl/core';
import { isMap, member, numberAt, textAt } from './json-member.ts';

/** What a suite's reader made of a file. */
export const isScriptFile = (value: unknown): value is ScriptFile =>
  isMap(value) && value['kind'] === 'script-file' && typeof value['source'] === 'string';

/** @param names what an inline script calls its arguments; a file's function gets them in this order */
export async function runScript(
  scripts: ScriptRunner,
  script: Script,
  names: Readonly<Record<string, unknown>>,
): Promise<{ readonly value: unknown } | ModelFailure> {
  const result = await scripts.run(scriptRequest(script, names));
  if ('value' in result) return result;
  const where = typeof script === 'string' ? 'the script' : script.file;
  return { failure: `${where} failed: ${result.failure}`, hint: 'Correct the script.' };
}

export function answerOf(value: unknown): Omit<ModelReply, 'reused'> | ModelFailure {
  const error = textAt(value, 'error');
  if (error !== undefined && error !== '')
    return { failure: error.slice(0, 300), hint: 'The script says so; correct it, or what it asks.' };
  const wrapped = isMap(value) && Object.hasOwn(value, 'output');
  const output = wrapped ? value['output'] : value;
  if (output === undefined || output === null)
    return { failure: 'the script gave no answer', hint: 'Return a text, or an object with "output".' };
  const answer = typeof output === 'string' ? { text: output } : { text: JSON.stringify(output), json: true };
  if (!wrapped) return answer;
  const promptTokens = numberAt(value, 'tokenUsage', 'prompt');
  const completionTokens = numberAt(value, 'tokenUsage', 'completion');
  const costUsd = numberAt(value, 'cost');
  const latencyMs = numberAt(value, 'latencyMs');
  const finishReason = textAt(value, 'finishReason');
  return {
    ...answer,
    ...(promptTokens !== undefined && completionTokens !== undefined && { usage: { promptTokens, completionTokens } }),
    ...(costUsd !== undefined && { costUsd }),
    ...(latencyMs !== undefined && { latencyMs }),
    ...(finishReason !== undefined && { finishReason }),
    ...(member(value, 'isRefusal') === true && { refused: true }),
  };
}

const path = /^(json|text|data|\$)((?:\??\.[A-Za-z_$][\w$]*|(?:\?\.)?\[(?:\d+|'[^']*'|"[^"]*")\])*)$/;

/**
 * `json.choices[0].message.content`, `$.answer`, `text`: read without a script engine.
 * @returns undefined when the expression is more than a path
 */
export function readPath(expression: string, json: unknown, text: string): { readonly value: unknown } | undefined {
  const [, root, rest = ''] = path.exec(expression.trim()) ?? [];
  if (root === undefined) return undefined;
  let value: unknown = root === 'text' ? text : json;
  for (const [, name, index, one, two] of rest.matchAll(
    /\??\.?(?:([A-Za-z_$][\w$]*)|\[(?:(\d+)|'([^']*)'|"([^"]*)")\])/g,
  ))
    value = member(value, name ?? index ?? one ?? two ?? '');
  return { value };
}
