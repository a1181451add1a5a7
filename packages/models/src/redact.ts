// What nobody may be shown or write down of an answer: secrets that we know, keys that look like keys, and, where asked
// for, personal data. It is taken out before the answer is judged, so that a replay is judged as the first run was.
import { removedSecret, type ModelProvider, type ModelReply } from '@pawl/core';
import { maskSecrets } from '@pawl/wire';

/** Shapes that only keys have. Each begins with what its issuer put there to be found by. */
const keyShapes: readonly RegExp[] = [
  /\bsk-(?:proj-|ant-|or-|lf-)?[A-Za-z0-9_-]{20,}/g,
  /\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36,}\b/g,
  /\bgithub_pat_[A-Za-z0-9_]{50,}\b/g,
  /\bglpat-[A-Za-z0-9_-]{20,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bAIza[A-Za-z0-9_-]{35}/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/g,
  /\bhf_[A-Za-z0-9]{30,}\b/g,
  /\bgsk_[A-Za-z0-9]{40,}\b/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g,
  /(?<=\bBearer\s)[A-Za-z0-9._~+/-]{20,}=*/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

export interface Redaction {
  readonly secrets: readonly string[];
  /** More that is taken out, for example of e-mail addresses; with the flag `g`. */
  readonly patterns?: readonly RegExp[];
}

/** @param instead what stands where a secret stood */
export function redactText(text: string, { secrets, patterns = [] }: Redaction, instead = '***'): string {
  let redacted = maskSecrets(text, secrets, instead);
  for (const shape of keyShapes) redacted = redacted.replace(shape, instead);
  for (const pattern of patterns) redacted = redacted.replace(pattern, '***');
  return redacted;
}

/** The same provider, whose answers hold none of it. */
export const redacting = (inner: ModelProvider, redaction: Redaction): ModelProvider => ({
  ...inner,
  complete: async (request) => {
    const answer = await inner.complete(request);
    return 'failure' in answer ? answer : redactReply(answer, redaction);
  },
});

/** Every text of the reply, wherever the model or a gateway put it. */
export function redactReply(reply: ModelReply, redaction: Redaction): ModelReply {
  const clean = (text: string) => redactText(text, redaction, removedSecret);
  const { toolCalls, gateway, route } = reply;
  return {
    ...reply,
    text: clean(reply.text),
    ...(toolCalls !== undefined && {
      toolCalls: toolCalls.map((call) => ({ ...call, name: clean(call.name), arguments: clean(call.arguments) })),
    }),
    ...(gateway !== undefined && {
      gateway: Object.fromEntries(Object.entries(gateway).map(([name, value]) => [name, clean(value)])),
    }),
    ...(route !== undefined && {
      route: {
        ...route,
        ...(route.model !== undefined && { model: clean(route.model) }),
        ...(route.deployment !== undefined && { deployment: clean(route.deployment) }),
      },
    }),
  };
}
