// pawl prompt list | show; diff, log, bisect, mutate, export, push and pull have files of their own.
import { didYouMean, promptStem, type Problem, type RegisteredVersion } from '@pawl/core';
import type { World } from '@pawl/wiring';
import { Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { readAt, wantedOf } from '../read-at.ts';
import { showProblems } from '../show-problems.ts';
import { table } from '../table.ts';
import type { Shell } from '../terminal-io.ts';
import { addPromptBisect } from './prompt-bisect.ts';
import { addPromptDiff } from './prompt-diff.ts';
import { addPromptExchange } from './prompt-exchange.ts';
import { addPromptExport } from './prompt-export.ts';
import { addPromptMutate } from './prompt-mutate.ts';

interface Options {
  readonly json?: boolean;
  readonly directory?: string;
}

export function promptCommand(shell: Shell, finish: Finish): Command {
  const prompt = new Command('prompt');
  prompt
    .command('list')
    .summary('prompt files, their newest version and who holds which label')
    .description('List prompt files, their newest version and who holds which label.')
    .option('--json', 'print JSON')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .action((options: Options) => inWorld({ shell, finish, ...options }, (world) => list(world, options, shell)));
  prompt
    .command('show <prompt>')
    .summary('print a prompt file, as it is or as it was: "pawl prompt show mail-triage@production"')
    .description('Print a prompt file, as it is or as it was: "pawl prompt show mail-triage@production".')
    .option('--json', 'print JSON')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .action((text: string, options: Options) =>
      inWorld({ shell, finish, ...options }, (world) => show(world, text, options, shell)),
    );
  addPromptDiff(prompt, shell, finish);
  addPromptBisect(prompt, shell, finish);
  addPromptMutate(prompt, shell, finish);
  addPromptExport(prompt, shell, finish);
  addPromptExchange(prompt, shell, finish);
  return prompt;
}

async function list(world: World, { json }: Options, shell: Shell): Promise<number> {
  const paths = await world.workspace.list('**/*.prompt.yml');
  const registered = await world.registry.list();
  const prompts = paths.map((path) => {
    const name = promptStem(path);
    return { name, path, versions: registered.filter((version) => version.name === name) };
  });
  if (json === true) shell.out(JSON.stringify(prompts, null, 2));
  else if (prompts.length === 0) shell.out('There is no *.prompt.yml here.');
  else
    shell.out(
      table(
        ['prompt', 'newest', 'labels', 'file'],
        prompts.map(({ name, path, versions }) => [name, versions[0]?.version ?? '', labelsOf(versions), path]),
        shell.width,
      ),
    );
  return 0;
}

const labelsOf = (versions: readonly RegisteredVersion[]): string =>
  versions.flatMap(({ version, labels }) => labels.map((label) => `${label} ${version}`)).join(', ');

async function show(world: World, text: string, { json = false }: Options, shell: Shell): Promise<number> {
  const wanted = wantedOf(text);
  const paths = await world.workspace.list('**/*.prompt.yml');
  const matches = paths.filter((path) => path === wanted.name || promptStem(path) === wanted.name);
  const [path] = matches;
  if (path === undefined || matches.length > 1)
    return showProblems(
      [path === undefined ? unknown(wanted.name, paths) : several(wanted.name, matches)],
      shell,
      json,
    );
  const read = await readAt(world, path, wanted);
  if (read.value === undefined) return showProblems(read.problems, shell, json);
  shell.out(json ? JSON.stringify(read.value, null, 2) : read.value.text.trimEnd());
  return 0;
}

const unknown = (name: string, paths: readonly string[]): Problem => ({
  code: 'PROMPT_UNKNOWN',
  severity: 'error',
  message: `There is no prompt "${name}" here.`,
  hint: didYouMean(name, paths.map(promptStem)).replace(/^./, (first) => first.toUpperCase()),
});

const several = (name: string, paths: readonly string[]): Problem => ({
  code: 'PROMPT_AMBIGUOUS',
  severity: 'error',
  message: `${paths.length} prompts are called "${name}".`,
  hint: `Name the file: ${paths.join(', ')}.`,
});
