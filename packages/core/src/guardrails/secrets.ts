// Keys and passwords in a text. Issuers mark their keys so that they can be found; the rest is found by the name before
// it and by how random it looks. Places that obviously hold no secret (`YOUR_API_KEY`, `${TOKEN}`) are no findings.
import { removedSecret } from '../ports/model-provider.ts';
import type { Finding } from './recognizer.ts';

interface SecretPattern {
  readonly type: string;
  /** Global; starts at a token's edge, repeats boundedly. The group `secret` is the secret, or all of it. */
  readonly pattern: RegExp;
  readonly valid?: (secret: string) => boolean;
}

/** What was taken out of an answer was there; of which kind it was, nobody knows any more. */
const removed = 'removed-secret';

const patterns: readonly SecretPattern[] = [
  { type: removed, pattern: new RegExp(removedSecret.replace(/[[\]]/g, '\\$&'), 'g') },
  { type: 'aws-access-key', pattern: /(?<![\w/+])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?!\w)/g },
  {
    type: 'aws-secret-key',
    pattern: /aws.{0,20}?(?:secret|sk).{0,20}?["'=:\s](?<secret>[A-Za-z0-9/+]{40})(?![\w/+=])/gi,
    valid: (secret) => entropy(secret) > 3.5,
  },
  { type: 'github-token', pattern: /(?<!\w)(?:gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_\w{22}_\w{59})(?!\w)/g },
  { type: 'gitlab-token', pattern: /(?<!\w)gl(?:pat|dt|rt|cbt|ptt|soat)-[\w-]{20,64}(?![\w-])/g },
  { type: 'slack-token', pattern: /(?<!\w)xox[abeoprs]-(?:\d+-)?[A-Za-z0-9-]{10,200}(?![\w-])/g },
  {
    type: 'slack-webhook',
    pattern: /https:\/\/hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9+/]{40,90}/g,
  },
  { type: 'google-api-key', pattern: /(?<!\w)AIza[\w-]{35}(?![\w-])/g },
  { type: 'google-oauth-token', pattern: /(?<!\w)(?:ya29\.[\w-]{20,300}|GOCSPX-[\w-]{28})(?![\w-])/g },
  { type: 'stripe-key', pattern: /(?<!\w)(?:[sr]k_(?:live|test|prod)|whsec)_[A-Za-z0-9]{16,247}(?!\w)/g },
  { type: 'anthropic-key', pattern: /(?<!\w)sk-ant-[\w-]{20,200}(?![\w-])/g },
  { type: 'openai-key', pattern: /(?<!\w)sk-(?!ant-)(?:proj-|svcacct-|admin-)?[\w-]{20,200}(?![\w-])/g },
  { type: 'hugging-face-token', pattern: /(?<!\w)(?:hf|api_org)_[A-Za-z]{34}(?!\w)/g },
  { type: 'npm-token', pattern: /(?<!\w)npm_[A-Za-z0-9]{36}(?!\w)/g },
  { type: 'pypi-token', pattern: /(?<!\w)pypi-AgE[\w-]{50,1000}(?![\w-])/g },
  { type: 'sendgrid-key', pattern: /(?<!\w)SG\.[\w-]{22}\.[\w-]{43}(?![\w-])/g },
  { type: 'twilio-key', pattern: /(?<!\w)SK[0-9a-f]{32}(?!\w)/g },
  { type: 'databricks-token', pattern: /(?<!\w)dapi[0-9a-f]{32}(?:-\d)?(?!\w)/g },
  { type: 'digitalocean-token', pattern: /(?<!\w)do[opr]_v1_[0-9a-f]{64}(?!\w)/g },
  { type: 'telegram-token', pattern: /(?<!\w)\d{8,10}:AA[\w-]{33}(?![\w-])/g },
  { type: 'azure-storage-key', pattern: /AccountKey=(?<secret>[A-Za-z0-9+/]{86}==)/g },
  {
    type: 'private-key',
    pattern:
      /-----BEGIN (?:[A-Z]{2,10} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:[^-]{40,20000}-----END [A-Z ]{0,40}-----)?/g,
  },
  {
    type: 'json-web-token',
    pattern: /(?<![\w.-])eyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{20,1000}(?![\w-])/g,
  },
  {
    type: 'url-with-password',
    pattern: /(?<!\w)[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/"']{0,64}:(?<secret>[^\s@/"']{3,128})@[\w.-]{1,200}/gi,
  },
  {
    type: 'bearer-token',
    pattern: /(?<!\w)bearer\s{1,4}(?<secret>[\w.~+/-]{20,2000}=*)/gi,
    valid: (secret) => entropy(secret) > 3.5,
  },
  {
    type: 'named-secret',
    pattern:
      /(?<![A-Za-z])(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|client[_-]?secret|auth[_-]?token|private[_-]?key)["']?\s{0,3}(?:=>|:=|=|:)\s{0,3}["'`]?(?<secret>[^\s"'`,;<>{}()]{8,200})/gi,
    valid: (secret) => looksRandom(secret),
  },
];

export const secretTypes: readonly string[] = [...new Set(patterns.map(({ type }) => type))].toSorted();

/** In order of the text, none over another; an issuer's mark counts before a name. */
export function findSecrets(text: string, options: { readonly types?: readonly string[] } = {}): readonly Finding[] {
  const found: Finding[] = [];
  for (const { type, pattern, valid } of patterns) {
    if (type !== removed && options.types !== undefined && !options.types.includes(type)) continue;
    for (const match of text.matchAll(pattern)) {
      const secret = match.groups?.secret ?? match[0];
      if ((type !== removed && isPlaceholder(secret)) || valid?.(secret) === false) continue;
      const start = match.index + match[0].lastIndexOf(secret);
      found.push({ type, start, end: start + secret.length, confidence: 1 });
    }
  }
  return withoutOverlaps(found);
}

function withoutOverlaps(found: readonly Finding[]): readonly Finding[] {
  // Sorting keeps the order of the patterns where findings start together.
  const sorted = found.toSorted((a, b) => a.start - b.start);
  const kept: Finding[] = [];
  for (const finding of sorted) if (finding.start >= (kept.at(-1)?.end ?? 0)) kept.push(finding);
  return kept;
}

/** Bits for each character: what Shannon needs to tell them apart. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Digits and letters mixed, and no character often: a word is none, a hash is. */
const looksRandom = (secret: string): boolean =>
  /\d/.test(secret) && /[A-Za-z]/.test(secret) && entropy(secret) > (secret.length >= 20 ? 3.5 : 2.7);

const isPlaceholder = (secret: string): boolean =>
  /example|placeholder|your[_-]|changeme|redacted|dummy|sample|xxxx|\*\*\*|\.\.\.|…|12345678|abcdefgh|^[<$%{[]|^env\.|process\.env|^(.)\1+$/i.test(
    secret,
  );
