// `{{env.NAME}}` in what the author of a suite wrote. Only allowed names have a value, and texts from data files are
// never looked at: a row of a CSV file cannot ask for a secret.
import type { EvalPlace } from '../formats/eval-suite.ts';
import { parseJinja, renderJinja, variablesOf } from '../template/index.ts';
import type { Reading } from './reading.ts';

export type Environment = Readonly<Record<string, string>>;

const tag = /\{\{(?:[^}]|\}(?!\}))*\}\}/g;

/** The text with its `{{env.…}}` filled in; everything else in it stays as it stands. */
export function fillEnvironment(
  reading: Reading,
  written: string,
  { environment, place }: { readonly environment: Environment; readonly place?: EvalPlace | undefined },
): string {
  if (!written.includes('env')) return written;
  const filled = written.replace(tag, (expression) => {
    const name = environmentName(expression);
    if (name === undefined) return expression;
    const allowed = Object.hasOwn(environment, name);
    if (!allowed && !/\||\bor\b/.test(expression)) {
      notAllowed(reading, name, place);
      return expression;
    }
    const parsed = parseJinja(expression, { file: reading.file, ...place });
    if ('problem' in parsed) {
      reading.problems.push(parsed.problem);
      return expression;
    }
    const rendered = renderJinja(parsed.value, { env: { ...environment } }, { file: reading.file, ...place });
    if ('value' in rendered) return rendered.value;
    reading.problems.push(rendered.problem);
    return expression;
  });
  if (/\{%[\s\S]*\benv\b/.test(filled) && usesEnvironment(filled))
    reading.say({
      code: 'ENV_NOT_ALLOWED',
      message: 'The environment is used in a statement of a template.',
      hint: 'Only {{ env.NAME }} is filled in, for names that are allowed.',
      place,
    });
  return filled;
}

/** The text with what the suite's own file gives put in; what comes from this machine stays a name. */
export function fillOwn(written: string, own: Environment): string {
  return written.replace(tag, (expression) => {
    const name = environmentName(expression);
    const value = name !== undefined && Object.hasOwn(own, name) ? own[name] : undefined;
    if (value === undefined) return expression;
    return onlyEnvironmentName(expression) === undefined ? `${expression} (${value})` : value;
  });
}

/** The name in an expression that is the environment variable alone: `{{ env.OPENAI_API_KEY }}`. */
export const onlyEnvironmentName = (written: string): string | undefined =>
  /^\s*\{\{-?\s*env(?:\.(\w+)|\[\s*['"](\w+)['"]\s*\])\s*-?\}\}\s*$/.exec(written)?.slice(1).find(Boolean);

export const environmentName = (expression: string): string | undefined =>
  /\benv\.(\w+)|\benv\[\s*['"]([^'"]+)['"]\s*\]/.exec(expression)?.slice(1).find(Boolean);

function notAllowed(reading: Reading, name: string, place: EvalPlace | undefined): void {
  reading.say({
    code: 'ENV_NOT_ALLOWED',
    message: `"env.${name}" has no value here: the environment is read by name only.`,
    hint: `Allow it with the input env (env: [${name}] in pawl.yml), or give it a value under "env" of this file.`,
    place,
  });
}

function usesEnvironment(template: string): boolean {
  const parsed = parseJinja(template, { file: '' });
  return 'value' in parsed && variablesOf(parsed.value).some(({ name }) => name === 'env');
}
