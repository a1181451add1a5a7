// `derivedMetrics`: arithmetic over named scores, interpreted. The part of mathjs that such files use.

/** A formula read once: its value for a set of numbers. */
export type Formula = (
  values: Readonly<Record<string, number>>,
) => { readonly value: number } | { readonly failure: string };

/** @returns the formula, or why it is none */
export function parseDerived(text: string): { readonly formula: Formula } | { readonly failure: string } {
  try {
    const parser = new Parser(tokensOf(text));
    const node = parser.sum();
    parser.end();
    return {
      formula: (values) => {
        try {
          const value = node(values);
          return Number.isFinite(value) ? { value } : { failure: `"${text}" has no finite value` };
        } catch (error) {
          if (error instanceof FormulaError) return { failure: error.message };
          throw error;
        }
      },
    };
  } catch (error) {
    if (error instanceof FormulaError) return { failure: error.message };
    throw error;
  }
}

class FormulaError extends Error {}

type Node = (values: Readonly<Record<string, number>>) => number;

const functions: Readonly<Record<string, (...values: readonly number[]) => number>> = {
  abs: (value = Number.NaN) => Math.abs(value),
  ceil: (value = Number.NaN) => Math.ceil(value),
  exp: (value = Number.NaN) => Math.exp(value),
  floor: (value = Number.NaN) => Math.floor(value),
  log: (value = Number.NaN) => Math.log(value),
  log10: (value = Number.NaN) => Math.log10(value),
  max: (...values) => Math.max(...values),
  mean: (...values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  min: (...values) => Math.min(...values),
  pow: (base = Number.NaN, exponent = Number.NaN) => base ** exponent,
  round: (value = Number.NaN, digits = 0) => Math.round(value * 10 ** digits) / 10 ** digits,
  sqrt: (value = Number.NaN) => Math.sqrt(value),
  sum: (...values) => values.reduce((sum, value) => sum + value, 0),
};

const longest = 2000;

function tokensOf(text: string): readonly string[] {
  if (text.length > longest) throw new FormulaError(`it is longer than ${longest} characters`);
  const tokens = text.match(/\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+|[\p{L}_$][\p{L}\p{N}_$]*|[-+*/^%(),]|\S/gu) ?? [];
  if (tokens.length === 0) throw new FormulaError('it is empty');
  return tokens;
}

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  end(): void {
    const token = this.#tokens[this.#at];
    if (token !== undefined) throw new FormulaError(`"${token}" stands where nothing was expected`);
  }

  sum(): Node {
    let left = this.#product();
    for (let token = this.#take('+', '-'); token !== undefined; token = this.#take('+', '-')) {
      const [first, second] = [left, this.#product()];
      left = token === '+' ? (values) => first(values) + second(values) : (values) => first(values) - second(values);
    }
    return left;
  }

  #product(): Node {
    let left = this.#signed();
    for (let token = this.#take('*', '/', '%'); token !== undefined; token = this.#take('*', '/', '%')) {
      const [first, second] = [left, this.#signed()];
      if (token === '*') left = (values) => first(values) * second(values);
      else if (token === '/') left = (values) => first(values) / second(values);
      else left = (values) => first(values) - second(values) * Math.floor(first(values) / second(values));
    }
    return left;
  }

  #signed(): Node {
    const sign = this.#take('-', '+');
    if (sign === undefined) return this.#power();
    const inner = this.#signed();
    return sign === '-' ? (values) => -inner(values) : inner;
  }

  /** Binds tighter than a sign, and to the right: −2^2 is −4. */
  #power(): Node {
    const base = this.#atom();
    if (this.#take('^') === undefined) return base;
    const exponent = this.#signed();
    return (values) => base(values) ** exponent(values);
  }

  #atom(): Node {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new FormulaError('it ends too early');
    if (token === '(') return this.#nested(() => this.sum());
    if (/^[\d.]/.test(token)) {
      const value = Number(token);
      return () => value;
    }
    if (!/^[\p{L}_$]/u.test(token)) throw new FormulaError(`"${token}" cannot be read`);
    if (this.#take('(') === undefined) return (values) => valueOf(values, token);
    const apply = Object.hasOwn(functions, token) ? functions[token] : undefined;
    if (apply === undefined) throw new FormulaError(`there is no function "${token}"`);
    const args: Node[] = [];
    return this.#nested(() => {
      do args.push(this.sum());
      while (this.#take(',') !== undefined);
      return (values) => apply(...args.map((argument) => argument(values)));
    });
  }

  #nested(read: () => Node): Node {
    this.#depth += 1;
    if (this.#depth > 100) throw new FormulaError('its parentheses are too deep');
    const node = read();
    if (this.#take(')') === undefined) throw new FormulaError('a parenthesis is not closed');
    this.#depth -= 1;
    return node;
  }

  #take(...wanted: readonly string[]): string | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined || !wanted.includes(token)) return undefined;
    this.#at += 1;
    return token;
  }
}

function valueOf(values: Readonly<Record<string, number>>, name: string): number {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined) throw new FormulaError(`there is no score "${name}"`);
  return value;
}
