// How toxic a text sounds: a linear model over pieces of words, trained on openly licensed comments. It knows the words
// and turns of abuse in English; it knows no irony, no quotation and no polite hatred. What it was trained and measured
// on, and how well it does, is in docs/guardrails.md.
import { featuresOf, windowsOf, windowStep, windowWords, wordsOf } from './toxicity-features.ts';

export interface ToxicityVerdict {
  /** 0 to 1. From 0.5 on the text counts as toxic. */
  readonly score: number;
  /** The worst place: its first and last word, counted from 1. Undefined for a text without words. */
  readonly from?: number;
  readonly to?: number;
  readonly words: number;
}

/** Where the published false-alarm rates hold. */
export const toxicityThreshold = 0.5;

/** The weights are 33 KB of text, which only a suite that asks has to read. */
export async function gradeToxicity(text: string): Promise<ToxicityVerdict> {
  const { bias, levels, scale, weights } = await import('./toxicity-weights.ts');
  const words = wordsOf(text);
  let worst = { score: 0, from: 0 };
  let from = 0;
  for (const hashes of windowsOf(featuresOf(words))) {
    let sum = 0;
    for (const hash of hashes) sum += weightAt(weights, hash, levels);
    const score = hashes.length === 0 ? 0 : 1 / (1 + Math.exp(-(bias + (scale * sum) / Math.sqrt(hashes.length))));
    if (score > worst.score) worst = { score, from };
    from += windowStep;
  }
  if (words.length === 0) return { score: 0, words: 0 };
  const to = Math.min(worst.from + windowWords, words.length);
  return { score: worst.score, from: worst.from + 1, to, words: words.length };
}

/** A character a weight: `(` is the least, and the backslash is left out. Squared, so that small ones keep their digits. */
function weightAt(weights: string, at: number, levels: number): number {
  const code = weights.charCodeAt(at);
  const level = code - 40 - levels - (code > 92 ? 1 : 0);
  return (Math.sign(level) * level * level) / (levels * levels);
}
