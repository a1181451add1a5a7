// pawl prompt mutate: breaks a prompt in known ways and tells which of them its suite does not notice.
import { hasErrors, readInputs, readPrompt, type Outcome, type Problem, type Prompt, type Workspace } from '@pawl/core';
import { mutationsOf, type Mutation } from '@pawl/core/prompt-history';
import { promptRegressionInputs, type PromptRegressionInputs } from '@pawl/core/prompt-regression';
import type { World } from '@pawl/wiring';
import { executePromptRegression } from '@pawl/wiring/prompt-regression';
import { Option, type Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { showProblems } from '../show-problems.ts';
import { table } from '../table.ts';
import type { Shell } from '../terminal-io.ts';
import { wholeNumber } from '../whole-number.ts';
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
  readonly maxCostUsd?: string;
  readonly limit?: number;
  readonly json?: boolean;
  readonly directory?: string;
}

/** Adds `mutate` to `pawl prompt`. */
export function addPromptMutate(prompt: Command, shell: Shell, finish: Finish): Command {
  prompt
    .command('mutate <prompt>')
    .summary('break a prompt in known ways, and see which of them its suite does not notice')
    .description(
      'Break a prompt in known ways (a sentence less, "never" as "always", a variable lost …) and evaluate each against the\nprompt as it is. A breakage that passes is one that the suite would let through by accident, too. No run is\nstored. Answers come from --base-url and are recorded in the cassette, as by "pawl eval": a second time costs nothing.',
    )
    .option('--base-url <url>', "endpoint that speaks OpenAI's API")
    .option('--api-key-env <name>', 'environment variable that holds its key')
    .option('--model <model>', "model to ask, instead of the prompt file's")
    .option('--suite <file>', "evaluate with this suite, which reads the prompt, instead of the prompt's own cases")
    .option('--judge <model>', 'model that judges where the suite names none')
    .option('--cassette <file...>', 'files of recorded answers; by default the one beside the prompt, or the suite')
    .option('--max-cost-usd <dollars>', 'for each mutation')
    .option('--price-prompt <dollars>', 'of a million tokens, for endpoints that do not say what an answer cost')
    .option('--price-completion <dollars>', 'of a million tokens')
    .addOption(new Option('--limit <count>', 'only so many mutations').argParser(wholeNumber))
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
  const tried: Tried[] = [];
  for (const mutation of mutationsOf(read.value).slice(0, limit)) {
    if (!json) shell.err(`${mutation.id}: ${mutation.what}`);
    const made = await attempt({ world, inputs: inputs.value, path, source }, mutation);
    if (!made.read) return showProblems([notRead(path, inputs.value.prompt)], shell, json);
    tried.push(made.tried);
  }
  return tell(tried, json, shell);
}

/** Stands for the files as they are, as if they were a commit: what each mutation is compared with. */
const asTheyAre = 'the-files-as-they-are';

function inputsOf(path: string, options: Options) {
  const { baseUrl, apiKeyEnv, model, suite, judge, cassette, maxCostUsd, pricePrompt, priceCompletion } = options;
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
    'max-cost-usd': maxCostUsd,
  };
  const read = readInputs(promptRegressionInputs, given, (name) => `--${name}`);
  return read.value === undefined ? { problems: read.problems } : { value: read.value };
}

interface Trial {
  readonly world: World;
  readonly inputs: PromptRegressionInputs;
  readonly path: string;
  readonly source: string;
}

async function attempt(
  { world, inputs, path, source }: Trial,
  mutation: Mutation,
): Promise<{ readonly tried: Tried; readonly read: boolean }> {
  const broken = withFile(world.workspace, path, JSON.stringify(mutation.prompt satisfies Prompt));
  const outcome = await executePromptRegression(inputs, {
    ...world,
    workspace: broken.workspace,
    history: {
      ...world.history,
      resolve: async (revision) => (revision === asTheyAre ? asTheyAre : world.history.resolve(revision)),
      read: async (commit, file) =>
        commit !== asTheyAre
          ? world.history.read(commit, file)
          : file === path
            ? new TextEncoder().encode(source)
            : world.workspace.read(file),
      list: async (commit, glob) =>
        commit === asTheyAre ? world.workspace.list(glob) : world.history.list(commit, glob),
      commitTime: async (commit) => (commit === asTheyAre ? undefined : world.history.commitTime(commit)),
    },
  });
  const { verdict, headline, advisory } = outcome.report;
  const tried = { id: mutation.id, what: mutation.what, verdict, headline, ...(advisory === true && { advisory }) };
  return { tried, read: broken.isRead() || verdict === 'error' };
}

/** The workspace with one file other than it is on disk. */
function withFile(
  workspace: Workspace,
  changed: string,
  text: string,
): { readonly workspace: Workspace; readonly isRead: () => boolean } {
  let isRead = false;
  const own = (path: string): string | undefined => {
    isRead ||= path === changed;
    return path === changed ? text : undefined;
  };
  return {
    isRead: () => isRead,
    workspace: {
      read: async (path) => {
        const mine = own(path);
        return mine === undefined ? workspace.read(path) : new TextEncoder().encode(mine);
      },
      readText: async (path) => own(path) ?? workspace.readText(path),
      list: (glob) => workspace.list(glob),
      fingerprint: (path) => workspace.fingerprint(path),
      resolve: (path) => workspace.resolve(path),
      write: (path, data) => workspace.write(path, data),
    },
  };
}

const notRead = (prompt: string, suite: string): Problem => ({
  code: 'PROMPT_NOT_READ',
  severity: 'error',
  message: `"${suite}" does not read ${prompt}, so no breakage of it could be noticed.`,
  hint: 'Name a suite that does.',
  file: suite,
});

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
