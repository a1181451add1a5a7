// Texts to token ids, by the `tokenizer.json` that is published with a model: cut as Hugging Face's tokenizers cut.
import { Tokenizer } from '@huggingface/tokenizers';
import { listAt, member, textAt } from '../json-member.ts';

export type ToTokens = (text: string) => readonly number[];

/** Longer texts are cut long before their end, whatever they are made of. */
const mostCharacters = 500_000;

/**
 * Content is cut, special tokens are kept, so that the ids are never more than `maxTokens`.
 * @param json of `tokenizer.json`
 * @throws Error when it describes no tokenizer that is known
 */
export function tokenizerOf(json: object, config: object, maxTokens: number): ToTokens {
  const tokenizer = new Tokenizer(json, config);
  const { before, after } = specialTokens(tokenizer);
  const room = Math.max(0, maxTokens - before.length - after.length);
  const corrected = correctionsFor(member(json, 'normalizer'));
  const fromLeft = textAt(json, 'truncation', 'direction') === 'Left';
  return (text) => {
    // Half a pair of surrogates is no character, and no file can hold it.
    const read = corrected(text.slice(0, mostCharacters).toWellFormed());
    const ids: readonly number[] = tokenizer.encode(read, { add_special_tokens: false }).ids;
    const kept = ids.length <= room ? ids : fromLeft ? ids.slice(ids.length - room) : ids.slice(0, room);
    return [...before, ...kept, ...after];
  };
}

/** What a tokenizer puts around a text, seen on one: it does not say so, and it does not cut. */
function specialTokens(tokenizer: Tokenizer): {
  readonly before: readonly number[];
  readonly after: readonly number[];
} {
  const bare: readonly number[] = tokenizer.encode('a', { add_special_tokens: false }).ids;
  const whole: readonly number[] = tokenizer.encode('a').ids;
  const start = whole.findIndex((_, index) => bare.every((id, offset) => whole[index + offset] === id));
  if (bare.length === 0 || start === -1) throw new Error('it makes no token of the letter a');
  return { before: whole.slice(0, start), after: whole.slice(start + bare.length) };
}

/** Chinese characters beyond the first plane; the library sees halves of them. */
const rareChinese = /[\u{20000}-\u{2A6DF}\u{2A700}-\u{2B81F}\u{2B920}-\u{2CEAF}\u{2F800}-\u{2FA1F}]/gu;

/**
 * Where the library reads a text otherwise than Hugging Face's tokenizers do, it gets one that it cannot misread. What is
 * left are characters that Unicode 8 did not have.
 */
function correctionsFor(normalizer: unknown): (text: string) => string {
  const all = [normalizer, ...listAt(normalizer, 'normalizers')];
  const bert = all.find((each) => textAt(each, 'type') === 'BertNormalizer');
  const isApart = member(bert, 'handle_chinese_chars') === true;
  const lowers = member(bert, 'lowercase') === true || all.some((each) => textAt(each, 'type') === 'Lowercase');
  return (text) => {
    const apart = isApart ? text.replace(rareChinese, ' $& ') : text;
    // Each letter by itself: JavaScript writes another sigma at the end of a word.
    return lowers ? apart.replaceAll('Σ', 'σ') : apart;
  };
}
