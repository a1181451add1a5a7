// pawl prompt bisect: which commit made a prompt worse.
import { exitCodes, promptStem, readInputs, type LoggedCommit, type Problem } from '@pawl/core';
import { promptRegressionInputs, type PromptRegressionInputs } from '@pawl/core/prompt-regression';
import type { World } from '@pawl/wiring';
import { Option, type Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';
import { wholeNumber } from '../whole-number.ts';
import { worldAt, type WorldAt } from '../world-at.ts';
import { BisectEvaluation, type PlannedCalls } from './bisect-evaluation.ts';
import { planSearch, searchCommits, type Found, type SearchPlan, type Step } from './bisect-search.ts';
import { foundText, noFall, planText, stepText, type Ends } from './bisect-words.ts';
import { pathOf } from './prompt-versions.ts';

interface Options {
  readonly good: string;
  readonly bad: string;
  readonly case?: string;
  readonly suite?: string;
  readonly baseUrl?: string;
  readonly apiKeyEnv?: string;
  readonly model?: string;
  readonly judge?: string;
  readonly cassette?: readonly string[];
  readonly env?: readonly string[];
  readonly allowPython?: boolean;
  readonly margin?: string;
  readonly repeats: number;
  readonly maxRepeats: number;
  readonly maxCostUsd?: string;
  readonly pricePrompt?: string;
  readonly priceCompletion?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly directory?: string;
}

/** Adds `bisect` to `pawl prompt`. */
export function addPromptBisect(prompt: Command, shell: Shell, finish: Finish): Command {
  prompt
    .command('bisect <prompt>')
    .summary('find the commit at which a suite, or one case, got worse')
    .description(
      'Find the commit at which the pass rate of a suite, or of one case, fell: binary search over the commits that\ntouched the prompt or a file of its suite, each judged with the cases of the bad end. What settles nothing is\nasked again, up to --max-repeats; then the answer is a range. Files are read from Git, the work tree stays as it\nis; new answers are kept in the Git directory, so that a second search costs nothing.',
    )
    .requiredOption('--good <version>', 'where it was good: a version, a label or a Git revision')
    .option('--bad <version>', 'where it is bad', 'HEAD')
    .option('--case <id>', 'one case alone')
    .option('--suite <file>', "evaluate this suite, as it is at the bad end, instead of the prompt's own cases")
    .option('--base-url <url>', "endpoint that speaks OpenAI's API; without it only recorded answers are used")
    .option('--api-key-env <name>', 'environment variable that holds its key')
    .option('--model <model>', "model to ask, instead of each version's")
    .option('--judge <model>', 'model that judges where the suite names none')
    .option('--cassette <file...>', 'files of recorded answers; by default the one beside the prompt')
    .option('--env <name...>', 'environment variables that the suite may read')
    .option('--allow-python', 'run the Python that the suite and its versions name, which no sandbox holds')
    .option('--margin <share>', 'the smallest fall of the pass rate that counts; by default 0.03')
    .addOption(new Option('--repeats <count>', 'ask each request so often').argParser(wholeNumber).default(1))
    .addOption(
      new Option('--max-repeats <count>', 'and up to so often while it settles nothing')
        .argParser(wholeNumber)
        .default(5),
    )
    .option('--max-cost-usd <dollars>', 'for the whole search')
    .option('--price-prompt <dollars>', 'of a million tokens, for the plan')
    .option('--price-completion <dollars>', 'of a million tokens, for the plan')
    .option('--dry-run', 'only tell the plan')
    .option('--json', 'print JSON')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .action((text: string, options: Options) =>
      inWorld({ shell, finish, ...options }, (world) => bisect(world, text, options, shell)),
    );
  return prompt;
}

async function bisect(world: World, text: string, options: Options, shell: Shell): Promise<number> {
  const { json = false } = options;
  const prepared = await prepare(world, text, options);
  if ('problems' in prepared) return showProblems(prepared.problems, shell, json);
  const { evaluation, at, plan, versions, paths, ends } = prepared;
  if (!json) shell.err(planText(plan, ends, paths));
  if (options.dryRun === true) {
    if (json) shell.out(JSON.stringify({ plan, ...namesOf(ends), paths, versions }, null, 2));
    return 0;
  }
  const limit = options.maxCostUsd === undefined ? Infinity : Number(options.maxCostUsd);
  if ((plan.costUsd ?? 0) > limit) return showProblems([overBudget(plan, limit)], shell, json);
  const steps: Step[] = [];
  const looked = (step: Step): void => {
    steps.push(step);
    if (!json) shell.err(stepText(step));
  };
  const { good, bad } = await evaluation.ends(ends.good);
  looked({ commit: ends.good, ...good });
  looked({ commit: ends.bad, ...bad });
  const about = { ...namesOf(ends), paths, plan, advisory: evaluation.advisory };
  if (good.state !== 'good') {
    const problem = noFall(good, bad, options);
    if (json) shell.out(JSON.stringify({ ...about, steps, found: [], problems: [problem] }, null, 2));
    else showProblems([problem], shell, false);
    return good.state === 'unreadable' ? exitCodes.error : exitCodes.inconclusive;
  }
  const range = { from: ends.good, to: ends.bad };
  const found = await searchCommits(range, { world: at, evaluation, paths: () => pathsOf(at, options), looked });
  const spent = { ...at.answers, costUsd: evaluation.spentUsd };
  if (json) shell.out(JSON.stringify({ ...about, steps, found: found.commits, ...withThrough(found), spent }, null, 2));
  else shell.out(foundText(found, { steps, spent, paths: pathsOf(at, {}), advisory: evaluation.advisory }));
  return found.commits.length === 1 ? 0 : exitCodes.inconclusive;
}

const namesOf = ({ good, bad }: Ends) => ({ good, bad });

const withThrough = ({ through, together }: Found) => ({
  ...(through !== undefined && { through }),
  ...(together !== undefined && { together }),
});

interface Prepared {
  readonly evaluation: BisectEvaluation;
  readonly at: WorldAt;
  readonly plan: SearchPlan;
  /** That touched the prompt or a file of its suite, oldest first. */
  readonly versions: readonly LoggedCommit[];
  readonly paths: readonly string[];
  readonly ends: Ends;
}

type Refused = { readonly problems: readonly Problem[] };

/** Everything that can be found out without asking a model. */
async function prepare(world: World, text: string, options: Options): Promise<Prepared | Refused> {
  const ends = await endsOf(world, text, options);
  if ('problems' in ends) return ends;
  const named = await pathOf(world, text);
  const there = typeof named === 'string' ? named : (await world.history.read(ends.bad, text)) && text;
  if (there === undefined) return { problems: typeof named === 'string' ? [] : [named] };
  const path = options.suite ?? there;
  const cassettes = options.cassette ?? [
    `${path.slice(0, path.lastIndexOf('/') + 1)}${promptStem(path)}.cassette.jsonl`,
  ];
  const at = await worldAt(world, {
    commit: ends.bad,
    name: path.replace(/^.*\//, ''),
    cassettes,
    ...(options.suite !== undefined && { held: options.suite }),
  });
  const opened = await openEvaluation(at, { path, cassettes, options, bad: ends.bad });
  if ('problems' in opened) return opened;
  const { evaluation, bad } = opened;
  const good = await evaluation.plan(ends.good);
  if ('problems' in good) return good;
  if (!pathsOf(at, {}).includes(there)) return { problems: [notRead(there, path)] };
  const range = { from: ends.good, to: ends.bad };
  const changes = () => world.history.changes({ ...range, paths: pathsOf(at, options) });
  for (let versions = await changes(); ;) {
    if (versions.length === 0) return { problems: [untouched(ends, pathsOf(at, {}))] };
    const plan = await planSearch(evaluation, { good, bad }, versions);
    // To plan a version in the middle is to read it, with files that neither end has.
    const wider = await changes();
    if (wider.length === versions.length) return { evaluation, at, plan, versions, paths: pathsOf(at, {}), ends };
    versions = wider;
  }
}

interface Searched {
  readonly path: string;
  readonly cassettes: readonly string[];
  readonly options: Options;
  readonly bad: string;
}

/**
 * A suite that describes whom it asks is asked without --base-url, too; whether it does is seen when it is planned: what
 * nobody can answer is recorded nowhere, and the recording is missed.
 */
async function openEvaluation(
  at: WorldAt,
  searched: Searched,
): Promise<{ readonly evaluation: BisectEvaluation; readonly bad: PlannedCalls } | Refused> {
  const { options, bad } = searched;
  const { repeats, maxRepeats, maxCostUsd } = options;
  const planned = async (records: boolean) => {
    const inputs = await inputsOf(at, { ...searched, records });
    if ('problems' in inputs) return inputs;
    const evaluation = new BisectEvaluation({
      world: at,
      inputs,
      bad,
      repeats: Math.max(1, repeats),
      maxRepeats: Math.max(1, repeats, maxRepeats),
      ...(options.case !== undefined && { case: options.case }),
      ...(maxCostUsd !== undefined && { maxCostUsd: Number(maxCostUsd) }),
    });
    const plan = await evaluation.plan(bad);
    return 'problems' in plan ? plan : { evaluation, bad: plan };
  };
  const recording = await planned(true);
  const missed = 'problems' in recording && recording.problems.some(({ file }) => file === at.recording);
  return missed ? planned(false) : recording;
}

/** What decides how a version does; a suite that is the same throughout decides nothing. */
const pathsOf = ({ touched }: WorldAt, { suite }: Pick<Options, 'suite'>): readonly string[] =>
  [...touched].filter((file) => file !== suite && !/\.(?:judge\.json|cassette\.jsonl)$/.test(file)).toSorted();

async function endsOf(world: World, text: string, options: Options): Promise<Ends | Refused> {
  const name = text.replace(/^.*\//, '').replace(/\.prompt\.ya?ml$/, '');
  const commitOf = async (revision: string): Promise<string | undefined> =>
    (await world.history.resolve(revision)) ??
    (await world.registry.resolve(name, revision.slice(revision.lastIndexOf('@') + 1)))?.commit;
  const [good, bad] = [await commitOf(options.good), await commitOf(options.bad)];
  const unknown = [...(good === undefined ? [options.good] : []), ...(bad === undefined ? [options.bad] : [])];
  if (good === undefined || bad === undefined) return { problems: unknown.map(unknownEnd) };
  if ((await world.history.mergeBase(good, bad)) !== good) return { problems: [notBefore(options)] };
  return { good, bad, goodName: options.good, badName: options.bad };
}

async function inputsOf(
  at: WorldAt,
  { path, cassettes, options, records }: Searched & { readonly records: boolean },
): Promise<PromptRegressionInputs | Refused> {
  const { baseUrl, apiKeyEnv, model, judge, env, margin, maxCostUsd, pricePrompt, priceCompletion } = options;
  const present: string[] = [];
  for (const file of cassettes)
    if (options.cassette !== undefined || (await at.workspace.fingerprint(file)) !== undefined) present.push(file);
  // New answers go into the first.
  const all = records ? [at.recording, ...present] : present;
  const given = {
    prompt: path,
    'base-url': baseUrl,
    'api-key-env': apiKeyEnv,
    model,
    judge,
    margin,
    case: options.case,
    env: env?.join('\n'),
    'allow-python': options.allowPython === true ? 'true' : undefined,
    cassette: all.join('\n'),
    // The plan of the whole search is held against the budget; each comparison against what is left of it.
    'max-cost-usd': maxCostUsd,
    'price-prompt': pricePrompt,
    'price-completion': priceCompletion,
  };
  const read = readInputs(promptRegressionInputs, given, (name) => `--${name}`);
  if (read.value === undefined) return { problems: read.problems };
  return { ...read.value, 'max-cost-usd': undefined };
}

const problem = (code: string, message: string, hint: string): Problem => ({ code, severity: 'error', message, hint });

const unknownEnd = (revision: string): Problem =>
  problem(
    'BISECT_END',
    `There is no version, label or Git revision "${revision}".`,
    'Give a commit, a tag, or name@v1.2.3.',
  );

const notBefore = ({ good, bad }: Options): Problem =>
  problem('BISECT_END', `"${good}" does not come before "${bad}".`, 'Give their merge base as the good end.');

const notRead = (prompt: string, suite: string): Problem =>
  problem(
    'BISECT_SUITE',
    `The suite ${suite} does not read ${prompt}.`,
    'Name the suite that evaluates it, or the prompt that it reads.',
  );

const untouched = ({ goodName, badName }: Ends, paths: readonly string[]): Problem =>
  problem(
    'BISECT_NOTHING',
    `No commit from "${goodName}" to "${badName}" touched ${paths.join(', ')}.`,
    'What changed is elsewhere: the model behind its name, or the endpoint.',
  );

const overBudget = ({ costUsd = 0 }: SearchPlan, limit: number): Problem =>
  problem(
    'PLAN_OVER_BUDGET',
    `The plan takes about $${costUsd.toFixed(2)}, and --max-cost-usd is $${limit.toFixed(2)}: nothing was asked.`,
    'Raise it, or lower --max-repeats.',
  );
