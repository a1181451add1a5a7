// What the toxicity model sees of a text: words, pairs of words and pieces of words as hashes, once disguises are off.
// The script that trains the model runs this very code, so that both always see the same.
import { identity, namesPeople } from './identity-terms.ts';
import { visible } from './invisible.ts';

/** Words of a window. A rude sentence weighs the same in a long answer as alone: the worst window counts. */
export const windowWords = 40;
/** Windows overlap by half, so no sentence is cut in all of them. */
export const windowStep = 20;
/** Of a longer word the beginning is enough. */
const longestWord = 24;

/** Letters of other scripts that pass for Latin ones. */
const lookalikes: ReadonlyMap<string, string> = new Map(
  'аa еe оo рp сc уy хx іi јj ѕs ԁd һh ӏl кk мm тt вb нh αa οo ιi εe κk νv ρp τt υu χx'
    .split(' ')
    .map(([letter = '', latin = '']) => [letter, latin]),
);

const leet: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

const wordPattern = /[\p{L}\p{N}@$*][\p{L}\p{N}\p{M}'’@$*!]*/gu;

/** The words of a text as they are meant: invisible letters, look-alikes, digits for letters, spaces and repeats undone. */
export function wordsOf(text: string): readonly string[] {
  const shown = visible(text);
  const words: string[] = [];
  let spelled: string[] = [];
  let end = 0;
  const settle = (): void => {
    words.push(...(spelled.length >= 3 ? [spelled.join('').slice(0, longestWord)] : spelled));
    spelled = [];
  };
  const known = new Map<string, string>();
  for (const match of shown.matchAll(wordPattern)) {
    const written = match[0].slice(0, 4 * longestWord);
    let word = known.get(written);
    if (word === undefined) known.set(written, (word = plainWord(written)));
    const joins = word.length === 1 && /[\p{L}*]/u.test(word);
    // `f u c k` and `f.u.c.k` are one word.
    if (!joins || (spelled.length > 0 && !/^[\s.\-_*]{1,3}$/.test(shown.slice(end, Math.min(match.index, end + 4)))))
      settle();
    if (joins && spelled.length < longestWord) spelled.push(word);
    else if (word !== '') words.push(word);
    end = match.index + match[0].length;
  }
  settle();
  return words;
}

function plainWord(written: string): string {
  const letters = foldedToLatin(written.toLowerCase()).replaceAll(/['’]|!+$/g, '');
  if (!/[^a-z]/.test(letters)) return withoutRepeats(letters);
  if (/^\p{N}+$/u.test(letters)) return '0';
  const hasLetter = /\p{L}/u.test(letters);
  return withoutRepeats(hasLetter ? letters.replaceAll(/[013457@$!]/g, (sign) => leet[sign] ?? sign) : letters);
}

const foldedToLatin = (lower: string): string =>
  /[^\0-\u007f]/.test(lower)
    ? lower
        .normalize('NFD')
        .replaceAll(/\p{M}/gu, '')
        .replaceAll(/[^\0-\u007f]/gu, (letter) => lookalikes.get(letter) ?? letter)
    : lower;

/** `fuuuuck` and `fuck` are one word; no English word has three of the same letter in a row. */
const withoutRepeats = (word: string): string =>
  (/(.)\1\1/u.test(word) ? word.replaceAll(/([aeiou])\1{2,}/g, '$1').replaceAll(/(.)\1{2,}/gu, '$1$1') : word).slice(
    0,
    longestWord,
  );

/** Hashes have as many bits as there are weights. */
export const hashBits = 15;

/** For each word, hashes of itself, of it with the one before it, and of its pieces of three to five letters. */
export function featuresOf(words: readonly string[]): readonly (readonly number[])[] {
  const known = new Map<string, readonly number[]>();
  let before = '^';
  return words.map((word) => {
    const read = namesPeople(word) ? identity : word;
    const pair = `${before} ${read}`;
    before = read;
    let features = known.get(pair);
    if (features === undefined) known.set(pair, (features = [mixed(hashed(`p${pair}`)), ...featuresOfWord(read)]));
    return features;
  });
}

/** The hashes of each window, every one once. */
export function* windowsOf(features: readonly (readonly number[])[]): Generator<readonly number[]> {
  const seenIn = new Uint32Array(1 << hashBits);
  for (let from = 0, window = 1; from === 0 || from + windowWords - windowStep < features.length; window++) {
    const hashes: number[] = [];
    for (let at = from; at < Math.min(from + windowWords, features.length); at++)
      for (const hash of features[at] ?? []) {
        if (seenIn[hash] !== window) hashes.push(hash);
        seenIn[hash] = window;
      }
    yield hashes;
    from += windowStep;
  }
}

function featuresOfWord(word: string): readonly number[] {
  const features = [mixed(hashed(`w${word}`))];
  const padded = `<${word}>`;
  for (let start = 0; start + 3 <= padded.length; start++) {
    let value = hashed('c');
    for (let at = start; at < Math.min(start + 5, padded.length); at++) {
      value = step(value, padded.charCodeAt(at));
      if (at >= start + 2) features.push(mixed(value));
    }
  }
  return features;
}

/** FNV-1a over UTF-16 units: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashed(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = step(value, text.charCodeAt(at));
  return value;
}

const step = (value: number, unit: number): number => Math.imul(value ^ unit, 0x01000193);

/** The high bits depend on all others, so they are the ones that stay. */
const mixed = (value: number): number => Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) >>> (32 - hashBits);
