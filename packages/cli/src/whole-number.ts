// Numbers on the command line: a mistyped one is told, and never becomes "no limit".
import { InvalidArgumentError } from 'commander';

/** For commander's options. @throws InvalidArgumentError, which becomes wrong usage */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || text.trim() === '')
    throw new InvalidArgumentError('Give a whole number.');
  return value;
}
