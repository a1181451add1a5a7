// pawl prompt mutate: breaks a prompt in known ways and tells which of them its suite does not notice.
import { hasErrors, readInputs, readPrompt, type Outcome, type Prompt, type Workspace } from '@pawl/core';
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
    .option('--cassette <file...>', 'files of recorded answers')
    .option('--max-cost-usd <dollars>', 'for each mutation')
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
  /** `fail`: noticed. `pass`, `inconclusive`: not noticed. `error`: could not be tried. */
  readonly verdict: Outcome['report']['verdict'];
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
    tried.push(await attempt({ world, inputs: inputs.value, path, source }, mutation));
  }
  return tell(tried, json, shell);
}

/** A name beside the prompt's own, for the prompt as it is: the gate compares two files. */
const originalOf = (path: string): string => path.replace(/[^/]+$/, 'pawl-original.$&');

function inputsOf(path: string, options: Options) {
  const { baseUrl, apiKeyEnv, model, cassette, maxCostUsd } = options;
  const given = {
    prompt: path,
    baseline: originalOf(path),
    'base-url': baseUrl,
    'api-key-env': apiKeyEnv,
    model,
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

async function attempt({ world, inputs, path, source }: Trial, mutation: Mutation): Promise<Tried> {
  const files = new Map([
    [path, JSON.stringify(mutation.prompt satisfies Prompt)],
    [originalOf(path), source],
  ]);
  const outcome = await executePromptRegression(inputs, { ...world, workspace: overlay(world.workspace, files, path) });
  const { verdict, headline } = outcome.report;
  return { id: mutation.id, what: mutation.what, verdict, headline };
}

/** The workspace with some files other than they are on disk. */
function overlay(workspace: Workspace, files: ReadonlyMap<string, string>, real: string): Workspace {
  return {
    read: async (path) => {
      const text = files.get(path);
      return text === undefined ? workspace.read(path) : new TextEncoder().encode(text);
    },
    readText: async (path) => files.get(path) ?? workspace.readText(path),
    list: (glob) => workspace.list(glob),
    fingerprint: (path) => workspace.fingerprint(files.has(path) ? real : path),
    resolve: (path) => workspace.resolve(path),
    write: (path, data) => workspace.write(path, data),
  };
}

function tell(tried: readonly Tried[], json: boolean, shell: Shell): number {
  const count = (verdicts: readonly string[]): number =>
    tried.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const [noticed, unnoticed, untried] = [count(['fail']), count(['pass', 'inconclusive']), count(['error'])];
  if (json) shell.out(JSON.stringify({ noticed, unnoticed, untried, mutations: tried }, null, 2));
  else {
    const words: Readonly<Record<string, string>> = {
      fail: 'noticed',
      pass: 'not noticed',
      inconclusive: 'not noticed',
      error: 'not tried',
    };
    const order = ['pass', 'inconclusive', 'error', 'fail'];
    const sorted = tried.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
    shell.out(
      table(
        ['breakage', '', 'what the gate says'],
        sorted.map(({ what, verdict, headline }) => [what, words[verdict] ?? verdict, `${verdict}: ${headline}`]),
        shell.width,
      ),
    );
    shell.out(
      `\n${noticed} of ${tried.length} breakages are noticed${untried === 0 ? '' : `, ${untried} could not be tried`}.`,
    );
  }
  // A suite that could not be asked has not been shown to notice anything.
  return untried > 0 ? 3 : 0;
}
