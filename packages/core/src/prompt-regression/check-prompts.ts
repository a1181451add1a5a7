// The use case: a prompt against its baseline, on the same cases, to a verdict.
import type { Outcome } from '../formats/outcome.ts';
import { promptDigest, promptStem, readPrompt } from '../formats/prompt.ts';
import { hasErrors, type Problem, type Read } from '../formats/problem.ts';
import { reportSchema, type Report } from '../formats/report.ts';
import type { RunContext } from '../formats/run-context.ts';
import type { RunInput } from '../formats/run.ts';
import type { ModelProvider } from '../ports/model-provider.ts';
import type { Workspace } from '../ports/workspace.ts';
import { askAll } from './ask.ts';
import { resolveBaseline, type Baseline, type BaselinePorts, type PresentBaseline } from './baseline.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import { judgeAnswers } from './judge-answers.ts';
import { providerSettings } from './open-provider.ts';
import { missingVariables, sideOf, type Side } from './plan.ts';
import type { ProviderFactory, ProviderSettings } from './provider-settings.ts';
import { readSuite, type Suite } from './suite.ts';

export interface PromptPorts extends BaselinePorts {
  /** Opens the model provider; called once, after everything else has been read and found right. */
  readonly openProvider: ProviderFactory;
}

/**
 * Runs candidate and baseline over the candidate's cases and judges the paired difference.
 * Mistakes in the user's files stop it before anything is sent; an unreadable baseline is an `error`.
 */
export async function checkPrompts(
  inputs: PromptRegressionInputs,
  ports: PromptPorts,
  context: RunContext,
): Promise<Outcome> {
  const suite = await readSuite(inputs, ports.workspace);
  if (suite.value === undefined) return stopped(inputs, suite.problems, { usage: true });
  const baseRef = inputs['base-ref'] ?? context.baseRef;
  const found = await resolveBaseline(
    {
      asked: inputs.baseline,
      path: inputs.prompt,
      name: suite.value.name,
      now: context.startedAt,
      ...(baseRef !== undefined && { baseRef }),
    },
    ports,
  );
  if (found.state === 'unreadable')
    return stopped(inputs, [...suite.problems, { file: inputs.prompt, ...found.problem }], {
      usage: false,
      headline: found.problem.message,
    });
  const before = found.state === 'absent' ? undefined : baselineSide(inputs, suite.value, found);
  if (before !== undefined && 'problems' in before) {
    const headline = `the baseline ${found.words} cannot be evaluated`;
    return stopped(inputs, [...suite.problems, ...before.problems], { usage: false, headline });
  }
  return evaluate({ inputs, suite: suite.value, warnings: suite.problems, found, before }, ports, context);
}

interface Prepared {
  readonly inputs: PromptRegressionInputs;
  readonly suite: Suite;
  readonly warnings: readonly Problem[];
  readonly found: Exclude<Baseline, { state: 'unreadable' }>;
  readonly before: Side | undefined;
}

async function evaluate(prepared: Prepared, ports: PromptPorts, context: RunContext): Promise<Outcome> {
  const { inputs, suite, warnings, found, before } = prepared;
  const sides = before === undefined ? [suite.side] : [suite.side, before];
  // Nothing to ask: no provider is needed to say so.
  const settings =
    suite.cases.length === 0 ? unasked : await providerSettings(inputs, suite.side.model, ports.workspace);
  if (settings.value === undefined) return stopped(inputs, [...warnings, ...settings.problems], { usage: true });
  const opened = settings === unasked ? silent : await ports.openProvider(settings.value);
  if (opened.value === undefined) return stopped(inputs, [...warnings, ...opened.problems], { usage: true });
  const provider = opened.value;
  const maxCostUsd = inputs['max-cost-usd'];
  const asked = await askAll(provider, sides, suite.cases, {
    repeats: suite.policy.repeats,
    concurrency: inputs.concurrency,
    progress: context.progress,
    ...(maxCostUsd !== undefined && { maxCostUsd }),
  });
  await provider.close?.();
  return judgeAnswers(
    {
      inputs,
      suite,
      asked,
      warnings: [...warnings, ...opened.problems],
      cassettes: await cassetteInputs(settings.value, ports.workspace),
      baseline: found,
      digest: promptDigest(suite.side.prompt, context.sha256),
      ...(before !== undefined && { before }),
    },
    context,
  );
}

const unasked: Read<ProviderSettings> = {
  value: { model: '', cassettes: [], record: 'none', timeoutMs: 0 },
  problems: [],
};

const silent: { value: ModelProvider; problems: readonly Problem[] } = {
  value: { id: 'none', complete: async () => ({ failure: 'never asked', hint: '' }) },
  problems: [],
};

/** The baseline's prompt over the candidate's cases; what it cannot do with them makes it unreadable. */
function baselineSide(
  inputs: PromptRegressionInputs,
  suite: Suite,
  found: PresentBaseline,
): Side | { readonly problems: readonly Problem[] } {
  const source = { text: found.text, file: found.file };
  const read = readPrompt(source);
  if (read.value === undefined) return { problems: read.problems };
  const model = inputs.model ?? read.value.model ?? suite.side.model;
  const side = sideOf(read.value, model);
  const problems = missingVariables(side, suite.cases, source);
  return hasErrors(problems) ? { problems } : side;
}

async function cassetteInputs(settings: ProviderSettings, workspace: Workspace): Promise<readonly RunInput[]> {
  const inputs: RunInput[] = [];
  for (const path of settings.cassettes) {
    const fingerprint = await workspace.fingerprint(path);
    if (fingerprint !== undefined) inputs.push({ role: 'cassette', path, ...fingerprint });
  }
  return inputs;
}

/** Nothing was sent. */
function stopped(
  inputs: PromptRegressionInputs,
  problems: readonly Problem[],
  { usage, headline }: { readonly usage: boolean; readonly headline?: string },
): Outcome {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const many = errors.length === 1 ? '' : ` and ${errors.length - 1} more`;
  const report: Report = {
    schema: reportSchema,
    kind: 'prompt-regression',
    name: promptStem(inputs.prompt),
    verdict: 'error',
    headline: unfinished(headline ?? `${errors[0]?.message ?? 'the prompt cannot be evaluated'}${many}`),
    comparison: 'not judged',
    n: null,
    blocks: [],
    findings: [],
    problems: problems.map((problem) => ({ ...problem })),
    footer: {},
  };
  return { report, results: { 'report.json': `${JSON.stringify(report)}\n` }, usage };
}

const unfinished = (text: string): string => text.replace(/\.(?= and \d|$)/, '');
