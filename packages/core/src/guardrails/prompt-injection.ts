// Signs that a text gives orders to a model: phrases that override instructions, forged turns of a chat, ways to carry
// data out, and what hides them. Heuristics: they miss what is worded freshly, and each says how much it is worth.
import { findInvisible, visible } from './invisible.ts';

export interface InjectionSign {
  readonly sign: string;
  /** 0 to 1: how likely it means harm by itself. */
  readonly weight: number;
}

export interface InjectionVerdict {
  /** 1 − Π(1 − weight): independent signs add up, none alone is certainty. */
  readonly score: number;
  readonly signs: readonly InjectionSign[];
}

/** Up to four words between two that matter. */
const gap = String.raw`(?:[\w'’-]{1,20}[ ,]){0,4}`;
const rules = String.raw`(?:instructions?|prompts?|rules?|guidelines?|directions?|commands?|context|constraints?|programming|training|safeguards?|restrictions?)`;
const earlier = String.raw`(?:previous|prior|above|earlier|preceding|foregoing|initial|original|existing|all|any|your|system|these|those)`;

const phrases: readonly (readonly [string, number, RegExp])[] = [
  [
    'overrides instructions',
    0.8,
    new RegExp(
      String.raw`\b(?:ignore|disregard|forget|override|bypass|neglect|skip|drop|discard) ${gap}${earlier} ${gap}${rules}\b`,
    ),
  ],
  [
    'overrides instructions',
    0.8,
    /\b(?:ignore|disregard|forget) (?:everything|all|anything)(?: of)?(?: that)? (?:you (?:were|have been) told|(?:i|we|they) (?:said|told)|before|above|prior)/,
  ],
  [
    'overrides instructions',
    0.6,
    new RegExp(
      String.raw`\b(?:do not|don't|never|stop) (?:follow|obey|adhere|comply|listen|following|obeying)${' '}${gap}${rules}\b`,
    ),
  ],
  [
    'overrides instructions',
    0.8,
    /\b(?:ignorier\w{0,3}|vergiss|vergessen sie|missachte) (?:[\p{L}]{1,20} ){0,4}(?:anweisung|instruktion|regel|vorgabe|befehl)/u,
  ],
  [
    'overrides instructions',
    0.8,
    /\b(?:ignor\w{1,4}|oubli\w{1,4}) (?:[\p{L}]{1,20} ){0,4}(?:instructions?|consignes?|règles?|directives?)/u,
  ],
  [
    'overrides instructions',
    0.8,
    /\b(?:ignor\w{1,4}|olvid\w{1,4}|esquec\w{1,4}|dimentic\w{1,4}) (?:[\p{L}]{1,20} ){0,4}(?:instruccion|instruç|istruzion|reglas|regras|regole|indicacion)/u,
  ],
  [
    'overrides instructions',
    0.8,
    /(?:忽略|无视|忘记|忽視)(?:.{0,8})(?:指令|指示|提示|规则)|(?:以前|上記|これまで|前)の(?:指示|命令|ルール)を(?:無視|忘れ)|(?:игнорируй|забудь)(?:те)?(?: [\p{L}]{1,20}){0,4} (?:инструкци|правил|указани)/u,
  ],
  [
    'takes on a role without rules',
    0.7,
    /\b(?:you are|you're|act as|become|pretend (?:to be|you are)|roleplay as|simulate) (?:now |going to be )?(?:an? )?(?:[\w'-]{1,20} ){0,3}(?:dan|stan|jailbroken|unrestricted|uncensored|unfiltered|evil|amoral|developer mode|god mode|do anything now)\b/,
  ],
  [
    'takes on a role without rules',
    0.6,
    /\b(?:developer|debug|god|sudo|admin|maintenance|dan|jailbreak) mode (?:is )?(?:now )?(?:enabled|activated|on|unlocked|engaged)\b|\b(?:enable|enter|activate|switch to) (?:developer|god|sudo|dan|jailbreak|unrestricted) mode\b/,
  ],
  [
    'takes on a role without rules',
    0.5,
    /\b(?:without|no longer (?:bound|limited|restricted) by|free from|not bound by|have no) (?:any |your |all )?(?:[\w'-]{1,20} ){0,2}(?:restrictions?|filters?|censorship|guidelines|safety rules|ethical (?:rules|guidelines|constraints)|content polic\w{1,3})\b/,
  ],
  [
    'takes on a role without rules',
    0.45,
    /\byou are now (?:an? |the )?(?!able\b|ready\b|connected\b|subscribed\b|logged\b|in\b|on\b|at\b|free\b|registered\b)[\w'-]{1,20}/,
  ],
  [
    'asks for the system prompt',
    0.7,
    new RegExp(
      String.raw`\b(?:reveal|show|print|repeat|output|display|tell me|give me|leak|expose|dump|write out|recite|what (?:is|are|was|were)) ${gap}(?:(?:system|hidden|secret|initial|original|developer|internal|confidential) (?:prompts?|instructions?|messages?|rules|configuration)|your (?:prompts?|instructions?|rules|guidelines))\b`,
    ),
  ],
  [
    'asks for the system prompt',
    0.7,
    /\b(?:repeat|print|output|copy) (?:[\w'-]{1,20} ){0,3}(?:words|text|everything|all) (?:[\w'-]{1,20} ){0,2}(?:above|before this|verbatim)\b/,
  ],
  [
    'forges a turn of the chat',
    0.7,
    /<\|(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|eot_id)\|>|\[\/?inst\]|<<\/?sys>>|<\/?(?:system|system_prompt|assistant|instructions?)>/,
  ],
  [
    'forges a turn of the chat',
    0.5,
    /(?:^|\n)\s{0,4}(?:#{1,4} ?)?(?:system|assistant|developer)(?: (?:prompt|message|instruction|override|note))?(?: ?:|\])\s/,
  ],
  [
    'forges an authority',
    0.5,
    /\b(?:new|updated|important|urgent|revised|real) (?:system )?(?:instructions?|directives?|orders)(?: ?:| (?:are|follow|from (?:the )?(?:admin|developer|openai|anthropic|google)))|\b(?:message|note|instruction) (?:from|by) (?:the )?(?:system|admin(?:istrator)?|developers?|openai|anthropic)\b/,
  ],
  ['carries data out', 0.6, /!\[[^\][\n]{0,100}\]\(https?:\/\/[^)\s]{1,300}[?&][\w-]{1,40}=(?:[^)\s]{0,300}|\{)/],
  [
    'carries data out',
    0.6,
    /\b(?:send|post|forward|upload|exfiltrate|email|transmit|leak) (?:[\w'-]{1,20} ){0,6}(?:to )(?:https?:\/\/|[\w.-]{1,40}@|(?:my|this|the following|an external) (?:server|url|webhook|endpoint))/,
  ],
  [
    'hides what it does',
    0.5,
    /\b(?:do not|don't|never) (?:tell|inform|mention|notify|alert|warn|reveal)(?: this| it| that| anything)?(?: to)? (?:the )?(?:user|human|anyone|operator|customer)\b|\bwithout (?:telling|informing|notifying|alerting) (?:the )?(?:user|human|anyone)\b/,
  ],
  [
    'makes the answer begin a certain way',
    0.3,
    /\b(?:start|begin|respond|reply|answer) (?:your (?:response|reply|answer) )?(?:with|by saying|only with) (?:the (?:words?|phrase|text) )?["“'](?:sure|absolutely|yes|of course|i have been|hacked|pwned)/,
  ],
];

/** Above it the scorer fails. One strong sign, or two weak ones. */
export const injectionThreshold = 0.5;

export function findInjection(text: string): InjectionVerdict {
  const seen = visible(text).toLowerCase();
  const flat = seen.replaceAll(/[^\S\n]+/g, ' ');
  // Phrases go over line breaks, forged turns begin at them.
  const line = seen.replaceAll(/\s+/g, ' ').replaceAll(/[’‘]/g, "'");
  const found = new Map<string, number>();
  const note = (sign: string, weight: number): void => {
    found.set(sign, Math.max(weight, found.get(sign) ?? 0));
  };
  for (const [sign, weight, pattern] of phrases) if (pattern.test(line) || pattern.test(flat)) note(sign, weight);
  for (const decoded of hiddenTexts(text))
    if (phrases.some(([, , pattern]) => pattern.test(decoded))) note('orders in a hidden or encoded text', 0.9);
  for (const { kind, count } of findInvisible(text)) note(...invisibleSign(kind, count));
  const signs = [...found].map(([sign, weight]) => ({ sign, weight })).toSorted((a, b) => b.weight - a.weight);
  return { score: 1 - signs.reduce((left, { weight }) => left * (1 - weight), 1), signs };
}

function invisibleSign(kind: string, count: number): [string, number] {
  if (kind === 'tags' || kind === 'variation-selectors')
    return ['text in characters that nobody sees', count > 3 ? 0.9 : 0.4];
  if (kind === 'bidi') return ['marks that turn text around', 0.4];
  return ['zero-width characters', count > 3 ? 0.3 : 0.1];
}

/** What invisible characters spell, and what long Base64 decodes to. */
function* hiddenTexts(text: string): Generator<string> {
  for (const { hidden } of findInvisible(text)) if (hidden !== undefined) yield hidden.toLowerCase();
  let decodings = 0;
  for (const [encoded] of text.matchAll(/(?<![\w+/=])[A-Za-z0-9+/]{24,4000}={0,2}(?![\w+/])/g)) {
    if (decodings++ >= 50) return;
    const decoded = decodeBase64(encoded);
    if (decoded !== undefined) yield decoded.toLowerCase();
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Undefined when it is no text. */
function decodeBase64(encoded: string): string | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const character of encoded.replaceAll('=', '')) {
    held = (held << 6) | alphabet.indexOf(character);
    bits += 6;
    if (bits >= 8) bytes.push((held >> (bits -= 8)) & 255);
    held &= (1 << bits) - 1;
  }
  const text = new TextDecoder().decode(Uint8Array.from(bytes));
  return /[^\P{Cc}\n\r\t]|\ufffd/u.test(text) ? undefined : text;
}
