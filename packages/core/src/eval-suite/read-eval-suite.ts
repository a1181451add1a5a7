// The one way in: any file that says what is evaluated, read whole into the one shape. Every mistake at once.
import type { EvalSuite, EvalSuiteRead } from '../formats/eval-suite.ts';
import { hasErrors, type Problem } from '../formats/problem.ts';
import { folderOf, withProgram, type ScriptRunner } from '../ports/script-runner.ts';
import { isMap, noteInput, readYamlFile, startReading, type Reading, type SuiteFiles } from './reading.ts';
import { readEvalYml } from './eval-yml/read-eval-yml.ts';
import { readPromptYml } from './prompt-yml.ts';
import { readPrompty } from './prompty.ts';
import { readPromptfoo } from './promptfoo/read-promptfoo.ts';

export interface EvalSuiteRequest {
  /** From the root of the workspace. */
  readonly path: string;
  readonly workspace: SuiteFiles;
  /** Runs scripts that make tests or variables; without it they are refused. */
  readonly scripts?: ScriptRunner;
  /** Environment variables that the suite may name, with their values: an allow-list. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Python that the suite names may run, with all that this process may do. By default it may not. */
  readonly allowPython?: boolean;
  /** Prompts and providers alone, as of a baseline at an old commit: cases are neither read nor judged. */
  readonly sidesOnly?: boolean;
  /** Verdicts as that tool gives them. */
  readonly compat?: 'promptfoo' | 'gh-models';
}

/** @returns no value as soon as one problem is an error; problems name file, line and column */
export async function readEvalSuite(request: EvalSuiteRequest): Promise<EvalSuiteRead> {
  const { path, workspace, scripts, environment = {}, allowPython = false } = request;
  const reading = startReading({
    file: path,
    files: workspace,
    ...(scripts !== undefined && { scripts: withProgram(scripts, { folder: folderOf(path), environment }) }),
    environment,
    allowPython,
  });
  const value = await readByName(reading, request);
  const problems = inOrder(reading.problems, path);
  return value === undefined || hasErrors(problems) ? { problems } : { value, problems };
}

async function readByName(reading: Reading, request: EvalSuiteRequest): Promise<EvalSuite | undefined> {
  const { compat, sidesOnly = false } = request;
  const promptYml = { sidesOnly, ...(compat === 'gh-models' && { compat }) };
  const { file } = reading;
  if (file.endsWith('.prompty')) return readPrompty(reading, { sidesOnly });
  if (/\.eval\.ya?ml$/.test(file)) return readEvalYml(reading, { sidesOnly });
  if (/\.prompt\.ya?ml$/.test(file)) return readPromptYml(reading, promptYml);
  if (!/\.(?:ya?ml|json)$/.test(file)) {
    reading.say({
      code: 'SUITE_UNSUPPORTED',
      message: `"${file}" is no suite.`,
      hint: 'Give a promptfooconfig.yaml, *.eval.yml, *.prompt.yml or *.prompty.',
    });
    return undefined;
  }
  await noteInput(reading, file, 'suite');
  const read = await readYamlFile(reading, file, { role: 'suite' });
  if (read === undefined) return undefined;
  if (isPromptYml(read.value)) return readPromptYml(reading, promptYml);
  return readPromptfoo(reading, read, {
    sidesOnly,
    ...(compat === 'promptfoo' && { compat }),
  });
}

/** A prompt under any name: no other format has messages at its top. */
const isPromptYml = (value: unknown): boolean => isMap(value) && Array.isArray(value['messages']);

/** As one reads: the suite first, then the files it leads to, each from above. */
const inOrder = (problems: readonly Problem[], suite: string): readonly Problem[] =>
  problems.toSorted(
    (a, b) =>
      Number(a.file !== suite) - Number(b.file !== suite) ||
      (a.file ?? '').localeCompare(b.file ?? '', 'en') ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
