// Which variables a template asks for, and where: for problems before a call is paid for, and for the editor.
import type { Arguments, Expression, ParsedTemplate, Statement } from './syntax.ts';

export interface VariableUse {
  readonly name: string;
  /** Offsets in the template's text. */
  readonly start: number;
  readonly end: number;
}

/** Uses of names that the template itself does not set, in order. */
export function variablesOf({ statements }: ParsedTemplate): readonly VariableUse[] {
  const uses: VariableUse[] = [];
  walkBlock(statements, new Set(['range']), uses);
  return uses.toSorted((a, b) => a.start - b.start);
}

function walkBlock(statements: readonly Statement[], known: Set<string>, uses: VariableUse[]): void {
  for (const statement of statements) walkStatement(statement, known, uses);
}

function walkStatement(statement: Statement, known: Set<string>, uses: VariableUse[]): void {
  switch (statement.kind) {
    case 'text':
      return;
    case 'output':
      return walk(statement.expression, known, uses);
    case 'choose':
      for (const { condition, body } of statement.branches) {
        walk(condition, known, uses);
        walkBlock(body, known, uses);
      }
      return walkBlock(statement.otherwise, known, uses);
    case 'for':
      walk(statement.over, known, uses);
      walkBlock(statement.body, new Set([...known, ...statement.names, 'loop']), uses);
      return walkBlock(statement.otherwise, known, uses);
    case 'set':
      if ('kind' in statement.value) walk(statement.value, known, uses);
      else walkBlock(statement.value, known, uses);
      for (const name of statement.names) known.add(name);
      return;
    case 'through':
      walkArguments(statement.args, known, uses);
      return walkBlock(statement.body, known, uses);
  }
}

function walk(expression: Expression, known: ReadonlySet<string>, uses: VariableUse[]): void {
  switch (expression.kind) {
    case 'literal':
      return;
    case 'name':
      if (!known.has(expression.name))
        uses.push({ name: expression.name, start: expression.at, end: expression.at + expression.name.length });
      return;
    case 'member':
      walk(expression.of, known, uses);
      return walk(expression.key, known, uses);
    case 'call':
      walk(expression.callee, known, uses);
      return walkArguments(expression.args, known, uses);
    case 'filter':
    case 'test':
      walk(expression.input, known, uses);
      return walkArguments(expression.args, known, uses);
    case 'list':
      return expression.items.forEach((item) => walk(item, known, uses));
    case 'dict':
      for (const [key, value] of expression.entries) {
        walk(key, known, uses);
        walk(value, known, uses);
      }
      return;
    case 'unary':
      return walk(expression.operand, known, uses);
    case 'binary':
      walk(expression.left, known, uses);
      return walk(expression.right, known, uses);
    case 'if':
      walk(expression.condition, known, uses);
      walk(expression.value, known, uses);
      if (expression.otherwise !== undefined) walk(expression.otherwise, known, uses);
  }
}

function walkArguments(args: Arguments, known: ReadonlySet<string>, uses: VariableUse[]): void {
  for (const argument of [...args.positional, ...args.named.values()]) walk(argument, known, uses);
}
