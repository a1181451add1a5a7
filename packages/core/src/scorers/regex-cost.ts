// How long a regular expression can take at worst, read off its text. A backtracking matcher tries every way in which
// the parts of a pattern can share a text: one way for a letter, `n` for `.*`, the product for parts in a row, and for
// a repetition of something that itself has many ways a number that grows like a power of n: `(a+)+`.
// The estimate is an upper bound, so what is cheap by it is cheap; what is dear by it may still be quick.

/** Ways to match: `count · nᵈᵉᵍʳᵉᵉ` for a text of n characters. */
interface Ways {
  readonly count: number;
  readonly degree: number;
}

const one: Ways = { count: 1, degree: 0 };
const endless: Ways = { count: Number.POSITIVE_INFINITY, degree: 0 };
const deepest = 50;

/** Steps that a match takes at most, for a text of so many characters; Infinity where nothing bounds it. */
export type MatchCost = (length: number) => number;

/** @param pattern a pattern that RegExp accepts */
export function matchCost(pattern: string): MatchCost {
  const reader = new PatternReader(pattern);
  const { count, degree } = reader.alternatives(0);
  if (!reader.done()) return () => Number.POSITIVE_INFINITY;
  // A match is sought from every place, unless it can only stand at the start; and a repetition runs through the text
  // once from each, even where it has one way.
  const bound = pattern.startsWith('^') && reader.branches === 1;
  const order = Math.max(degree, reader.repeats ? 1 : 0) + (bound ? 0 : 1);
  return (length) => {
    // Every way takes up to the whole pattern to be tried.
    let steps = count * pattern.length;
    for (let k = 1; k <= order; k += 1) steps *= (length + 1) / k;
    return Number.isNaN(steps) ? Number.POSITIVE_INFINITY : steps;
  };
}

/** An atom with its quantifier. */
interface Part {
  readonly text: string;
  readonly ways: Ways;
  readonly min: number;
  readonly max: number;
}

const isSingle = ({ count, degree }: Ways): boolean => count === 1 && degree === 0;

class PatternReader {
  /** Alternatives outside of groups. */
  branches = 1;
  /** Whether anything repeats without a bound and is worth one way. */
  repeats = false;
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  done(): boolean {
    return this.#at >= this.#text.length;
  }

  alternatives(depth: number): Ways {
    if (depth > deepest) return endless;
    let ways = this.#sequence(depth);
    while (this.#text[this.#at] === '|') {
      this.#at += 1;
      if (depth === 0) this.branches += 1;
      const branch = this.#sequence(depth);
      ways = { count: ways.count + branch.count, degree: Math.max(ways.degree, branch.degree) };
    }
    return ways;
  }

  #sequence(depth: number): Ways {
    const parts: Part[] = [];
    while (!this.done() && this.#text[this.#at] !== '|' && this.#text[this.#at] !== ')') parts.push(this.#part(depth));
    return parts.reduce<Ways>((ways, part, index) => {
      const next = parts[index + 1];
      const more = this.#waysOf(part, next, depth === 0 && next === undefined);
      return { count: ways.count * more.count, degree: ways.degree + more.degree };
    }, one);
  }

  #part(depth: number): Part {
    const start = this.#at;
    const ways = this.#atom(depth);
    const text = this.#text.slice(start, this.#at);
    const found = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(this.#text.slice(this.#at, this.#at + 40));
    if (found === null) return { text, ways, min: 1, max: 1 };
    this.#at += found[0].length;
    const [, sign, low, comma, high] = found;
    if (sign !== undefined) return { text, ways, min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Infinity };
    return { text, ways, min: Number(low), max: comma === '' ? Number(low) : high === '' ? Infinity : Number(high) };
  }

  #waysOf({ text, ways, min, max }: Part, next: Part | undefined, isLast: boolean): Ways {
    if (max === 1 && min === 1) return ways;
    if (max !== Number.POSITIVE_INFINITY) {
      if (isSingle(ways)) return { count: max - min + 1, degree: 0 };
      return { count: ways.count ** max * (max - min + 1), degree: ways.degree * max };
    }
    if (!isSingle(ways)) return endless;
    // What follows fits only where the repetition ends by itself, or nothing follows: there is one way.
    if (!isLast && !endsItself(text, next)) return { count: 1, degree: 1 };
    // At the very end it is a match as soon as it has its least, and nothing is tried again.
    if (!isLast || min > 1) this.repeats = true;
    return one;
  }

  #atom(depth: number): Ways {
    const char = this.#text[this.#at];
    this.#at += 1;
    if (char === '(') return this.#group(depth);
    if (char === '[') this.#skipClass();
    if (char === '\\') return this.#escape();
    return one;
  }

  #group(depth: number): Ways {
    const opening = /^\?(?::|=|!|<=|<!|<[^>]*>|[a-z-]*:)/.exec(this.#text.slice(this.#at, this.#at + 100));
    this.#at += opening?.[0].length ?? 0;
    const ways = this.alternatives(depth + 1);
    if (this.#text[this.#at] !== ')') return endless;
    this.#at += 1;
    return ways;
  }

  #skipClass(): void {
    while (!this.done() && this.#text[this.#at] !== ']') this.#at += this.#text[this.#at] === '\\' ? 2 : 1;
    this.#at += 1;
  }

  /** A back-reference compares as many characters as its group took. */
  #escape(): Ways {
    const char = this.#text[this.#at] ?? '';
    this.#at += 1;
    const braces = /^\{[^}]*\}/.exec(this.#text.slice(this.#at, this.#at + 100));
    if (/[pPu]/.test(char) && braces !== null) this.#at += braces[0].length;
    return /[1-9k]/.test(char) ? { count: 1, degree: 1 } : one;
  }
}

/** `\s*\{`: giving blanks back never helps, no blank is a brace. Only where one character follows, which is certain. */
function endsItself(repeated: string, next: Part | undefined): boolean {
  if (next === undefined || next.min === 0 || repeated.startsWith('(')) return false;
  if (next.text === '$') return true;
  const literal = /^(?:[^\\^$.*+?()[\]{}|]|\\[^\w\s])$/.exec(next.text)?.[0].at(-1);
  if (literal === undefined) return false;
  try {
    return !new RegExp(`^${repeated}$`).test(literal);
  } catch {
    return false;
  }
}
