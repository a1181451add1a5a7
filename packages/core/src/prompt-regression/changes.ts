// What differs between two versions of a prompt, part by part.
import { canonicalJson } from '../formats/canonical.ts';
import type { Side } from './plan.ts';

/** "model", "message 2 (user)", "temperature 0 → 0.7", …; empty when a model is told the same. */
export function changedParts(before: Side, after: Side): readonly string[] {
  const parts: string[] = [];
  if (before.model !== after.model) parts.push(`model ${before.model} → ${after.model}`);
  const longest = Math.max(before.prompt.messages.length, after.prompt.messages.length);
  for (let index = 0; index < longest; index++) {
    const old = before.prompt.messages[index];
    const now = after.prompt.messages[index];
    const name = `message ${index + 1} (${(now ?? old)?.role})`;
    if (old === undefined) parts.push(`${name} added`);
    else if (now === undefined) parts.push(`${name} removed`);
    else if (old.role !== now.role || old.content !== now.content) parts.push(name);
  }
  const { parameters: oldParameters, responseFormat: oldFormat } = before.request;
  const { parameters, responseFormat } = after.request;
  for (const name of [...new Set([...Object.keys(oldParameters), ...Object.keys(parameters)])].sort()) {
    const [old, now] = [oldParameters[name], parameters[name]].map((value) =>
      value === undefined ? 'not set' : JSON.stringify(value),
    );
    if (old !== now) parts.push(`${name} ${old} → ${now}`);
  }
  if (canonicalJson(oldFormat) !== canonicalJson(responseFormat)) parts.push('response format');
  return parts;
}
