// What differs between two versions of a prompt, part by part.
import { canonicalJson } from '../formats/canonical.ts';
import type { EvalPrompt } from '../formats/eval-suite.ts';
import type { Column } from './columns.ts';

const gatewayPart = 'gateway configuration';

/** "model", "message 2 (user)", "temperature 0 → 0.7", …; empty when a model is told the same. */
export function changedParts(before: Column, after: Column): readonly string[] {
  const parts: string[] = [];
  if (before.request.model !== after.request.model)
    parts.push(`model ${before.request.model} → ${after.request.model}`);
  parts.push(...changedTexts(before.compiled.prompt, after.compiled.prompt));
  const { parameters: oldParameters, responseFormat: oldFormat, tools: oldTools } = before.request;
  const { parameters, responseFormat, tools } = after.request;
  for (const name of [...new Set([...Object.keys(oldParameters), ...Object.keys(parameters)])].sort()) {
    const [old, now] = [oldParameters[name], parameters[name]].map((value) =>
      value === undefined ? 'not set' : JSON.stringify(value),
    );
    if (old !== now) parts.push(`${name} ${old} → ${now}`);
  }
  if (canonicalJson(oldFormat) !== canonicalJson(responseFormat)) parts.push('response format');
  if (canonicalJson(oldTools) !== canonicalJson(tools)) parts.push('tools');
  if (before.gateway?.digest !== after.gateway?.digest) parts.push(gatewayPart);
  return parts;
}

/** Whether the gateway's configuration is all that changed. */
export const onlyGateway = (before: Column | undefined, after: Column): boolean =>
  before !== undefined && changedParts(before, after).join() === gatewayPart;

function changedTexts({ body: before }: EvalPrompt, { body: after }: EvalPrompt): readonly string[] {
  if (before.kind === 'text' || after.kind === 'text')
    return canonicalJson(before) === canonicalJson(after) ? [] : ['prompt'];
  const parts: string[] = [];
  const longest = Math.max(before.messages.length, after.messages.length);
  for (let index = 0; index < longest; index++) {
    const old = before.messages[index];
    const now = after.messages[index];
    const name = `message ${index + 1} (${(now ?? old)?.role})`;
    if (old === undefined) parts.push(`${name} added`);
    else if (now === undefined) parts.push(`${name} removed`);
    else if (canonicalJson(old) !== canonicalJson(now)) parts.push(name);
  }
  return parts;
}
