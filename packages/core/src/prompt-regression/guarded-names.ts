// Which variables a template can do without. Read off the parsed template and not off its words, since "if" and "or"
// are English as well: "Pass if the answer says {{expcted}}" is no condition.
import type { ParsedTemplate } from '../template/index.ts';
import type { Arguments, Expression, Statement } from '../template/syntax.ts';

/** Names that its author thought of as absent: in a condition, a test, before `or`, or before `default`. */
export function guardedNames({ statements }: ParsedTemplate): ReadonlySet<string> {
  const names = new Set<string>();
  walkBlock(statements, names);
  return names;
}

function walkBlock(statements: readonly Statement[], names: Set<string>): void {
  for (const statement of statements)
    switch (statement.kind) {
      case 'text':
        break;
      case 'output':
        walk(statement.expression, false, names);
        break;
      case 'choose':
        for (const { condition, body } of statement.branches) {
          walk(condition, true, names);
          walkBlock(body, names);
        }
        walkBlock(statement.otherwise, names);
        break;
      case 'for':
        walk(statement.over, false, names);
        walkBlock(statement.body, names);
        walkBlock(statement.otherwise, names);
        break;
      case 'set':
        if ('kind' in statement.value) walk(statement.value, false, names);
        else walkBlock(statement.value, names);
        break;
      case 'through':
        for (const each of valuesOf(statement.args)) walk(each, false, names);
        walkBlock(statement.body, names);
    }
}

/** @param guarded whether what stands here may be absent; then so may all that it is made of */
function walk(expression: Expression, guarded: boolean, names: Set<string>): void {
  switch (expression.kind) {
    case 'literal':
      return;
    case 'name':
      if (guarded) names.add(expression.name);
      return;
    case 'member':
      walk(expression.of, guarded, names);
      return walk(expression.key, guarded, names);
    case 'call':
      walk(expression.callee, guarded, names);
      return valuesOf(expression.args).forEach((each) => walk(each, guarded, names));
    case 'filter':
      walk(expression.input, guarded || expression.name === 'default' || expression.name === 'd', names);
      return valuesOf(expression.args).forEach((each) => walk(each, guarded, names));
    case 'test':
      walk(expression.input, true, names);
      return valuesOf(expression.args).forEach((each) => walk(each, guarded, names));
    case 'list':
      return expression.items.forEach((each) => walk(each, guarded, names));
    case 'dict':
      return expression.entries.flat().forEach((each) => walk(each, guarded, names));
    case 'unary':
      return walk(expression.operand, guarded, names);
    case 'binary':
      walk(expression.left, guarded || expression.operator === 'or', names);
      return walk(expression.right, guarded, names);
    case 'if':
      walk(expression.condition, true, names);
      walk(expression.value, guarded, names);
      if (expression.otherwise !== undefined) walk(expression.otherwise, guarded, names);
  }
}

const valuesOf = ({ positional, named }: Arguments): readonly Expression[] => [...positional, ...named.values()];
