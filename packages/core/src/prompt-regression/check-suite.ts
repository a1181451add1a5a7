// What is wrong with a suite whatever file it was written in, found before the first request is sent.
import { nearest } from '../formats/did-you-mean.ts';
import type { Assertion, AssertionSet, EvalCase, EvalPlace, EvalPrompt, EvalSuite } from '../formats/eval-suite.ts';
import { firstFew, type Problem } from '../formats/problem.ts';
import { unsupportedReasons } from '../scorers/index.ts';
import type { Column, Side } from './columns.ts';
import { parseDerived } from './derived.ts';
import { parseText, type TextTemplate } from './text-template.ts';
import { variablePattern } from '../template/braces.ts';

/** Texts of the files that prompts stand in, as far as they are known: for the line of a variable. */
export type TextOf = (file: string) => string | undefined;

/** Every variable that some case lacks, once per place, with the cases that lack it. */
export function missingVariables(side: Side, cases: readonly EvalCase[], textOf: TextOf): readonly Problem[] {
  const compiled = [...new Set(side.columns.map(({ compiled: each }) => each))];
  return compiled.flatMap(({ prompt, templates, problems }) => {
    if (prompt.language === 'jinja') {
      // What one of its messages can do without may be absent from all.
      const spared =
        side.dialect === 'eval-yml' ? new Set(templates.flatMap(({ guarded }) => [...guarded])) : undefined;
      return [...problems, ...templates.flatMap((template) => emptyVariables(template, cases, { prompt, spared }))];
    }
    const seen = new Map<string, number>();
    return templates.flatMap((template, index) => {
      const found = template.names.flatMap((name) => {
        const before = seen.get(name) ?? 0;
        seen.set(name, before + 1);
        const place = () => placeOfVariable(prompt.place, name, textOf, before);
        return missing({ name, template, cases, user: `message ${index + 1}`, place });
      });
      const strange = template.strange.map((text): Problem => ({
        code: 'TEMPLATE_NOT_A_VARIABLE',
        severity: 'warning',
        message: `"${text}" is no variable and is sent as it stands.`,
        hint: 'Only {{name}} is interpreted, with letters, digits, ".", "_" and "-".',
        ...placeOfText(prompt.place, text, textOf),
      }));
      return [...found, ...strange];
    });
  });
}

/**
 * In Jinja a name without a value is empty text, and often meant to be; what no case has is a mistake all the same.
 * @param spared what the prompt can do without; undefined where only what no case has is told
 */
function emptyVariables(
  template: TextTemplate,
  cases: readonly EvalCase[],
  {
    prompt: { place, defaults = {} },
    spared,
  }: { readonly prompt: EvalPrompt; readonly spared: ReadonlySet<string> | undefined },
): readonly Problem[] {
  if (cases.length === 0 || cases.some(({ transformVars }) => transformVars !== undefined)) return [];
  const stored = new Set(cases.map(({ storeOutputAs }) => storeOutputAs));
  return template.names
    .filter((name) => name !== '_conversation' && name !== 'env' && !stored.has(name) && !Object.hasOwn(defaults, name))
    .map((name) => ({ name, lacking: cases.filter(({ vars }) => vars[name] === undefined) }))
    .filter(
      ({ name, lacking }) => lacking.length === cases.length || (spared?.has(name) === false && lacking.length > 0),
    )
    .map(({ name, lacking }) => ({
      code: 'VARIABLE_MISSING',
      severity: 'warning',
      message: `The variable "${name}" has no value in ${lacking.length === cases.length ? 'any case' : listedCases(lacking)} and is rendered as empty text.`,
      hint: `Give the cases "${name}", or correct the name.`,
      ...place,
    }));
}

/** As `missingVariables`, for what `.prompt.yml` expects; and searches for nothing, which every answer would pass. */
export function unusableExpectations(suite: EvalSuite, textOf: TextOf): readonly Problem[] {
  // Evaluators stand once in the file and hold for every case.
  const [first] = suite.cases;
  if (suite.dialect !== 'prompt-yml' || first === undefined) return [];
  return first.assertions.flatMap((each) =>
    assertionsOf(each).flatMap((assertion): readonly Problem[] => {
      const name = 'metric' in each ? (each.metric ?? '') : '';
      const { place, type } = assertion;
      const template = parseText(String(assertion.value ?? ''), { language: 'braces', place, lenient: false });
      const lacking = template.names.flatMap((variable) =>
        missing({
          name: variable,
          template,
          cases: suite.cases,
          user: `evaluator "${name}"`,
          place: () => placeOfVariable(place, variable, textOf, 0),
        }),
      );
      if (lacking.length > 0 || type === 'equals' || typeof assertion.value !== 'string') return lacking;
      const vacuous = suite.cases.filter(({ vars }) => {
        const text = template.render(vars);
        return 'value' in text && text.value === '';
      });
      if (vacuous.length === 0) return [];
      return [
        {
          code: 'EVALUATOR_VACUOUS',
          severity: 'error',
          message: `Evaluator "${name}" looks for an empty text (${type}) in ${listedCases(vacuous)}; every answer would pass.`,
          hint: 'Give these cases a value, or use equals.',
          ...place,
        },
      ];
    }),
  );
}

/** @param known the names of all scorers and comparers */
export function unknownAssertions(suite: EvalSuite, known: ReadonlySet<string>): readonly Problem[] {
  const told = new Map<string, Problem>();
  for (const { assertions } of suite.cases) {
    for (const each of assertions) {
      if (each.kind === 'assertion' && known.has(each.type) && !unsupportedReasons.has(each.type)) continue;
      for (const assertion of assertionsOf(each)) {
        const { type, place } = assertion;
        const why = unsupportedReasons.get(type);
        if (known.has(type) && why === undefined) continue;
        const key = `${type} ${place.file}:${place.line}:${place.column}`;
        if (told.has(key)) continue;
        if (why !== undefined)
          told.set(key, unsupported(`The assertion "${type}" is not run: ${why.why}.`, why.hint, place));
        else if (suite.dialect === 'prompt-yml') told.set(key, evaluatorUnknown(each, assertion, known));
        else told.set(key, unknown(assertion, known));
      }
    }
  }
  return [...told.values()];
}

function unknown({ type, place }: Assertion, known: ReadonlySet<string>): Problem {
  const near = nearest(type, [...known]);
  return {
    code: 'UNKNOWN_ASSERTION',
    severity: 'error',
    message: `There is no assertion "${type}"; nothing would be judged by it.`,
    hint: near === undefined ? `Known are ${firstFew([...known].toSorted(), 12)}.` : `Did you mean "${near}"?`,
    ...place,
  };
}

/** Known by name to other tools, and not run here. */
const unsupported = (message: string, hint: string, place: EvalPlace): Problem => ({
  code: 'ASSERTION_UNSUPPORTED',
  severity: 'error',
  message,
  hint,
  ...place,
});

/** Under `uses` stand the evaluators that GitHub Models had built in. */
function evaluatorUnknown(
  { metric }: Assertion | AssertionSet,
  { type, place }: Assertion,
  known: ReadonlySet<string>,
): Problem {
  const builtIn = [...known].filter((name) => name.startsWith('github/'));
  const near = nearest(type, builtIn);
  return {
    code: 'UNKNOWN_ASSERTION',
    severity: 'error',
    message: `Evaluator "${metric}" uses "${type}", which there is not; nothing would be judged by it.`,
    hint: near === undefined ? `Known are ${builtIn.join(', ')}.` : `Did you mean "${near}"?`,
    ...place,
  };
}

export function derivedProblems({ derivedMetrics, file }: EvalSuite): readonly Problem[] {
  return derivedMetrics.flatMap(({ name, value }): readonly Problem[] => {
    const parsed = parseDerived(value);
    return 'failure' in parsed
      ? [
          {
            code: 'DERIVED_METRIC_INVALID',
            severity: 'error',
            message: `The derived metric "${name}" cannot be computed: ${parsed.failure}.`,
            hint: 'Use names of scores, __count, numbers, + - * / ^ % ( ), and functions such as max or sqrt.',
            file,
          },
        ]
      : [];
  });
}

export const assertionsOf = (each: Assertion | AssertionSet): readonly Assertion[] =>
  each.kind === 'set' ? each.assertions : [each];

/** Every case in no column would be silently unjudged. */
export function casesNowhere(
  cases: readonly EvalCase[],
  columns: readonly Column[],
  runsIn: (item: EvalCase, column: Column) => boolean,
): readonly Problem[] {
  const nowhere = cases.filter((item) => !columns.some((column) => runsIn(item, column)));
  if (nowhere.length === 0) return [];
  return [
    {
      code: 'CASE_IN_NO_COLUMN',
      severity: 'error',
      message: `No prompt and provider runs ${listedCases(nowhere)}.`,
      hint: 'Correct the names under "prompts" and "providers" of these cases.',
      ...nowhere[0]?.place,
    },
  ];
}

interface Missing {
  readonly name: string;
  readonly template: TextTemplate;
  readonly cases: readonly EvalCase[];
  readonly user: string;
  readonly place: () => EvalPlace;
}

function missing({ name, template, cases, user, place }: Missing): readonly Problem[] {
  const lacking = cases.filter(({ vars }) => template.missing(vars).includes(name));
  if (lacking.length === 0) return [];
  return [
    {
      code: 'VARIABLE_MISSING',
      severity: 'error',
      message: `The variable "${name}" of ${user} has no value in ${listedCases(lacking)}.`,
      hint: `Add the field "${name}" to these cases, or correct the name; nothing was sent.`,
      ...place(),
    },
  ];
}

export function listedCases(cases: readonly EvalCase[]): string {
  const names = firstFew(cases.map(({ id }) => `"${id}"`));
  return cases.length === 1 ? `case ${names}` : `${cases.length} cases: ${names}`;
}

/** The line on which a variable stands for the nth time at or below a place. */
const placeOfVariable = (place: EvalPlace, name: string, textOf: TextOf, skip: number): EvalPlace =>
  search(place, textOf, skip, (line) => line.search(variablePattern(name)));

const placeOfText = (place: EvalPlace, text: string, textOf: TextOf): EvalPlace =>
  search(place, textOf, 0, (line) => line.indexOf(text));

function search(place: EvalPlace, textOf: TextOf, skip: number, find: (line: string) => number): EvalPlace {
  const text = textOf(place.file);
  if (text === undefined || place.line === undefined) return place;
  const lines = text.split('\n');
  let left = skip;
  for (let line = place.line; line <= lines.length; line++) {
    const column = find(lines[line - 1] ?? '');
    if (column < 0) continue;
    if (left === 0) return { file: place.file, line, column: column + 1 };
    left -= 1;
  }
  return place;
}
