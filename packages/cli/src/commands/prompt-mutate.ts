// pawl prompt mutate: breaks a prompt in known ways and tells which of them its suite does not notice.
import { hasErrors, readInputs, readPrompt, type Outcome } from '@pawl/core';
import { mutationsOf, type Mutation } from '@pawl/core/prompt-history';
import { promptRegressionInputs } from '@pawl/core/prompt-regression';
import type { World } from '@pawl/wiring';
import { Option, type Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { showProblems } from '../show-problems.ts';
import { table } from '../table.ts';
import type { Shell } from '../terminal-io.ts';
import { wholeNumber } from '../whole-number.ts';
import { mutationPlanWords, overMutationBudget, planMutations } from './mutate-plan.ts';
import { asTheyAre, comparedWith, quietPlans, type Trial } from './mutate-trial.ts';
import { pathOf } from './prompt-versions.ts';

interface Options {
  readonly baseUrl?: string;
  readonly apiKeyEnv?: string;
  readonly model?: string;
  readonly suite?: string;
  readonly judge?: string;
  readonly pricePrompt?: string;
  readonly priceCompletion?: string;
  readonly cassette?: readonly string[];
  readonly env?: readonly string[];
  readonly allowPython?: boolean;
  readonly maxCostUsd?: string;
  readonly limit?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly directory?: string;
}

/** Adds `mutate` to `pawl prompt`. */
export function addPromptMutate(prompt: Command, shell: Shell, finish: Finish): Command {
  prompt
    .command('mutate <prompt>')
    .summary('break a prompt in known ways, and see which of them its suite does not notice')
    .description(
      'Break a prompt in known ways (a sentence less, "never" as "always", a variable lost …) and evaluate each against the\nprompt as it is. A breakage that passes is one that the suite would let through by accident, too. No run is\nstored. Answers come from --base-url and are recorded in the cassette, as by "pawl eval": a second time costs nothing.\nWhat it will take is told first: breakages × cases, calls, dollars.',
    )
    .option('--base-url <url>', "endpoint that speaks OpenAI's API")
    .option('--api-key-env <name>', 'environment variable that holds its key')
    .option('--model <model>', "model to ask, instead of the prompt file's")
    .option('--suite <file>', "evaluate with this suite, which reads the prompt, instead of the prompt's own cases")
    .option('--judge <model>', 'model that judges where the suite names none')
    .option('--cassette <file...>', 'files of recorded answers; by default the one beside the prompt, or the suite')
    .option('--env <name...>', 'environment variables that the suite may read')
    .option('--allow-python', 'run the Python that the suite names, which no sandbox holds')
    .option('--max-cost-usd <dollars>', 'for all breakages together, by the plan and while asking')
    .option('--price-prompt <dollars>', 'of a million tokens, for endpoints that do not say what an answer cost')
    .option('--price-completion <dollars>', 'of a million tokens')
    .addOption(new Option('--limit <count>', 'only so many mutations').argParser(wholeNumber))
    .option('--dry-run', 'only tell the plan')
    .option('--json', 'print JSON')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .action((text: string, options: Options) =>
      inWorld({ shell, finish, ...options }, (world) => mutate(world, text, options, shell)),
    );
  return prompt;
}

interface Tried {
  readonly id: string;
  readonly what: string;
  /** `fail`: noticed, unless advisory. `pass`, `inconclusive`: not noticed. `error`: could not be tried. */
  readonly verdict: Outcome['report']['verdict'];
  /** A judge without a certificate saw it, and lets it through. */
  readonly advisory?: true;
  readonly headline: string;
}

async function mutate(world: World, text: string, options: Options, shell: Shell): Promise<number> {
  const { json = false, limit } = options;
  const path = await pathOf(world, text);
  if (typeof path !== 'string') return showProblems([path], shell, json);
  const source = (await world.workspace.readText(path)) ?? '';
  const read = readPrompt({ text: source, file: path });
  if (read.value === undefined || hasErrors(read.problems)) return showProblems(read.problems, shell, json);
  const inputs = inputsOf(path, options);
  if ('problems' in inputs) return showProblems(inputs.problems, shell, json);
  const mutations = mutationsOf(read.value).slice(0, limit);
  const trial = { world: quietPlans(world), inputs: inputs.value, path, source };
  // Some tenths of a second each, with what is recorded looked through.
  if (!json && mutations.length > manyBreakages)
    shell.err(`Planning ${mutations.length} breakages; nothing is asked yet.`);
  const planned = await planMutations(trial, mutations);
  if ('problems' in planned) return showProblems(planned.problems, shell, json);
  const { plan } = planned;
  const asks = plan.calls[1] > 0 || plan.judged[1] > 0;
  if (!json && (asks || options.dryRun === true)) shell.err(`Plan: ${mutationPlanWords(mutations.length, planned)}.`);
  if (options.dryRun === true) {
    if (json) shell.out(JSON.stringify({ plan, mutations: mutations.map(({ id, what }) => ({ id, what })) }, null, 2));
    return 0;
  }
  const budget = inputs.value['max-cost-usd'];
  const over = overMutationBudget(planned, budget);
  if (over.length > 0) return showProblems(over, shell, json);
  const tried: Tried[] = [];
  let spentUsd = 0;
  for (const mutation of mutations) {
    if (!json) shell.err(`${mutation.id}: ${mutation.what}`);
    const left = budget === undefined ? {} : { 'max-cost-usd': leftOf(budget, spentUsd) };
    const made = await attempt({ ...trial, inputs: { ...trial.inputs, ...left } }, mutation);
    spentUsd += made.costUsd;
    tried.push(made.tried);
  }
  return tell(tried, json, shell);
}

const manyBreakages = 20;

/** Cents of cents: sums of prices have noise behind them. */
const leftOf = (budget: number, spent: number): number => Math.max(0, Number((budget - spent).toFixed(9)));

function inputsOf(path: string, options: Options) {
  const { baseUrl, apiKeyEnv, model, suite, judge, cassette, maxCostUsd, pricePrompt, priceCompletion } = options;
  const { env, allowPython } = options;
  const given = {
    prompt: suite ?? path,
    baseline: asTheyAre,
    'base-url': baseUrl,
    'api-key-env': apiKeyEnv,
    model,
    judge,
    'price-prompt': pricePrompt,
    'price-completion': priceCompletion,
    cassette: cassette?.join('\n'),
    env: env?.join('\n'),
    'allow-python': allowPython === true ? 'true' : undefined,
    'max-cost-usd': maxCostUsd,
  };
  const read = readInputs(promptRegressionInputs, given, (name) => `--${name}`);
  return read.value === undefined ? { problems: read.problems } : { value: read.value };
}

async function attempt(trial: Trial, mutation: Mutation): Promise<{ readonly tried: Tried; readonly costUsd: number }> {
  const { outcome } = await comparedWith(trial, mutation.prompt);
  const { verdict, headline, advisory } = outcome.report;
  const tried = { id: mutation.id, what: mutation.what, verdict, headline, ...(advisory === true && { advisory }) };
  return { tried, costUsd: outcome.run?.costUsd ?? 0 };
}

type State = Tried['verdict'] | 'advisory';

const stateWords = ({ verdict, advisory }: Tried): string =>
  verdict === 'fail' && advisory === true ? 'fail (advisory)' : verdict;

function tell(tried: readonly Tried[], json: boolean, shell: Shell): number {
  const stateOf = ({ verdict, advisory }: Tried): State =>
    verdict === 'fail' && advisory === true ? 'advisory' : verdict;
  const count = (...states: readonly State[]): number => tried.filter((each) => states.includes(stateOf(each))).length;
  const [noticed, untried] = [count('fail'), count('error')];
  const unnoticed = tried.length - noticed - untried;
  if (json) shell.out(JSON.stringify({ noticed, unnoticed, untried, mutations: tried }, null, 2));
  else {
    const words: Readonly<Record<State, string>> = {
      fail: 'noticed',
      advisory: 'let through',
      pass: 'not noticed',
      inconclusive: 'not noticed',
      error: 'not tried',
    };
    const order: readonly State[] = ['pass', 'inconclusive', 'advisory', 'error', 'fail'];
    const sorted = tried.toSorted((a, b) => order.indexOf(stateOf(a)) - order.indexOf(stateOf(b)));
    shell.out(
      table(
        ['breakage', '', 'what the gate says'],
        sorted.map((each) => [each.what, words[stateOf(each)], `${stateWords(each)}: ${each.headline}`]),
        shell.width,
      ),
    );
    shell.out(
      `\n${noticed} of ${tried.length} ${tried.length === 1 ? 'breakage is' : 'breakages are'} noticed${untried === 0 ? '' : `, ${untried} could not be tried`}.`,
    );
  }
  // A suite that could not be asked has not been shown to notice anything.
  return untried > 0 ? 3 : 0;
}
