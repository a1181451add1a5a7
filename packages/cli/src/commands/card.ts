// pawl card show | update | lint
import type { World } from '@pawl/wiring';
import { escapeTerminal } from '@pawl/core/report';
import { Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { readAt, wantedOf } from '../read-at.ts';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';
import { cardOfName } from './card-files.ts';
import { lint, type LintOptions } from './card-lint.ts';
import { update, type UpdateOptions } from './card-update.ts';

interface Options {
  readonly json?: boolean;
  readonly directory?: string;
}

export function cardCommand(shell: Shell, finish: Finish): Command {
  const card = new Command('card');
  const add = (signature: string, summary: string): Command =>
    card
      .command(signature)
      .summary(summary)
      .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
      .option('--json', 'print JSON')
      .option('-C, --directory <folder>', 'work in this folder instead of here');
  add('show <name>', 'print a model card, as it is or as it was: "pawl card show flight-delay@production"').action(
    (text: string, options: Options) =>
      inWorld({ shell, finish, ...options }, (world) => show(world, text, options, shell)),
  );
  add('update <card>', "fill a card's numbers, data digests and lineage from the newest run that passed")
    .option('--run <id>', 'take this run instead of the newest that passed')
    .option('--name <name>', "the model's name, where the card's folder has another")
    .option('--check', 'change nothing, and exit with 1 when an update would')
    .option('--diff', 'show what changes, line by line')
    .action((text: string, options: UpdateOptions) =>
      inWorld({ shell, finish, ...options }, (world) => update({ world, shell, text, options })),
    );
  add('lint [cards...]', 'find what cards do not tell, and numbers that the newest run contradicts')
    .addHelpText(
      'after',
      '\nWithout cards, every README.md with front matter is looked over. Exits with 1 on an error.',
    )
    .action((texts: readonly string[], options: LintOptions) =>
      inWorld({ shell, finish, ...options }, (world) => lint({ world, shell, texts, options })),
    );
  return card;
}

async function show(world: World, text: string, { json = false }: Options, shell: Shell): Promise<number> {
  const wanted = wantedOf(text);
  const card = await cardOfName(world, wanted.name);
  if (card.value === undefined) return showProblems(card.problems, shell, json);
  const read = await readAt(world, card.value, wanted);
  if (read.value === undefined) return showProblems(read.problems, shell, json);
  shell.out(json ? JSON.stringify(read.value, null, 2) : escapeTerminal(read.value.text.trimEnd()));
  return 0;
}
