// The expression language of policies: `if(prediction == 1, 12 * amount - 3, 0)`. The text becomes a tree.
import { didYouMean } from '../formats/did-you-mean.ts';
import type { Problem, Read } from '../formats/problem.ts';
import { GrammarError, TokenCursor, type Fault } from './cursor.ts';
import { tokensOf, type Token } from './tokens.ts';
import { functions, isFunction, type ComparisonOperator, type Expression } from './tree.ts';

export interface ParsedExpression {
  readonly source: string;
  readonly tree: Expression;
  /** Every column and reserved word named, each once, in order. */
  readonly names: readonly string[];
}

const longest = 4000;
const deepest = 100;
/** Numbers, texts and names together: a long sum is a deep tree. */
const mostValues = 500;

/** @returns the tree, or the first fault of grammar with its `column` in the text, 1-based */
export function parseExpression(source: string): Read<ParsedExpression> {
  if (source.length > longest) {
    const hint = `At most ${longest} are read.`;
    return refused({ message: `The expression has ${source.length} characters.`, hint, at: longest });
  }
  const tokens = tokensOf(source);
  if ('message' in tokens) return refused(tokens);
  try {
    const parser = new Parser(tokens);
    const tree = parser.whole();
    return { value: { source, tree, names: [...parser.names] }, problems: [] };
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    return refused(error.fault);
  }
}

const refused = (fault: Fault): Read<ParsedExpression> => ({ problems: [expressionProblem(fault)] });

export const expressionProblem = ({ message, hint, at }: Fault): Problem => ({
  code: 'EXPRESSION_INVALID',
  severity: 'error',
  message,
  hint,
  column: at + 1,
});

const comparisons: readonly string[] = ['==', '!=', '<', '<=', '>', '>='] satisfies ComparisonOperator[];
const isComparison = (text: string): text is ComparisonOperator => comparisons.includes(text);

const instead: Readonly<Record<string, string>> = {
  '=': 'Write == to compare.',
  '<>': 'Write != instead.',
  '&&': 'Write and.',
  '||': 'Write or.',
  '&': 'Write and.',
  '|': 'Write or.',
  '!': 'Write not, or !=.',
  '^': 'There are no powers: multiply, or write exp(2 * log(x)).',
  '%': 'A share is written 0.05, a text in quotes.',
};

/** Recursive descent: or < and < not < comparison < + − < * / < sign < value. */
class Parser {
  readonly names = new Set<string>();
  readonly #tokens: TokenCursor<Token>;
  #depth = 0;
  #values = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = new TokenCursor(tokens);
  }

  whole(): Expression {
    if (this.#tokens.peek.kind === 'end')
      throw this.#fault('The expression is empty.', 'Write one, as if(prediction == 1, amount, 0).');
    const tree = this.#either();
    const left = this.#tokens.peek;
    if (left.kind === 'end') return tree;
    if (left.text === ')') throw this.#fault('This ) closes nothing.', 'Take it away, or open a ( before it.');
    throw this.#fault(`"${left.text}" cannot stand here.`, instead[left.text] ?? 'Join values with + − * / and or.');
  }

  #either(): Expression {
    let left = this.#both();
    while (this.#tokens.takeWord('or')) left = { type: 'or', at: left.at, left, right: this.#both() };
    return left;
  }

  #both(): Expression {
    let left = this.#condition();
    while (this.#tokens.takeWord('and')) left = { type: 'and', at: left.at, left, right: this.#condition() };
    return left;
  }

  #condition(): Expression {
    const { at } = this.#tokens.peek;
    if (this.#tokens.takeWord('not')) return this.#deeper(() => ({ type: 'not', at, item: this.#condition() }));
    const left = this.#sum();
    const operator = this.#operator(isComparison);
    if (operator === undefined) return left;
    const right = this.#sum();
    if (isComparison(this.#tokens.peek.text) && this.#tokens.peek.kind === 'operator')
      throw this.#fault('Comparisons cannot be chained.', 'Write 1 < x and x < 3.');
    return { type: 'compare', at: left.at, operator, left, right };
  }

  #sum(): Expression {
    let left = this.#product();
    for (;;) {
      const operator = this.#operator((text): text is '+' | '-' => text === '+' || text === '-');
      if (operator === undefined) return left;
      left = { type: 'arithmetic', at: left.at, operator, left, right: this.#product() };
    }
  }

  #product(): Expression {
    let left = this.#signed();
    for (;;) {
      const operator = this.#operator((text): text is '*' | '/' => text === '*' || text === '/');
      if (operator === undefined) return left;
      left = { type: 'arithmetic', at: left.at, operator, left, right: this.#signed() };
    }
  }

  #signed(): Expression {
    const { at } = this.#tokens.peek;
    const sign = this.#operator((text): text is '+' | '-' => text === '+' || text === '-');
    if (sign === undefined) return this.#value();
    return this.#deeper(() => {
      const item = this.#signed();
      return sign === '-' ? { type: 'negate', at, item } : item;
    });
  }

  #value(): Expression {
    const token = this.#tokens.take();
    const { kind, text, at } = token;
    this.#values += 1;
    if (this.#values > mostValues)
      throw faultAt(token, 'The expression is too long.', `At most ${mostValues} values are read.`);
    if (kind === 'number') return { type: 'literal', at, value: this.#number(token) };
    if (kind === 'text') return { type: 'literal', at, value: text };
    if (kind === 'quoted') return this.#name(token);
    if (kind === 'mark' && text === '(') {
      return this.#deeper(() => {
        const inner = this.#either();
        if (!this.#tokens.takeMark(')')) throw this.#unclosed('A ( is never closed.', 'Add a ) here.');
        return inner;
      });
    }
    if (kind === 'word') return this.#word(token);
    if (kind === 'end') throw faultAt(token, 'The expression ends where a value must stand.', 'Add a value.');
    throw faultAt(token, `"${text}" is no value.`, instead[text] ?? 'A number, a text in quotes or a column is.');
  }

  #number(token: Token): number {
    const value = Number(token.text);
    if (!Number.isFinite(value)) throw faultAt(token, `${token.text} is too large.`, 'Write a number below 1e308.');
    return value;
  }

  #word(token: Token): Expression {
    const lower = token.text.toLowerCase();
    if (lower === 'true' || lower === 'false') return { type: 'literal', at: token.at, value: lower === 'true' };
    if (lower === 'and' || lower === 'or')
      throw faultAt(token, `"${token.text}" stands between two conditions.`, 'Put a condition before it.');
    if (this.#tokens.takeMark('(')) return this.#deeper(() => this.#call(token, lower));
    return this.#name(token);
  }

  #name({ kind, text, at }: Token): Expression {
    this.names.add(text);
    return { type: 'name', at, name: text, quoted: kind === 'quoted' };
  }

  #call(token: Token, name: string): Expression {
    if (!isFunction(name)) {
      const near = didYouMean(name, Object.keys(functions));
      throw faultAt(
        token,
        `There is no function "${token.text}".`,
        near.replace(/^./, (first) => first.toUpperCase()),
      );
    }
    const items = [this.#either()];
    while (this.#tokens.takeMark(',')) items.push(this.#either());
    if (!this.#tokens.takeMark(')'))
      throw this.#unclosed(`The ( of ${name} is never closed.`, 'Put a , between values and a ) after the last.');
    const [fewest, most] = functions[name];
    if (items.length < fewest || items.length > most) {
      const wanted = fewest === most ? String(fewest) : `${fewest} or more`;
      throw faultAt(token, `${name} takes ${wanted} values; here are ${items.length}.`, usage[name]);
    }
    return { type: 'call', at: token.at, function: name, items };
  }

  #operator<T extends string>(wanted: (text: string) => text is T): T | undefined {
    const { kind, text } = this.#tokens.peek;
    if (kind !== 'operator' || !wanted(text)) return undefined;
    this.#tokens.take();
    return text;
  }

  #deeper(read: () => Expression): Expression {
    this.#depth += 1;
    if (this.#depth > deepest)
      throw this.#fault('The expression is nested too deeply.', `At most ${deepest} levels are read.`);
    try {
      return read();
    } finally {
      this.#depth -= 1;
    }
  }

  /** An operator of another language is the likelier mistake than a forgotten parenthesis. */
  #unclosed(message: string, hint: string): GrammarError {
    const { text } = this.#tokens.peek;
    const known = instead[text];
    return known === undefined ? this.#fault(message, hint) : this.#fault(`"${text}" cannot stand here.`, known);
  }

  #fault(message: string, hint: string): GrammarError {
    return faultAt(this.#tokens.peek, message, hint);
  }
}

const faultAt = ({ at }: Token, message: string, hint: string): GrammarError => new GrammarError({ message, hint, at });

const usage: Readonly<Record<keyof typeof functions, string>> = {
  if: 'Write if(condition, then, else).',
  min: 'Write min(a, b).',
  max: 'Write max(a, b).',
  abs: 'Write abs(a).',
  log: 'Write log(a): the natural logarithm.',
  exp: 'Write exp(a).',
  coalesce: 'Write coalesce(column, 0): the first of its values that is not missing.',
};
