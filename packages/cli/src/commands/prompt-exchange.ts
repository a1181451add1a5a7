// pawl prompt pull | push: prompts between MLflow's or Langfuse's registry and this repository.
import { exitCodes, hasErrors, promptDigest, promptStem, readPrompt, type Problem } from '@pawl/core';
import { escapeTerminal, oneLine } from '@pawl/core/report';
import { mergePrompt } from '@pawl/experiments';
import type { World } from '@pawl/wiring';
import type { Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { wantedOf } from '../read-at.ts';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';
import { promptServer, type PromptServer, type PulledPrompts } from './prompt-servers.ts';
import { pathOf, readVersions, versionsOf } from './prompt-versions.ts';
import { labelMover } from './registry-exchange.ts';

interface PushOptions {
  readonly to: string;
  readonly json?: boolean;
  readonly directory?: string;
}

interface PullOptions {
  readonly from: string;
  readonly at?: string;
  readonly labels?: boolean;
  readonly force?: boolean;
  readonly message?: string;
  readonly json?: boolean;
  readonly directory?: string;
}

/** Adds `push` and `pull` to `pawl prompt`. */
export function addPromptExchange(prompt: Command, shell: Shell, finish: Finish): Command {
  prompt
    .command('push <prompt>')
    .summary("registered versions of a prompt to MLflow's or Langfuse's registry")
    .description(
      "Send the registered versions of a prompt, or one (mail-triage@v1.2.0), to the registry of MLflow or Langfuse.\nLabels go along (MLflow calls them aliases). A version that is there is not sent again. Langfuse's keys are\nLANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY.",
    )
    .requiredOption('--to <server>', 'mlflow:https://HOST or langfuse:https://HOST')
    .option('--json', 'print JSON')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .action(async (text: string, options: PushOptions) => {
      await inWorld({ shell, finish, ...options }, (world) => push(text, options, { world, shell }));
    });
  prompt
    .command('pull <prompt>')
    .summary("a prompt of MLflow's or Langfuse's registry into its *.prompt.yml")
    .description(
      'Bring a version of a prompt from the registry of MLflow or Langfuse into its *.prompt.yml; cases, evaluators and\ncomments of a file that is there stay. Committing and registering it stays with you.',
    )
    .requiredOption('--from <server>', 'mlflow:https://HOST or langfuse:https://HOST')
    .option('--at <version>', 'a version, or an alias or label, of the server; default: the newest')
    .option('--labels', 'also move labels of versions that are registered here as they are there')
    .option('--force', 'overwrite what is not committed, and move labels although evidence is missing')
    .option('-m, --message <text>', 'why, for labels that are forced')
    .option('--json', 'print JSON')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .action(async (name: string, options: PullOptions) => {
      await inWorld({ shell, finish, ...options }, (world) => pull(name, options, { world, shell }));
    });
  return prompt;
}

interface Doing {
  readonly world: World;
  readonly shell: Shell;
}

async function push(text: string, { to, json = false }: PushOptions, { world, shell }: Doing): Promise<number> {
  const server = promptServer(to, shell.env);
  const wanted = wantedOf(text);
  const path = await pathOf(world, wanted.name);
  if (typeof path !== 'string') return showProblems([path], shell, json);
  const name = promptStem(path);
  const versions = await versionsOf(world, name, wanted.ref);
  if ('problem' in versions) return showProblems([versions.problem], shell, json);
  const read = await readVersions(world, path, versions.found);
  const { sha256 } = await world.context();
  const pushed = await server.push(name, read.versions, sha256);
  const problems = [...read.problems, ...pushed.problems];
  if (json) shell.out(JSON.stringify({ ...pushed.json, problems }, null, 2));
  else {
    if (problems.length > 0) showProblems(problems, shell, false);
    const lines = [
      ...pushed.created.map(({ version, number }) => `${name}@${version} is version ${number} in ${server.title}.`),
      ...pushed.labelled.map(({ label, number }) => `The ${server.word} ${label} of ${name} is now version ${number}.`),
      `${pushed.created.length} version${pushed.created.length === 1 ? '' : 's'} pushed${pushed.present > 0 ? `; ${pushed.present} there already` : ''}.`,
    ];
    shell.out(shownLines(lines));
  }
  return hasErrors(problems) ? exitCodes.error : 0;
}

async function pull(given: string, options: PullOptions, doing: Doing): Promise<number> {
  const { world, shell } = doing;
  const { json = false, at, from, force = false } = options;
  const server = promptServer(from, shell.env);
  const { sha256 } = await world.context();
  const there = await pathOf(world, given);
  const name = typeof there === 'string' ? promptStem(there) : given;
  if (typeof there !== 'string' && there.code === 'PROMPT_AMBIGUOUS') return showProblems([there], shell, json);
  if (!/^[\w.-]+$/.test(name) || name.startsWith('.')) return showProblems([badName(name)], shell, json);
  const path = typeof there === 'string' ? there : `prompts/${name}.prompt.yml`;
  const pulled = await server.pull(name, at, sha256);
  const before = await world.workspace.readText(path);
  const after = mergePrompt(before, name, pulled.content);
  const checked = readPrompt({ text: after, file: path });
  if (checked.value === undefined) return showProblems(checked.problems, shell, json);
  const changed = before !== after;
  if (changed && !force && before !== undefined && (await isUncommitted(world, path, before)))
    return showProblems([uncommitted(path)], shell, json);
  if (changed) await world.workspace.write(path, after);
  const labels =
    options.labels === true
      ? await pullLabels(doing, { name, path, options, server, there: pulled.labels })
      : { moved: [], problems: [] };
  const problems = [...pulled.problems, ...labels.problems];
  const { number, message } = pulled;
  if (json)
    shell.out(
      JSON.stringify({ name, path, changed, ...pulled.json, message, labelled: labels.moved, problems }, null, 2),
    );
  else {
    if (problems.length > 0) showProblems(problems, shell, false);
    const lines = [
      changed
        ? `${path} is now version ${number} of ${server.title}${message === '' ? '' : `: ${message}`}`
        : `${path} is version ${number} of ${server.title} already.`,
      ...labels.moved.map(({ label, version }) => `${label} of ${name} is now ${version}.`),
      ...(changed ? [`Commit it, then "pawl registry register ${name}".`] : []),
    ];
    shell.out(shownLines(lines));
  }
  return hasErrors(problems) ? exitCodes.error : 0;
}

/** What a server says of its versions may be anybody's. */
const shownLines = (lines: readonly string[]): string => lines.map((line) => oneLine(escapeTerminal(line))).join('\n');

interface LabelsThere {
  readonly name: string;
  readonly path: string;
  readonly options: PullOptions;
  readonly server: PromptServer;
  readonly there: PulledPrompts['labels'];
}

/** A label there stands for one of our versions when its version says so, or tells the model exactly the same. */
async function pullLabels(
  doing: Doing,
  { name, path, options, server, there }: LabelsThere,
): Promise<{
  readonly moved: readonly { readonly label: string; readonly version: string }[];
  readonly problems: readonly Problem[];
}> {
  const { world } = doing;
  const { sha256 } = await world.context();
  const moveLabel = await labelMover(doing, options);
  const { versions } = await readVersions(world, path, await world.registry.list(name));
  const moved: { label: string; version: string }[] = [];
  const problems: Problem[] = [];
  for (const { label, number, version, digest } of there) {
    const same =
      versions.find((one) => one.version.version === version) ??
      versions.find((one) => promptDigest(one.prompt, sha256) === digest);
    if (same === undefined) problems.push(noVersion(server, { name, label, number }));
    else if (!same.version.labels.includes(label)) {
      const problem = await moveLabel(
        same.version,
        label,
        `${server.title} prompt ${name}: ${server.word} ${label} is version ${number}`,
      );
      if (problem === undefined) moved.push({ label, version: same.version.version });
      else problems.push(problem);
    }
  }
  return { moved, problems };
}

/** What Git does not have would be lost. */
async function isUncommitted(world: World, path: string, text: string): Promise<boolean> {
  const { commit } = await world.history.head();
  const committed = commit === undefined ? undefined : await world.history.read(commit, path);
  return committed === undefined || new TextDecoder().decode(committed) !== text;
}

const problem = (code: string, message: string, hint: string): Problem => ({ code, severity: 'error', message, hint });

const badName = (name: string): Problem =>
  problem('PROMPT_NAME', `"${name}" cannot be a prompt's file name.`, 'Use letters, digits, "_", "-" and ".".');

const uncommitted = (path: string): Problem => ({
  ...problem(
    'PROMPT_UNCOMMITTED',
    `${path} has changes that are not committed.`,
    'Commit or drop them first, or overwrite them with --force.',
  ),
  file: path,
});

const noVersion = (
  { title, word }: PromptServer,
  { name, label, number }: { readonly name: string; readonly label: string; readonly number: number },
): Problem =>
  problem(
    `${title.toUpperCase()}_${word.toUpperCase()}_NO_VERSION`,
    `The ${word} ${label} of ${name} is version ${number}, and no version here says the same.`,
    `Pull it with --at ${label}, commit and register it.`,
  );
