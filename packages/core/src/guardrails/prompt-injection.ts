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
const rules = String.raw`(?:instructions?|prompts?|rules?|guidelines?|directions?|commands?|context|constraints?|programming|training|safeguards?|restrictions?|orders?|directives?|ruleset)`;
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
    0.7,
    /\b(?:ignore|disregard|forget|delete) (?:all |any |everything |anything )?(?:of )?(?:the |this |these |your )?(?:above|previous|prior|preceding|earlier|foregoing)(?: (?:text|sentences?|messages?|conversations?|inputs?|requests?|tasks?|assignments?|chats?|questions?|information|data|conditions?)\b|[^\w ,]|,? and\b| ?$)/,
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
    0.7,
    /\bdo anything now\b|\bimmerse yourself in(?:to)? the role\b|\bbroken free (?:of|from) the (?:[\w-]{1,20} ){0,2}confines\b|\b(?:override|jailbreak|jailbroken|unrestricted|no[- ]limits?) mode\b|\bopposite mode\b/,
  ],
  [
    'takes on a role without rules',
    0.55,
    /\b(?:amoral|unethical|immoral|uncensored|unfiltered|unhinged|unrestricted|jailbroken) (?:and (?:[\w-]{1,20}) )?(?:ai|a\.i\.|assistants?|chat ?bots?|bots?|language models?|models?|responses?|answers?|version of (?:yourself|chatgpt|an? ai))\b/,
  ],
  [
    'takes on a role without rules',
    0.55,
    /\b(?:openai|anthropic|google|meta|microsoft)(?:'s)? (?:[\w-]{1,20} ){0,2}(?:polic(?:y|ies)|guidelines|restrictions|rules|moderation|filters?) (?:[\w'-]{1,20} ){0,3}(?:do not|don't|no longer|does not|doesn't|are not) (?:apply|matter|exist|count)|\b(?:do not|don't|doesn't|does not|without|never|not) (?:care about|follow|following|obey|obeying|comply with|bound by|restricted by) (?:any |the |all )?(?:openai|anthropic|google|content|ethical|moral)\b/,
  ],
  [
    'takes on a role without rules',
    0.5,
    /\b(?:never|not|cannot|can't|don't|won't|must not) (?:ever )?(?:refuse|reject|decline) (?:to answer|any|a|an|requests?|anything|my|the user|what|to (?:do|respond|provide))\b|\b(?:no|without|lacks?|lacking|free of|free from) (?:any |all )?(?:moral|morals|ethics|ethical|remorse|censorship)\b|\bfree of all (?:restrictions|filters)\b/,
  ],
  [
    'takes on a role without rules',
    0.3,
    /\b(?:stay|remain|keep) in character\b|\b(?:do not|don't|never) break (?:out of )?character\b|\bfrom now on,? you(?:'re| are| will| must)\b/,
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
    0.6,
    new RegExp(
      String.raw`\b(?:reveal|show|print|repeat|output|display|return|list|recite|summari[sz]e|explain|translate|rephrase|paraphrase|reply back with|tell me|give me|write) ${gap}(?:(?:your|my|the|all|these|those) (?:entire |full |exact |additional |above |previous |prior |preceding |earlier |out of date ){1,2}(?:instructions?|prompts?|rules|directives|guidelines)|(?:instructions?|prompts?|rules|guidelines|directives) (?:so far|(?:given )?to (?:me|you)|(?:listed |given |written )?above|prior to|you (?:were|have been|are) (?:given|told|informed)|with which you))\b`,
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
  [
    'forges the end of the instructions',
    0.6,
    /(?:%%%|===|###|---|\*\*\*|\[\[|<<|\u{1f47d})\s?\/?(?:the )?end (?:of )?(?:[\w-]{1,20} ){0,4}(?:inputs?|prompts?|instructions?|conditions?|attempts?|ambiguity|messages?|rules)\b/u,
  ],
  [
    'asks for a secret',
    0.45,
    /\b(?:what(?:'s| is)|tell me|give me|reveal|share|show me|print|say|output|write|repeat|spell|send me|append) (?:[\w'-]{1,20} ){0,3}(?:the|your|that) (?:[\w'-]{1,20} ){0,2}(?:passwords?|passphrases?|passcodes?|pass phrase|secret (?:key|code|word|phrase)|access (?:key|code)s?|confidential string)\b/,
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
  if (isFlood(line)) note('floods the context with repeats', 0.5);
  for (const decoded of hiddenTexts(text))
    if (phrases.some(([, , pattern]) => pattern.test(decoded))) note('orders in a hidden or encoded text', 0.9);
  for (const { kind, count } of findInvisible(text)) note(...invisibleSign(kind, count));
  const signs = [...found].map(([sign, weight]) => ({ sign, weight })).toSorted((a, b) => b.weight - a.weight);
  return { score: 1 - signs.reduce((left, { weight }) => left * (1 - weight), 1), signs };
}

/** Hundreds of the same piece, which push the instructions out of a model's sight. Lines of tables are none. */
function isFlood(line: string): boolean {
  const counts = new Map<string, number>();
  let pieces = 0;
  for (const [piece] of line.slice(0, 20_000).matchAll(/[^\s|:=_-]{1,24}/g)) {
    pieces++;
    counts.set(piece, (counts.get(piece) ?? 0) + 1);
  }
  const most = [...counts.values()].toSorted((a, b) => b - a).slice(0, 3);
  return pieces >= 200 && most.reduce((sum, count) => sum + count, 0) > 0.8 * pieces;
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
