// What a recording must not hold: secrets that we know, keys that look like keys, and, where asked for, personal data.
import type { ModelReply } from '@pawl/core';
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

export function redactText(text: string, { secrets, patterns = [] }: Redaction): string {
  let redacted = maskSecrets(text, secrets);
  for (const shape of [...keyShapes, ...patterns]) redacted = redacted.replace(shape, '***');
  return redacted;
}

/** The reply as it may be written down: every text in it, wherever the model or a gateway put it. */
export function redactReply(reply: ModelReply, redaction: Redaction): ModelReply {
  const clean = (text: string) => redactText(text, redaction);
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
