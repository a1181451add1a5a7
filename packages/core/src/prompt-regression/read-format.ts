// A suite out of any of the formats: whole for the candidate, prompts and providers alone for a baseline.
import { digestOf, type Sha256 } from '../formats/canonical.ts';
import type { EvalPlace, EvalSuite } from '../formats/eval-suite.ts';
import type { Problem, Read } from '../formats/problem.ts';
import { readEvalSuite } from '../eval-suite/index.ts';
import type { ScriptRunner } from '../ports/script-runner.ts';
import type { Workspace } from '../ports/workspace.ts';
import type { PromptRegressionInputs } from './inputs.ts';

export interface FormatRequest {
  readonly file: string;
  /** Where the files lie that the suite names: the work tree, or a commit. */
  readonly workspace: Workspace;
  readonly compat: PromptRegressionInputs['compat'];
  readonly allowPython: boolean;
  /** Runs what users wrote to make cases. */
  readonly scripts: ScriptRunner | undefined;
  /** What the suite's own texts may name. */
  readonly environment: Readonly<Record<string, string>>;
}

export function readWhole(request: FormatRequest, sidesOnly = false): Promise<Read<EvalSuite>> {
  const { file, workspace, compat, allowPython, scripts, environment } = request;
  return readEvalSuite({
    path: file,
    workspace,
    environment,
    allowPython,
    sidesOnly,
    ...(compat !== undefined && { compat }),
    ...(scripts !== undefined && { scripts }),
  });
}

/** The variables that the inputs allow, with their values; one that is not set is not among them. */
export function allowedEnvironment(
  { env = [] }: Pick<PromptRegressionInputs, 'env'>,
  read: ((name: string) => string | undefined) | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    env.flatMap((name) => [[name, read?.(name)]]).filter(([, value]) => value !== undefined),
  ) as Record<string, string>;
}

export type SideRead = Pick<EvalSuite, 'prompts' | 'providers' | 'dialect' | 'file'>;

/** @param label how problems call the file: `prompts/a.prompt.yml@1a2b3c4` */
export async function readSide(request: FormatRequest, label: string): Promise<Read<SideRead>> {
  const { value, problems } = await readWhole(request, true);
  const called = <P extends EvalPlace | Problem>(place: P): P =>
    place.file === request.file ? { ...place, file: label } : place;
  const told = problems.map(called);
  if (value === undefined) return { problems: told };
  const { dialect } = value;
  const prompts = value.prompts.map((prompt) => ({ ...prompt, place: called(prompt.place) }));
  const providers = value.providers.map((provider) => ({ ...provider, place: called(provider.place) }));
  return { value: { dialect, file: label, prompts, providers }, problems: told };
}

/** Of what a model is told: what the registry knows a version by. */
export function subjectDigest({ prompts, providers, subject }: EvalSuite, sha256: Sha256): string {
  const told = {
    prompts: prompts.map(({ label, language, body, parameters, responseFormat, tools }) => ({
      label,
      language,
      body,
      parameters,
      responseFormat,
      tools,
    })),
    providers: providers.map(({ id, label, kind, model, config, transform }) => ({
      id,
      label,
      kind,
      model,
      config,
      transform,
    })),
  };
  return digestOf(subject ?? told, sha256);
}
