// Numbers on the command line: a mistyped one is told, and never becomes "no limit".
import { InvalidArgumentError } from 'commander';

/** For commander's options. @throws InvalidArgumentError, which becomes wrong usage */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || text.trim() === '')
    throw new InvalidArgumentError('Give a whole number.');
  return value;
}

/** A number of times that something is done. @throws InvalidArgumentError, which becomes wrong usage */
export function countFromOne(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError('Give a whole number from 1.');
  return value;
}
