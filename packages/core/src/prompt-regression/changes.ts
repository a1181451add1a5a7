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
  if (canonicalJson(reached(before)) !== canonicalJson(reached(after))) parts.push('provider');
  if (before.gateway?.digest !== after.gateway?.digest) parts.push(gatewayPart);
  return parts;
}

/** Who answers and what becomes of it, beside model and parameters. Behind a gateway under test the address is ours. */
function reached({ provider: { kind, config, transform }, gateway }: Column): object {
  const { baseUrl, apiBaseUrl, headers, apiVersion } = config;
  const asksModel = kind === 'openai' || kind === 'openai-completion' || kind === 'anthropic';
  if (!asksModel) return { kind, config, transform };
  return gateway === undefined ? { kind, baseUrl, apiBaseUrl, headers, apiVersion, transform } : { kind, transform };
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
    if (old === undefined || now === undefined) {
      const how = old === undefined ? 'added' : 'removed';
      // Behind the end of one side nothing else can come.
      parts.push(
        index + 1 === longest
          ? `${name} ${how}`
          : `messages ${index + 1} ${longest === index + 2 ? 'and' : 'to'} ${longest} ${how}`,
      );
      break;
    }
    if (canonicalJson(old) !== canonicalJson(now)) parts.push(name);
  }
  return parts;
}
