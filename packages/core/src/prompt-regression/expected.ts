// What a case's output was expected to be, in words, for the report.
import type { Assertion, EvalCase } from '../formats/eval-suite.ts';
import { isScriptFile, type AssertionValues } from './assertion-values.ts';
import { assertionsOf } from './check-suite.ts';
import { criterionVerbs, isCriterion } from './prompt-yml-scorers.ts';
import { excerpt } from './words.ts';

/** `equals` alone is the expected text itself; else what was asked of the answer. */
export function expectedText(item: EvalCase, values: AssertionValues, asYml: boolean): string {
  const filled = item.assertions.flatMap(assertionsOf).map((assertion) => {
    const given = values.fill(assertion, item.vars);
    return 'value' in given ? given.value : assertion;
  });
  const [only, other] = filled;
  if (other === undefined && only?.type === 'equals' && !only.negated && typeof only.value === 'string')
    return only.value;
  return filled.map((assertion) => inWords(assertion, asYml)).join(', ');
}

function inWords({ type, negated, value, threshold }: Assertion, asYml: boolean): string {
  if (asYml && isCriterion(type) && typeof value === 'string') return `${criterionVerbs[type]} ${quoted(value)}`;
  const name = negated ? `not-${type}` : type;
  const least = threshold === undefined ? '' : ` (threshold ${threshold})`;
  if (value === undefined || value === null) return `${name}${least}`;
  const text = isScriptFile(value) ? value.file : typeof value === 'string' ? quoted(value) : JSON.stringify(value);
  return `${name}${least} ${excerpt(text, 200)}`;
}

/** Marks around a text that has marks of its own only hide where it begins. */
const quoted = (text: string): string => (text.includes('"') ? text : `"${text}"`);
