// The work of `pawl judge calibrate`: suite, labels and endpoint in, a certificate in the repository out.
import { createHash } from 'node:crypto';
import { didYouMean, hasErrors, promptStem, type EvalProvider, type Problem } from '@pawl/core';
import { readEvalSuite } from '@pawl/core/eval-suite';
import {
  calibrateJudge,
  decideCertificate,
  fillAssertion,
  judgeParameters,
  judgeScorers,
  judgesOf,
  promptText,
  readLabels,
  type Calibrated,
  type SuiteJudge,
} from '@pawl/core/judges';
import { openEmbedders } from '@pawl/core/prompt-regression';
import { escapeTerminal } from '@pawl/core/report';
import type { World } from '@pawl/wiring';
import { showProblems } from '../show-problems.ts';
import { table } from '../table.ts';
import type { Shell } from '../terminal-io.ts';

export interface CalibrateOptions {
  readonly labels: string;
  readonly judge?: string;
  readonly repeats: number;
  readonly model?: string;
  readonly baseUrl?: string;
  readonly apiKeyEnv: string;
  readonly cassette?: string;
  readonly record?: 'none' | 'missing' | 'all';
  readonly concurrency: number;
  readonly allowPython?: boolean;
  readonly output?: string;
  readonly json?: boolean;
  readonly directory?: string;
}

interface Request {
  readonly world: World;
  readonly shell: Shell;
  readonly suite: string;
  readonly options: CalibrateOptions;
}

export async function calibrate({ world, shell, suite: path, options }: Request): Promise<number> {
  const { json = false, allowPython = false } = options;
  const { workspace, scripts } = world;
  const suite = await readEvalSuite({ path, workspace, scripts, allowPython });
  const text = await workspace.readText(options.labels);
  const labels = text === undefined ? { problems: [missing(options.labels)] } : readLabels(text, options.labels);
  if (suite.value === undefined || labels.value === undefined)
    return showProblems([...suite.problems, ...labels.problems], shell, json);
  const judges = judgesOf(suite.value, asked(options, path), sha256);
  const { context, found, problem } = await chosen(world, judges, options);
  if (found?.provider === undefined) return showProblems([problem ?? unnamed(path)], shell, json);
  const { assertion, provider } = found;
  const model = provider.model ?? provider.id;
  const opened = await world.openProvider(await settingsOf(world, path, { provider, options }));
  const { value: endpoint } = opened;
  if (endpoint === undefined || hasErrors(opened.problems)) return showProblems(opened.problems, shell, json);
  const language = suite.value.prompts[0]?.language ?? 'jinja';
  const { cases } = suite.value;
  const whole = suite.value;
  const parameters = judgeParameters(provider, model);
  const embedders = openEmbedders(whole.embedding, { cassettes: [], record: 'none', model }, world.openEmbedder);
  const calibrated = await calibrateJudge({
    assertion,
    scorer: judgeScorers.get(assertion.type),
    model,
    parameters,
    labels: labels.value,
    labelsFile: options.labels,
    cases,
    fill: (each, vars) => fillAssertion(each, vars, language),
    promptOf: (vars) => promptText(whole, vars),
    world: {
      judge: async () => ({ id: endpoint.id, model, parameters, complete: (request) => endpoint.complete(request) }),
      embedder: (as) => embedders.of(as),
      scripts,
    },
    repeats: options.repeats,
    concurrency: options.concurrency,
    now: context.startedAt,
    sha256,
    progress: json ? () => {} : shell.err,
  });
  await endpoint.close?.();
  await embedders.close();
  if (calibrated.value === undefined) return showProblems(calibrated.problems, shell, json);
  const { certificate, disagreements } = calibrated.value;
  // An endpoint that is down says nothing of its judge, and takes no certificate away.
  if (certificate.failures === 1) return showProblems([silent(model, disagreements[0]?.reason)], shell, json);
  const own = judges.length === 1 ? whole.certificate : undefined;
  const file = options.output ?? own ?? beside(path, `${found.names[0]?.replaceAll(/[^\w.-]+/g, '-')}.judge.json`);
  await workspace.write(file, `${JSON.stringify(certificate, null, 2)}\n`);
  const reasons = decideCertificate(certificate, context.startedAt);
  if (json) shell.out(JSON.stringify({ file, gating: reasons.length === 0, reasons, ...calibrated.value }, null, 2));
  else shell.out(told(calibrated.value, { file, reasons, shell }));
  return reasons.length === 0 ? 0 : 1;
}

async function chosen(world: World, judges: readonly SuiteJudge[], { judge }: CalibrateOptions) {
  const context = await world.context();
  const named = judge === undefined ? judges : judges.filter(({ names }) => names.includes(judge));
  const [found, another] = named;
  if (found !== undefined && another === undefined) return { context, found };
  const names = [...new Set(judges.map((each) => each.names[0] ?? each.assertion.type))];
  const problem: Problem = {
    code: found === undefined ? 'JUDGE_UNKNOWN' : 'JUDGE_AMBIGUOUS',
    severity: 'error',
    message:
      judges.length === 0
        ? 'No assertion of this suite is judged by a model.'
        : found === undefined
          ? `The suite has no judge "${judge}".`
          : `${named.length} different judges fit${judge === undefined ? '' : ` "${judge}"`}.`,
    hint:
      judges.length === 0
        ? 'Add for example an llm-rubric.'
        : found === undefined
          ? didYouMean(judge ?? '', names).replace(/^./, (first) => first.toUpperCase())
          : `Give each a "metric" of its own, and name one: ${names.join(', ')}.`,
  };
  return { context, problem };
}

const asked = ({ model }: CalibrateOptions, file: string): EvalProvider | undefined =>
  model === undefined ? undefined : { id: model, label: model, kind: 'openai', model, config: {}, place: { file } };

type ProviderSettings = Parameters<World['openProvider']>[0];

async function settingsOf(
  { workspace }: World,
  path: string,
  { provider, options }: { readonly provider: EvalProvider; readonly options: CalibrateOptions },
): Promise<ProviderSettings> {
  const { baseUrl, apiKeyEnv } = options;
  const bare =
    provider.kind === 'openai' && provider.id === provider.model && Object.keys(provider.config).length === 0;
  const record = options.record ?? (bare && baseUrl === undefined ? 'none' : 'missing');
  const cassette = options.cassette ?? beside(path, 'cassette.jsonl');
  const exists = (await workspace.fingerprint(cassette)) !== undefined;
  return {
    model: provider.model ?? provider.id,
    ...(baseUrl !== undefined && { baseUrl, apiKeyEnv }),
    ...(!bare && { provider }),
    cassettes: exists || record !== 'none' ? [cassette] : [],
    record,
    timeoutMs: 120_000,
  };
}

const beside = (suite: string, ending: string): string =>
  `${suite.slice(0, suite.lastIndexOf('/') + 1)}${promptStem(suite)}.${ending}`;

function told(
  { certificate, disagreements, costUsd }: Calibrated,
  { file, reasons, shell }: { readonly file: string; readonly reasons: readonly string[]; readonly shell: Shell },
): string {
  const { judge, labels, agreement, sensitivity, specificity, selfConsistency, orderFlipRate, failures } = certificate;
  const between = agreement.low === null ? '' : ` (${number(agreement.low)} to ${number(agreement.high)})`;
  const rows = [
    ['labels', `${labels.n}, ${labels.human} of them by people`],
    ['agreement', number(agreement.observed)],
    ['kappa', `${number(agreement.kappa)}${between}`],
    ['passes good answers', number(sensitivity)],
    ['fails bad answers', number(specificity)],
    ['agrees with itself', number(selfConsistency)],
    ...(orderFlipRate === undefined ? [] : [['changes with the order', number(orderFlipRate)]]),
    ['gives no verdict', number(failures)],
  ];
  const verdict = reasons.length === 0 ? 'It may decide verdicts.' : `It stays advisory: ${reasons.join('; ')}.`;
  const shown = disagreements.slice(0, 10).map(({ line, name, reason }) => `  line ${line} (${name}): ${reason}`);
  const more = disagreements.length > 10 ? [`  and ${disagreements.length - 10} more`] : [];
  return [
    `${escapeTerminal(judge.model)} as ${judge.type}, written to ${file}`,
    table(['measure', 'found'], rows, shell.width),
    ...(shown.length === 0 ? [] : ['Differs from the label:', ...shown.map(escapeTerminal), ...more]),
    ...(costUsd > 0 ? [`It cost $${costUsd.toFixed(4)}.`] : []),
    verdict,
  ].join('\n');
}

const number = (value: number | null): string => (value === null ? 'unknown' : value.toFixed(2));

const missing = (file: string): Problem => ({
  code: 'FILE_MISSING',
  severity: 'error',
  message: `There is no file "${file}".`,
  hint: 'Give its path from the root of the repository.',
  file,
});

const silent = (model: string, why = 'nothing was answered'): Problem => ({
  code: 'JUDGE_SILENT',
  severity: 'error',
  message: `The judge ${model} gave no verdict at all: ${why}.`,
  hint: 'Check its endpoint and its name. No certificate was written.',
});

const unnamed = (file: string): Problem => ({
  code: 'JUDGE_WITHOUT_MODEL',
  severity: 'error',
  message: 'The suite names no judge model.',
  hint: 'Give --model, or a provider at the assertion.',
  file,
});

const sha256 = (data: string | Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;
