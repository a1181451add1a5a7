// Reads what is evaluated, whatever format it is in, and checks what every format has in common. Every mistake at once.
import type { Sha256 } from '../formats/canonical.ts';
import type { EvalSuite } from '../formats/eval-suite.ts';
import { fromRoot, modelProvider } from '../eval-suite/index.ts';
import { hasErrors, type Problem, type Read } from '../formats/problem.ts';
import type { RunInput } from '../formats/run.ts';
import { isRecord } from '../scorers/verdicts.ts';
import type { AnswerLabels } from './answer-labels.ts';
import { casesWithoutAssertions, withoutJudge } from './check-scorers.ts';
import {
  casesNowhere,
  derivedProblems,
  missingVariables,
  unknownAssertions,
  unusableExpectations,
  type TextOf,
} from './check-suite.ts';
import { unfilledRequests } from './check-requests.ts';
import { blindJudges, unusableJudges } from './check-judges.ts';
import { unfilledAssertions, unusableAssertions } from './check-values.ts';
import type { PromptPorts } from './check-prompts.ts';
import { runsIn, sideOf, type Side } from './columns.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import { policyOf, type PromptPolicy } from './policy.ts';
import { allowedEnvironment, readWhole, subjectDigest } from './read-format.ts';
import { knownAssertions } from './scorer-tables.ts';

export interface Suite {
  readonly suite: EvalSuite;
  readonly side: Side;
  readonly policy: PromptPolicy;
  readonly inputs: readonly RunInput[];
  readonly textOf: TextOf;
  /** What people say of some answers. */
  readonly labels?: AnswerLabels;
  /** Digest of what a model is told: what the registry knows a version by. */
  digest(sha256: Sha256): string;
}

export async function readSuite(
  inputs: PromptRegressionInputs,
  { workspace, scripts, environment }: Pick<PromptPorts, 'workspace' | 'scripts' | 'environment'>,
): Promise<Read<Suite>> {
  const file = inputs.prompt;
  const text = await workspace.readText(file);
  if (text === undefined) return { problems: [missingSuite(file)] };
  const read = await readWhole({
    file,
    workspace,
    scripts,
    environment: allowedEnvironment(inputs, environment),
    compat: inputs.compat,
    allowPython: inputs['allow-python'],
  });
  if (read.value === undefined) return { problems: read.problems };
  const whole = read.value;
  const suite = chosenCases(withModel(whole, inputs), inputs);
  const policy = policyOf(inputs, suite.policy, suite.run);
  const side = sideOf(suite);
  const textOf: TextOf = (path) => (path === file ? text : undefined);
  const problems: Problem[] = [
    ...read.problems,
    ...policy.problems,
    ...withoutProvider(suite),
    ...unknownAssertions(suite, knownAssertions(suite.dialect)),
    ...casesWithoutAssertions(suite),
    ...withoutJudge(suite, inputs.judge),
    ...derivedProblems(suite),
    ...nothingChosen(whole, suite),
    ...(side.columns.length === 0 ? [] : casesNowhere(suite.cases, side.columns, runsIn)),
    ...missingVariables(side, suite.cases, textOf),
    ...unusableExpectations(suite, textOf),
    ...unfilledRequests(suite, whole.cases),
    ...unfilledAssertions(suite, whole.cases),
    ...blindJudges(suite),
    ...(await unusableAssertions(suite)),
    ...unusableJudges(suite),
  ];
  if (hasErrors(problems) || policy.value === undefined) return { problems };
  const fingerprint = await workspace.fingerprint(file);
  const role = suite.dialect === 'prompt-yml' ? 'prompt' : 'suite';
  const own: RunInput[] = fingerprint === undefined ? [] : [{ role, path: file, ...fingerprint }];
  const others = suite.inputs.filter(({ path }) => path !== file);
  return {
    value: {
      suite,
      side,
      policy: policy.value,
      inputs: [...own, ...others],
      textOf,
      digest: (sha256) => subjectDigest(withSubject(withModel(whole, inputs), inputs), sha256),
    },
    problems,
  };
}

const missingSuite = (file: string): Problem => ({
  code: 'FILE_MISSING',
  severity: 'error',
  message: `There is no ${/\.prompt\.ya?ml$/.test(file) ? 'prompt' : 'suite'} file "${file}".`,
  hint: fromRoot,
  file,
});

/** `model` asks another model on both sides, whatever the files say. */
export function withModel<S extends Pick<EvalSuite, 'providers' | 'file'>>(
  suite: S,
  { model }: PromptRegressionInputs,
): S {
  return model === undefined ? suite : { ...suite, providers: [modelProvider(model, { file: suite.file })] };
}

/** What another model was asked says nothing of a version that names this one. */
const withSubject = (suite: EvalSuite, { model }: PromptRegressionInputs): EvalSuite =>
  model === undefined || !isRecord(suite.subject) ? suite : { ...suite, subject: { ...suite.subject, model } };

/** `case` and `filter` look at a part of the suite. */
function chosenCases(suite: EvalSuite, inputs: PromptRegressionInputs): EvalSuite {
  const { case: ids = [], filter } = inputs;
  if (ids.length === 0 && filter === undefined) return suite;
  const cases = suite.cases.filter(
    ({ id, description = '' }) =>
      (ids.length === 0 || ids.includes(id)) &&
      (filter === undefined || id.includes(filter) || description.includes(filter)),
  );
  return { ...suite, cases };
}

function nothingChosen(whole: EvalSuite, chosen: EvalSuite): readonly Problem[] {
  if (whole.cases.length === 0 || chosen.cases.length > 0) return [];
  return [
    {
      code: 'NO_CASE_CHOSEN',
      severity: 'error',
      message: `${whole.cases.length === 1 ? 'The only case is not' : `None of the ${whole.cases.length} cases is`} called as "case" or "filter" say.`,
      hint: 'Give the id of a case, or a part of its id or description.',
      file: whole.file,
    },
  ];
}

function withoutProvider({ providers, prompts, dialect, file }: EvalSuite): readonly Problem[] {
  if (dialect === 'prompt-yml' && providers.length === 0)
    return [
      {
        code: 'PROMPT_WITHOUT_MODEL',
        severity: 'error',
        message: 'The prompt file names no model.',
        hint: 'Add "model", or give the input "model".',
        file,
      },
    ];
  if (providers.length > 0 && prompts.length > 0) return [];
  const what = prompts.length === 0 ? 'prompt' : 'provider';
  return [
    {
      code: 'SUITE_ASKS_NOTHING',
      severity: 'error',
      message: `The suite has no ${what}, so nothing can be asked.`,
      hint: `Add "${what}s"${what === 'provider' ? ', or give the input "model"' : ''}.`,
      file,
    },
  ];
}
