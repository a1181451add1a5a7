// Users' code on the way from answer to score: it runs apart from us, and what it does wrong is an error of its row.
import type { EvalPlace, Script } from '../formats/eval-suite.ts';
import { hideIn } from '../ports/hidden-values.ts';
import { removedSecret } from '../ports/model-provider.ts';
import { scriptRequest, type ScriptRunner } from '../ports/script-runner.ts';

export type ScriptOutcome = { readonly value: unknown } | { readonly failure: string; readonly hint: string };

/**
 * @param names what an inline script calls its arguments; a file's function gets them in this order
 * @param place where the suite names it, as well as is known
 */
export async function runScript(
  scripts: ScriptRunner | undefined,
  script: Script,
  names: Readonly<Record<string, unknown>>,
  place?: EvalPlace,
): Promise<ScriptOutcome> {
  if (scripts === undefined)
    return { failure: 'scripts cannot be run here', hint: 'Remove the script, or run the command line.' };
  if (typeof script !== 'string' && !/\.(?:[cm]?[jt]s|py)$/.test(script.file))
    return { failure: `${script.file} is no JavaScript`, hint: 'Rewrite it in JavaScript or Python.' };
  const result = await scripts.run(scriptRequest(script, names));
  if ('value' in result) return result;
  const where = typeof script === 'string' ? 'the script' : `${script.file}${named(script.file, place)}`;
  return {
    failure: `${where} failed: ${result.failure}`,
    hint: 'Correct the script; an answer it cannot read is no pass.',
  };
}

/** JavaScript is told by its file alone: its failures are counted by what they say. */
const named = (file: string, place: EvalPlace | undefined): string =>
  place === undefined || !file.endsWith('.py')
    ? ''
    : ` (${place.file}${place.line === undefined ? '' : `:${place.line}`})`;

/** As `runScript`; a script that gives nothing is wrong too. */
export async function runTransform(
  scripts: ScriptRunner | undefined,
  script: Script,
  names: Readonly<Record<string, unknown>>,
  place?: EvalPlace,
): Promise<ScriptOutcome> {
  const result = await runScript(scripts, script, names, place);
  if ('failure' in result || (result.value !== undefined && result.value !== null)) return result;
  return { failure: 'the transform gave nothing back', hint: 'Return a value from it.' };
}

/** As `runTransform`, of an answer: a program's is rid of what nobody may be shown before it is judged, as a model's is. */
export async function runAnswerTransform(
  scripts: ScriptRunner | undefined,
  script: Script,
  names: Readonly<Record<string, unknown>>,
  place?: EvalPlace,
): Promise<ScriptOutcome> {
  const result = await runTransform(scripts, script, names, place);
  const hide = isPythonFile(script) ? scripts?.hide : undefined;
  if (hide === undefined || 'failure' in result) return result;
  return { value: hideIn(result.value, (text) => hide(text, removedSecret)) };
}

export const isPythonFile = (script: unknown): boolean =>
  typeof script === 'object' && script !== null && 'file' in script && String(script.file).endsWith('.py');
