// Scorers of what an agent did: which tools it used, with which arguments, in which order, in how many steps.
import { deepEqual } from './deep-equal.ts';
import { fitsGlob } from './glob.ts';
import type { Score, ScoreFailure, Scorer, ScorerTable } from './scorer.ts';
import { fits, stepsOf, type Matcher, type Step } from './steps.ts';
import { badValue, cannotTell, isRecord, yesOrNo } from './verdicts.ts';

const nothingKnown = (type: string): ScoreFailure =>
  cannotTell(
    `"${type}" needs to know which tools were called, and nothing tells`,
    'Use a provider that gives tool calls, or one that gives "metadata.trace.spans".',
  );

type Judge = (steps: readonly Step[], value: unknown, negated: boolean) => Score | ScoreFailure;

/** Scorers that look at tool calls alone. */
const ofTools =
  (type: string, judge: Judge): Scorer =>
  (request) => {
    const found = stepsOf(request);
    if (found === undefined) return nothingKnown(type);
    const tools = found.steps.filter((step) => step.type === 'tool');
    return judge(tools, request.assertion.value, request.assertion.negated);
  };

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function matcherOf(written: unknown, types?: readonly string[]): Matcher | undefined {
  if (typeof written === 'string') return { pattern: written, ...(types && { types }) };
  if (!isRecord(written)) return undefined;
  const pattern = written['pattern'] ?? written['name'];
  const named = written['type'] === undefined ? types : [written['type']].flat();
  return { ...(isText(pattern) && { pattern }), ...(named !== undefined && { types: named }) };
}

const namedMatcher = (written: unknown): Matcher | undefined => {
  const matcher = matcherOf(written, ['tool']);
  return matcher?.pattern === undefined || matcher.pattern === '' ? undefined : matcher;
};

const called = (steps: readonly Step[]): string =>
  steps.length === 0
    ? 'no tool was called'
    : `called: ${steps
        .slice(0, 20)
        .map(({ name }) => name)
        .join(', ')}`;

const toolUsed: Judge = (steps, value, negated) => {
  if (isRecord(value)) return toolCount(steps, value, negated);
  const written: readonly unknown[] = [value].flat();
  const matchers = written.map((item) => (typeof item === 'string' ? namedMatcher(item) : undefined));
  if (matchers.length === 0 || matchers.includes(undefined))
    return badValue('trajectory:tool-used', 'a tool, a list of tools, or a pattern with "min" and "max",');
  const isUsed = (matcher: Matcher | undefined): boolean => steps.some((step) => fits(step, matcher ?? {}));
  // With `not-` none of them may be used, which is more than that not all of them are.
  const pass = negated ? !matchers.some(isUsed) : matchers.every(isUsed);
  return yesOrNo(pass, false, () => `Expected ${negated ? 'none' : 'all'} of ${written.join(', ')}; ${called(steps)}.`);
};

function toolCount(
  steps: readonly Step[],
  value: Readonly<Record<string, unknown>>,
  negated: boolean,
): Score | ScoreFailure {
  const matcher = namedMatcher(value);
  if (matcher === undefined) return badValue('trajectory:tool-used', 'a "name" or a "pattern"');
  const { min, max } = value;
  const count = steps.filter((step) => fits(step, matcher)).length;
  const least = typeof min === 'number' ? min : 1;
  const most = typeof max === 'number' ? max : Number.POSITIVE_INFINITY;
  return yesOrNo(
    count >= least && count <= most,
    negated,
    (not) => `Expected ${not}${least} to ${most} calls of ${matcher.pattern}; there are ${count}.`,
  );
}

const toolSequence: Judge = (steps, value, negated) => {
  const { mode = 'in_order', steps: written } = isRecord(value) ? value : { steps: value };
  const matchers = Array.isArray(written) ? written.map(namedMatcher) : [];
  if (matchers.length === 0 || matchers.includes(undefined))
    return badValue('trajectory:tool-sequence', 'a list of tools, each with a name or a pattern,');
  if (mode !== 'in_order' && mode !== 'exact')
    return badValue('trajectory:tool-sequence', 'a "mode" of in_order or exact');
  const wanted = matchers as readonly Matcher[];
  const found = mode === 'exact' ? isExactly(steps, wanted) : isInOrder(steps, wanted);
  const names = wanted.map(({ pattern }) => pattern).join(', ');
  return yesOrNo(found, negated, (not) => `Expected ${not}to call ${names} in order; ${called(steps)}.`);
};

function isExactly(steps: readonly Step[], wanted: readonly Matcher[]): boolean {
  return steps.length === wanted.length && steps.every((step, index) => fits(step, wanted[index] as Matcher));
}

function isInOrder(steps: readonly Step[], wanted: readonly Matcher[]): boolean {
  let next = 0;
  for (const step of steps) {
    const matcher = wanted[next];
    if (matcher !== undefined && fits(step, matcher)) next += 1;
  }
  return next === wanted.length;
}

const toolArguments: Judge = (steps, value, negated) => {
  const matcher = isRecord(value) ? namedMatcher(value) : undefined;
  if (!isRecord(value) || matcher === undefined)
    return badValue('trajectory:tool-args-match', 'a "name" or a "pattern", and "args",');
  const expected = Object.hasOwn(value, 'args') ? value['args'] : value['arguments'];
  const { mode = 'partial', defaults = {}, ignore = [] } = value;
  const ignored: readonly unknown[] = [ignore].flat();
  const isUsable =
    expected !== undefined &&
    (mode === 'partial' || mode === 'exact') &&
    isRecord(defaults) &&
    ignored.every((entry) => typeof entry === 'string' && entry.trim() !== '');
  if (!isUsable) return badValue('trajectory:tool-args-match', '"args", and a "mode" of partial or exact,');
  const kept = (given: unknown): unknown => without(given, (key) => isIgnored(key, ignored as readonly string[]));
  const isDefault = (key: string, given: unknown): boolean =>
    Object.hasOwn(defaults, key) && deepEqual(given, (defaults as Record<string, unknown>)[key]);
  const found = steps.some((step) => {
    if (step.args === undefined || !fits(step, matcher)) return false;
    const actual = without(kept(step.args), isDefault);
    return mode === 'exact' ? deepEqual(actual, kept(expected)) : hasAll(actual, kept(expected));
  });
  return yesOrNo(
    found,
    negated,
    (not) => `Expected ${not}a call of ${matcher.pattern} with these arguments; ${called(steps)}.`,
  );
};

function without(given: unknown, drop: (key: string, value: unknown) => boolean): unknown {
  if (!isRecord(given)) return given;
  return Object.fromEntries(Object.entries(given).filter(([key, value]) => !drop(key, value)));
}

const isIgnored = (key: string, ignored: readonly string[]): boolean =>
  ignored.some((entry) => entry === key || (/[*?]/.test(entry) && fitsGlob(key, entry)));

/** Objects may have more keys than expected; lists are as long, and the rest is equal. */
function hasAll(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected))
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, index) => hasAll(actual[index], item))
    );
  if (!isRecord(expected)) return deepEqual(actual, expected);
  return (
    isRecord(actual) &&
    Object.entries(expected).every(([key, value]) => Object.hasOwn(actual, key) && hasAll(actual[key], value))
  );
}

const stepCount: Scorer = (request) => {
  const { value, negated } = request.assertion;
  const found = stepsOf(request);
  const matcher = isRecord(value) ? matcherOf(value) : undefined;
  const { min, max } = isRecord(value) ? value : {};
  if (matcher === undefined || (typeof min !== 'number' && typeof max !== 'number'))
    return badValue('trajectory:step-count', '"min" or "max"');
  if (found === undefined || (found.toolsOnly && !(matcher.types ?? ['any']).every((type) => type === 'tool')))
    return nothingKnown('trajectory:step-count');
  const count = found.steps.filter((step) => fits(step, matcher)).length;
  const least = typeof min === 'number' ? min : 0;
  const most = typeof max === 'number' ? max : Number.POSITIVE_INFINITY;
  return yesOrNo(
    count >= least && count <= most,
    negated,
    (not) => `Expected ${not}${least} to ${most} steps; ${count} fit.`,
  );
};

export const trajectoryScorers: ScorerTable = new Map([
  ['trajectory:tool-used', ofTools('trajectory:tool-used', toolUsed)],
  ['trajectory:tool-sequence', ofTools('trajectory:tool-sequence', toolSequence)],
  ['trajectory:tool-args-match', ofTools('trajectory:tool-args-match', toolArguments)],
  ['trajectory:step-count', stepCount],
]);
