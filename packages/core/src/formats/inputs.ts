// One description of a feature's inputs: action.yml, the README's table and the CLI's options are made of it.
import { didYouMean } from './did-you-mean.ts';
import type { Problem, Read } from './problem.ts';

export interface Input {
  readonly description: string;
  /** `path` stays inside the workspace; `list` is split at line ends and commas. */
  readonly type: 'text' | 'path' | 'number' | 'boolean' | 'choice' | 'list';
  readonly choices?: readonly string[];
  readonly required?: boolean;
  /** As a user would write it. */
  readonly default?: string;
  /** Shown in help and tables, for example `data/*.parquet`. */
  readonly example?: string;
  /** The CLI takes it as positional argument. */
  readonly positional?: boolean;
}

/** Inputs in the order they are shown; names in kebab-case. */
export type InputSpec = Readonly<Record<string, Input>>;

type ValueOf<I extends Input> = I['type'] extends 'number'
  ? number
  : I['type'] extends 'boolean'
    ? boolean
    : I['type'] extends 'list'
      ? readonly string[]
      : I extends { readonly choices: readonly (infer C extends string)[] }
        ? C
        : string;
type Present<I extends Input> = I extends { readonly required: true } | { readonly default: string }
  ? ValueOf<I>
  : ValueOf<I> | undefined;

/** The typed values of a spec: required and defaulted ones are always there. */
export type Inputs<S extends InputSpec> = { readonly [Name in keyof S]: Present<S[Name]> };

/** Keeps the literal types of a spec. */
export const defineInputs = <const S extends InputSpec>(spec: S): S => spec;

/** Where an input was written, when that is a file. */
export type PlaceOfInput = (name: string) => Pick<Problem, 'file' | 'line' | 'column'> | undefined;

/**
 * Reads written inputs. An empty text counts as not given, as in a workflow file.
 * @param source how messages call an input: `input "suite"` in a workflow, `--suite` on the command line
 */
export function readInputs<S extends InputSpec>(
  spec: S,
  written: Readonly<Record<string, string | undefined>>,
  source: (name: string) => string = (name) => `input "${name}"`,
  placeOf: PlaceOfInput = () => undefined,
): Read<Inputs<S>> {
  const problems: Problem[] = Object.keys(written)
    .filter((name) => !(name in spec))
    .map((name) => ({
      ...problem(`There is no ${source(name)}.`, capital(didYouMean(name, Object.keys(spec)))),
      ...placeOf(name),
    }));
  const value: Record<string, unknown> = {};
  for (const [name, input] of Object.entries(spec)) {
    const text = (written[name] ?? '').trim() || input.default;
    if (text === undefined) {
      if (input.required) problems.push(problem(`${capital(source(name))} is required.`, input.description));
      continue;
    }
    const read = readValue(text, input, source(name));
    if (typeof read === 'object' && 'message' in read) problems.push({ ...read, ...placeOf(name) });
    else value[name] = read;
  }
  if (problems.length > 0) return { problems };
  return { value: value as Inputs<S>, problems };
}

function readValue(text: string, input: Input, name: string): string | number | boolean | string[] | Problem {
  switch (input.type) {
    case 'text':
    case 'path':
      return text;
    case 'number': {
      const value = Number(text);
      return Number.isFinite(value)
        ? value
        : problem(`${capital(name)} is "${text}", which is no number.`, 'Give a number.');
    }
    case 'boolean':
      if (/^(true|yes|on)$/i.test(text)) return true;
      return /^(false|no|off)$/i.test(text)
        ? false
        : problem(`${capital(name)} is "${text}", which is neither true nor false.`, 'Write true or false.');
    case 'choice':
      return input.choices?.includes(text) === true
        ? text
        : problem(`${capital(name)} is "${text}".`, capital(didYouMean(text, input.choices ?? [])));
    case 'list':
      return text
        .split(/[\n,]/)
        .map((item) => item.trim())
        .filter((item) => item !== '');
  }
}

const problem = (message: string, hint: string): Problem => ({
  code: 'INPUT_INVALID',
  severity: 'error',
  message,
  hint,
});
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
