// A suite out of any of the formats: whole for the candidate, prompts and providers alone for a baseline.
import { digestOf, type Sha256 } from '../formats/canonical.ts';
import type { EvalPlace, EvalSuite } from '../formats/eval-suite.ts';
import { placeInPrompt, promptDigest, readPrompt } from '../formats/prompt.ts';
import type { Read } from '../formats/problem.ts';
import type { YamlSource } from '../formats/read-yaml.ts';
import { readEvalSuite } from '../eval-suite/index.ts';
import type { ScriptRunner } from '../ports/script-runner.ts';
import type { Workspace } from '../ports/workspace.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import { sideOfPrompt, suiteOfPrompt } from './prompt-suite.ts';

export interface FormatRead {
  readonly suite: EvalSuite;
  /** Where cases would stand, and the data file when they have one of their own. */
  readonly casesPlace: { readonly path?: string; readonly place: EvalPlace };
  /** Of what a model is told. */
  digest(sha256: Sha256): string;
}

export interface FormatRequest {
  readonly source: YamlSource;
  /** Where the files lie that the suite names: the work tree, or a commit. */
  readonly workspace: Workspace;
  readonly compat: PromptRegressionInputs['compat'];
  /** Runs what users wrote to make cases. */
  readonly scripts: ScriptRunner | undefined;
  /** What the suite's own texts may name. */
  readonly environment: Readonly<Record<string, string>>;
}

export async function readWhole(request: FormatRequest): Promise<Read<FormatRead>> {
  const { source, workspace } = request;
  if (!isPromptText(source.file, source.text)) return readOther(request, false);
  const read = readPrompt(source);
  if (read.value === undefined) return { problems: read.problems };
  const prompt = read.value;
  const suite = await suiteOfPrompt(prompt, source, workspace, request.compat === 'gh-models');
  const problems = [...read.problems, ...suite.problems];
  if (suite.value === undefined) return { problems };
  const path = prompt['x-pawl']?.testData;
  const casesPlace =
    path === undefined
      ? { place: { file: source.file } }
      : { path, place: placeInPrompt(source, ['x-pawl', 'testData']) };
  return { value: { suite: suite.value, casesPlace, digest: (sha256) => promptDigest(prompt, sha256) }, problems };
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
  const { source } = request;
  if (!isPromptText(source.file, source.text)) {
    const read = await readOther(request, true);
    const problems = read.problems.map((problem) =>
      problem.file === source.file ? { ...problem, file: label } : problem,
    );
    return read.value === undefined ? { problems } : { value: read.value.suite, problems };
  }
  const labelled = { text: source.text, file: label };
  const read = readPrompt(labelled);
  if (read.value === undefined) return { problems: read.problems };
  return {
    value: { ...sideOfPrompt(read.value, labelled), dialect: 'prompt-yml', file: label },
    problems: read.problems,
  };
}

/** By its name, or by what no other format has at its top. */
export const isPromptText = (file: string, text: string): boolean =>
  /\.prompt\.ya?ml$/.test(file) || (/\.ya?ml$/.test(file) && /^messages:/m.test(text));

async function readOther(request: FormatRequest, sidesOnly: boolean): Promise<Read<FormatRead>> {
  const { source, workspace, compat, scripts, environment } = request;
  const { value: suite, problems } = await readEvalSuite({
    path: source.file,
    workspace,
    environment,
    sidesOnly,
    ...(compat === 'promptfoo' && { compat }),
    ...(scripts !== undefined && { scripts }),
  });
  if (suite === undefined) return { problems };
  const casesPlace = { place: { file: source.file } };
  return { value: { suite, casesPlace, digest: (sha256) => subjectDigest(suite, sha256) }, problems };
}

const subjectDigest = ({ prompts, providers }: SideRead, sha256: Sha256): string =>
  digestOf(
    {
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
    },
    sha256,
  );
