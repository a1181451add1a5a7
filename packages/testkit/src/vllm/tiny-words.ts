// A language model's place-holder that still computes: a hash of what came before chooses the next word.
import { createHash } from 'node:crypto';

const vocabulary = 'the a late flight mail is was early good spam not and of to from very on time'.split(' ');

/** The same text always continues the same way; other models and prompts continue differently. */
export function tinyWords(context: string, count: number): readonly string[] {
  const words: string[] = [];
  let text = context;
  for (let index = 0; index < count; index++) {
    const word = vocabulary[createHash('sha256').update(text).digest().readUInt32BE(0) % vocabulary.length] ?? '';
    words.push(index === 0 ? word : ` ${word}`);
    text = `${context}\n${words.join('')}`;
  }
  return words;
}
