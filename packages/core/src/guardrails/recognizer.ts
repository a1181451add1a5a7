// What a recogniser of personal data is: where its kind may stand, whether its check digits agree, and which words near
// it say what it is. Patterns start at a token's edge and repeat boundedly, so a megabyte costs a megabyte's time.

export interface Recognizer {
  /** Kebab-case, with the country where it is one country's: `us-ssn`. */
  readonly type: string;
  /** Global. Bounded repetition, and something before it that keeps it from starting inside of a word. */
  readonly pattern: RegExp;
  /** What separates groups goes before the check. */
  readonly separators?: RegExp;
  /** Shape and check digits. Absent: the pattern says it all. */
  readonly valid?: (compact: string, found: string) => boolean;
  /**
   * 0 to 1, without any word near it. 1 is what cannot be anything else; a check that one number in ten passes by chance
   * is worth little by itself.
   */
  readonly confidence: number;
  /** Small letters; one of them shortly before or after makes it likely. */
  readonly words?: readonly string[];
}

/** What a word of the context adds. */
export const wordConfidence = 0.5;

export interface Finding {
  readonly type: string;
  /** Offsets in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
}

/** A finding as reasons and reports show it: what kind, how long, and of a longer one its first and last character. */
export function masked(text: string, { type, start, end }: Finding): string {
  const found = text.slice(start, end);
  const edges = found.length >= 8 ? `${plain(found.at(0))}…${plain(found.at(-1))}` : '…';
  return `${type} ${edges} (${found.length} characters at ${start})`;
}

const plain = (character: string | undefined): string =>
  character !== undefined && /[\p{L}\p{N}]/u.test(character) ? character : '';
