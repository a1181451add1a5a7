// `listPrices` of a provider: by whose list its answers are priced, or false for none. A name that is none would leave
// them without a price, and nobody would know why.
import { didYouMean } from '../formats/did-you-mean.ts';
import type { Fields, Reading } from './reading.ts';

/** Whose prices are known; the table itself lies with whoever asks. */
export const listPriceSellers: readonly string[] = [
  ...['openai', 'azure', 'anthropic', 'mistral', 'groq', 'deepseek', 'gemini', 'xai', 'together', 'fireworks'],
  ...['cerebras', 'hyperbolic', 'nscale'],
];

export function checkListPrices(reading: Reading, config: Fields): void {
  const given = config['listPrices'];
  if (given === undefined || given === false) return;
  if (typeof given === 'string' && listPriceSellers.includes(given)) return;
  const meant = didYouMean(String(given), listPriceSellers);
  reading.say({
    code: 'PROVIDER_INVALID',
    message: `listPrices is ${JSON.stringify(given)}, which names no seller.`,
    hint: `${meant.charAt(0).toUpperCase()}${meant.slice(1)}${meant.endsWith('?') ? ' ' : '; '}false takes no list.`,
    place: reading.places.value(config, 'listPrices'),
  });
}
