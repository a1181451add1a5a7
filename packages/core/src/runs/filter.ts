// The filter language: `metrics.f1 > 0.9 and params.lr <= 0.01 and verdict in (pass, inconclusive)`. What MLflow's
// search takes means the same here. The text becomes a tree, the tree is interpreted; nothing is ever compiled.
import { GrammarError, TokenCursor, type Fault } from '../expression/cursor.ts';
import type { Problem, Read } from '../formats/problem.ts';
import { fieldOf, type Field } from './fields.ts';
import { operandOf, type Comparison, type Operand } from './filter-operand.ts';
import { tokensOf, type Token } from './filter-tokens.ts';

export type Filter =
  | { readonly type: 'and' | 'or'; readonly items: readonly Filter[] }
  | { readonly type: 'not'; readonly item: Filter }
  | { readonly type: 'compare'; readonly field: Field; readonly operator: Comparison; readonly value: Operand }
  | { readonly type: 'in'; readonly field: Field; readonly values: readonly Operand[] }
  | { readonly type: 'like'; readonly field: Field; readonly pattern: string; readonly caseless: boolean }
  | { readonly type: 'null'; readonly field: Field };

export interface ParsedFilter {
  readonly filter: Filter;
  /** Every field named, with its column, 1-based. */
  readonly fields: readonly { readonly field: Field; readonly column: number }[];
}

const longest = 10_000;
const deepest = 100;

/**
 * @param now milliseconds since 1970: what `started > 7d` counts from
 * @returns the tree, or every unknown field and unfit value, or the first fault of grammar; each with its column
 */
export function parseFilter(source: string, now: number): Read<ParsedFilter> {
  if (source.length > longest)
    return refused({
      message: `The filter has ${source.length} characters.`,
      hint: `At most ${longest} are read.`,
      at: longest,
    });
  const tokens = tokensOf(source);
  if ('message' in tokens) return refused(tokens);
  const parser = new Parser(tokens, now);
  try {
    const filter = parser.whole();
    if (parser.faults.length > 0) return { problems: parser.faults.map(problemOf) };
    return { value: { filter, fields: parser.fields }, problems: [] };
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    return { problems: [...parser.faults, error.fault].map(problemOf) };
  }
}

const refused = (fault: Fault): Read<ParsedFilter> => ({ problems: [problemOf(fault)] });

const problemOf = ({ message, hint, at }: Fault): Problem => ({
  code: 'FILTER_INVALID',
  severity: 'error',
  message,
  hint,
  column: at + 1,
});

/** Recursive descent: or < and < not < condition. */
class Parser {
  readonly faults: Fault[] = [];
  readonly fields: { field: Field; column: number }[] = [];
  readonly #tokens: TokenCursor<Token>;
  readonly #now: number;
  #depth = 0;

  constructor(tokens: readonly Token[], now: number) {
    this.#tokens = new TokenCursor(tokens);
    this.#now = now;
  }

  whole(): Filter {
    if (this.#tokens.peek.kind === 'end') throw this.#fault('The filter is empty.', 'Write one, as metrics.f1 > 0.9.');
    const filter = this.#either();
    const left = this.#tokens.peek;
    if (left.kind === 'end') return filter;
    if (left.text === ')') throw this.#fault('This ) closes nothing.', 'Take it away, or open a ( before it.');
    throw this.#fault(`"${left.text}" cannot stand here.`, joining[left.text] ?? 'Join conditions with and or or.');
  }

  #either(): Filter {
    const items = [this.#both()];
    while (this.#tokens.takeWord('or')) items.push(this.#both());
    return items.length === 1 ? items[0]! : { type: 'or', items };
  }

  #both(): Filter {
    const items = [this.#single()];
    while (this.#tokens.takeWord('and')) items.push(this.#single());
    return items.length === 1 ? items[0]! : { type: 'and', items };
  }

  #single(): Filter {
    this.#depth += 1;
    if (this.#depth > deepest)
      throw this.#fault('The filter is nested too deeply.', `At most ${deepest} levels are read.`);
    try {
      if (this.#tokens.takeWord('not')) return { type: 'not', item: this.#single() };
      if (!this.#tokens.takeMark('(')) return this.#condition();
      const inner = this.#either();
      if (!this.#tokens.takeMark(')')) throw this.#fault('A ( is never closed.', 'Add a ) here.');
      return inner;
    } finally {
      this.#depth -= 1;
    }
  }

  #condition(): Filter {
    const field = this.#field();
    const token = this.#tokens.take();
    const word = token.kind === 'word' ? token.text.toLowerCase() : '';
    if (word === 'is') {
      const negated = this.#tokens.takeWord('not');
      if (!this.#tokens.takeWord('null'))
        throw this.#fault('IS asks for NULL or NOT NULL.', 'Write = to compare with a value.');
      return unless(negated, { type: 'null', field });
    }
    if (word === 'not') {
      const what = this.#tokens.take();
      const asked = what.kind === 'word' ? what.text.toLowerCase() : '';
      if (asked === 'in') return unless(true, this.#in(field));
      if (asked === 'like' || asked === 'ilike') return unless(true, this.#like(field, asked, what));
      throw faultAt(what, 'NOT stands before IN, LIKE or a whole condition.', 'Write not (…), or !=.');
    }
    if (word === 'in') return this.#in(field);
    if (word === 'like' || word === 'ilike') return this.#like(field, word, token);
    if (token.kind === 'operator' && isComparison(token.text)) {
      const value = this.#operand(field, token.text);
      return { type: 'compare', field, operator: token.text, value };
    }
    const hint = instead[token.text] ?? 'A condition is a field, one of = != > >= < <= LIKE ILIKE IN IS, and a value.';
    if (token.kind === 'end') throw faultAt(token, `"${field.title}" is compared with nothing.`, hint);
    throw faultAt(token, `"${token.text}" compares nothing.`, hint);
  }

  #field(): Field {
    const token = this.#tokens.take();
    if (token.kind !== 'word' && token.kind !== 'field' && !(token.kind === 'text' && token.quote === '`')) {
      const shown =
        token.kind === 'end' ? 'Here the filter ends where a field must stand.' : `"${token.text}" is no field.`;
      throw faultAt(token, shown, 'The field stands left: metrics.f1, params.lr, tags.team, name, verdict, …');
    }
    const dot = token.kind === 'word' ? token.text.indexOf('.') : -1;
    const found =
      token.kind === 'field'
        ? fieldOf(token.prefix, token.text)
        : dot < 0
          ? fieldOf(undefined, token.text)
          : fieldOf(token.text.slice(0, dot), token.text.slice(dot + 1));
    if ('message' in found) {
      this.faults.push({ ...found, at: token.at });
      return { title: token.text, type: 'either', read: () => undefined };
    }
    this.fields.push({ field: found, column: token.at + 1 });
    return found;
  }

  #in(field: Field): Filter {
    if (!this.#tokens.takeMark('(')) throw this.#fault('IN wants its values in parentheses.', 'Write in (a, b).');
    const values = [this.#operand(field, '=')];
    while (this.#tokens.takeMark(',')) values.push(this.#operand(field, '='));
    if (!this.#tokens.takeMark(')'))
      throw this.#fault('The list of IN is never closed.', 'Put a , between values and a ) after the last.');
    return { type: 'in', field, values };
  }

  #like(field: Field, word: string, at: Token): Filter {
    const token = this.#tokens.take();
    if (token.kind !== 'text' && token.kind !== 'word')
      throw faultAt(token, `${word.toUpperCase()} wants a text.`, 'Write it in quotes: "flight%".');
    if (token.text.includes('*') && !/[%_]/.test(token.text))
      this.faults.push({
        message: 'LIKE knows no *.',
        hint: 'Write % for any text, _ for one character.',
        at: token.at,
      });
    if (field.type === 'number' || field.type === 'time')
      this.faults.push({ message: `"${field.title}" is no text.`, hint: 'Compare it with > >= < <= = !=.', at: at.at });
    return { type: 'like', field, pattern: token.text, caseless: word === 'ilike' };
  }

  #operand(field: Field, operator: Comparison): Operand {
    const token = this.#tokens.take();
    if (token.kind !== 'text' && token.kind !== 'word') {
      const missing = token.kind === 'end' || token.text === ')' || token.text === ',';
      throw faultAt(
        token,
        missing ? 'A value is missing here.' : `"${token.text}" is no value.`,
        'Put texts in quotes; numbers stand alone.',
      );
    }
    const operand = operandOf(field, operator, token, this.#now);
    if (!('message' in operand)) return operand;
    this.faults.push({ ...operand, at: token.at });
    return { kind: 'text', text: token.text };
  }

  #fault(message: string, hint: string): GrammarError {
    return faultAt(this.#tokens.peek, message, hint);
  }
}

const faultAt = ({ at }: Token, message: string, hint: string): GrammarError => new GrammarError({ message, hint, at });

const unless = (negated: boolean, item: Filter): Filter => (negated ? { type: 'not', item } : item);

const isComparison = (text: string): text is Comparison => ['=', '!=', '>', '>=', '<', '<='].includes(text);

const joining: Readonly<Record<string, string>> = {
  '&&': 'Write and.',
  '||': 'Write or.',
  '&': 'Write and.',
  '|': 'Write or.',
};

const instead: Readonly<Record<string, string>> = {
  '==': 'Write = instead.',
  '<>': 'Write != instead.',
  '=~': 'Write LIKE, with % for any text.',
  '!~': 'Write NOT LIKE, with % for any text.',
  '!': 'Write != or not.',
  ...joining,
};
