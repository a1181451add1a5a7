// What an expression is once it is read: a tree that is interpreted, never compiled.

export type ArithmeticOperator = '+' | '-' | '*' | '/';
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** `at`: where it begins in the text, 0-based, for messages. */
export type Expression = { readonly at: number } & (
  | { readonly type: 'literal'; readonly value: number | string | boolean }
  | { readonly type: 'name'; readonly name: string; readonly quoted: boolean }
  | { readonly type: 'negate' | 'not'; readonly item: Expression }
  | {
      readonly type: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly type: 'compare';
      readonly operator: ComparisonOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly type: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'call'; readonly function: FunctionName; readonly items: readonly Expression[] }
);

/** Fewest and most values that each takes. */
export const functions = {
  if: [3, 3],
  min: [2, Infinity],
  max: [2, Infinity],
  abs: [1, 1],
  log: [1, 1],
  exp: [1, 1],
  coalesce: [2, Infinity],
} as const;

export type FunctionName = keyof typeof functions;

export const isFunction = (name: string): name is FunctionName => Object.hasOwn(functions, name);
