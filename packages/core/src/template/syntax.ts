// What a parsed template is made of. `at` is an offset into the text, for problems and for the editor.
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null; readonly at: number }
  | { readonly kind: 'name'; readonly name: string; readonly at: number }
  | { readonly kind: 'member'; readonly of: Expression; readonly key: Expression; readonly at: number }
  | { readonly kind: 'call'; readonly callee: Expression; readonly args: Arguments; readonly at: number }
  | {
      readonly kind: 'filter';
      readonly name: string;
      readonly input: Expression;
      readonly args: Arguments;
      readonly at: number;
    }
  | {
      readonly kind: 'test';
      readonly name: string;
      readonly input: Expression;
      readonly args: Arguments;
      readonly at: number;
    }
  | { readonly kind: 'list'; readonly items: readonly Expression[]; readonly at: number }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[]; readonly at: number }
  | { readonly kind: 'unary'; readonly operator: 'not' | '-' | '+'; readonly operand: Expression; readonly at: number }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
      readonly at: number;
    }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly value: Expression;
      readonly otherwise?: Expression;
      readonly at: number;
    };

export interface Arguments {
  readonly positional: readonly Expression[];
  readonly named: ReadonlyMap<string, Expression>;
}

export type Statement =
  | { readonly kind: 'text'; readonly text: string; readonly at: number }
  | { readonly kind: 'output'; readonly expression: Expression; readonly at: number; readonly end: number }
  | {
      readonly kind: 'choose';
      readonly branches: readonly Branch[];
      readonly otherwise: readonly Statement[];
      readonly at: number;
    }
  | {
      readonly kind: 'for';
      readonly names: readonly string[];
      readonly over: Expression;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
      readonly at: number;
    }
  | {
      readonly kind: 'set';
      readonly names: readonly string[];
      readonly value: Expression | readonly Statement[];
      readonly at: number;
    }
  | {
      readonly kind: 'through';
      readonly filter: string;
      readonly args: Arguments;
      readonly body: readonly Statement[];
      readonly at: number;
    };

export interface Branch {
  readonly condition: Expression;
  readonly body: readonly Statement[];
}

export interface ParsedTemplate {
  readonly source: string;
  readonly statements: readonly Statement[];
}
