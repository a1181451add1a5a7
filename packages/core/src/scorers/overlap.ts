// How much of one text's words stand in another: BLEU, GLEU and ROUGE. Token lists in, 0 to 1 out.

export function countGrams(words: readonly string[], n: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at + n <= words.length; at += 1) {
    // Adding is several times quicker than slicing and joining.
    let gram = words[at] as string;
    for (let more = 1; more < n; more += 1) gram += ` ${words[at + more] as string}`;
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

function commonGrams(left: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): number {
  const [few, many] = left.size <= right.size ? [left, right] : [right, left];
  let common = 0;
  for (const [gram, count] of few) common += Math.min(count, many.get(gram) ?? 0);
  return common;
}

const gramsIn = (words: readonly string[], n: number): number => Math.max(0, words.length - n + 1);

/** What stands for a precision of zero, so that one order without a match does not make the whole score zero. */
const noMatch = 1e-7;

/**
 * BLEU of one text, up to four words in a row (Papineni and others 2002). Orders that the text is too short for are
 * left out and the others weigh more; a precision of zero counts as 1e-7. Of several references each order takes the
 * one that fits best (as promptfoo does; the paper clips every n-gram by the reference that has most of it), and the
 * length is the nearest one, the shorter of two.
 */
export function bleu(words: readonly string[], references: readonly (readonly string[])[]): number {
  let logs = 0;
  let orders = 0;
  for (let n = 1; n <= Math.min(4, words.length); n += 1) {
    const counts = countGrams(words, n);
    const matches = Math.max(...references.map((reference) => commonGrams(counts, countGrams(reference, n))));
    logs += Math.log(matches === 0 ? noMatch : matches / gramsIn(words, n));
    orders += 1;
  }
  if (orders === 0) return 0;
  const nearest = references
    .map(({ length }) => length)
    .toSorted((a, b) => Math.abs(a - words.length) - Math.abs(b - words.length) || a - b)[0];
  const brevity = words.length > (nearest ?? 0) ? 1 : Math.exp(1 - (nearest ?? 0) / words.length);
  return brevity * Math.exp(logs / orders);
}

/**
 * GLEU (Wu and others 2016): of all runs of one to four words, the share of either text's that the other has, the
 * lesser of the two. Several references: the best.
 */
export function gleu(words: readonly string[], references: readonly (readonly string[])[]): number {
  if (words.length === 0) return 0;
  return Math.max(...references.map((reference) => gleuOfOne(words, reference)));
}

function gleuOfOne(words: readonly string[], reference: readonly string[]): number {
  let matches = 0;
  let most = 0;
  let has = 0;
  let wants = 0;
  for (let n = 1; n <= 4; n += 1) {
    matches += commonGrams(countGrams(words, n), countGrams(reference, n));
    has += gramsIn(words, n);
    wants += gramsIn(reference, n);
    most = Math.max(has, wants);
  }
  return has === 0 || wants === 0 ? 0 : matches / most;
}

/** ROUGE-N (Lin 2004): F1 of the runs of n words that both have, each counted as often as both have it. */
export function rougeN(words: readonly string[], reference: readonly string[], n: number): number {
  const matches = commonGrams(countGrams(words, n), countGrams(reference, n));
  return fMeasure(matches, gramsIn(words, n), gramsIn(reference, n));
}

/** ROUGE-L (Lin 2004): F1 of the longest run of words that both have in this order, with others between them. */
export function rougeL(words: readonly string[], reference: readonly string[]): number {
  return fMeasure(longestCommon(words, reference), words.length, reference.length);
}

function fMeasure(matches: number, has: number, wants: number): number {
  return matches === 0 ? 0 : (2 * (matches / has) * (matches / wants)) / (matches / has + matches / wants);
}

function longestCommon(left: readonly string[], right: readonly string[]): number {
  let above = new Uint32Array(right.length + 1);
  let row = new Uint32Array(right.length + 1);
  for (const word of left) {
    for (let column = 1; column <= right.length; column += 1) {
      row[column] =
        word === right[column - 1]
          ? (above[column - 1] as number) + 1
          : Math.max(above[column] as number, row[column - 1] as number);
    }
    [above, row] = [row, above];
  }
  return above[right.length] as number;
}
