// pawl card show
import type { Problem } from '@pawl/core';
import { escapeTerminal } from '@pawl/core/report';
import type { World } from '@pawl/wiring';
import { Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { readAt, wantedOf } from '../read-at.ts';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';

interface Options {
  readonly json?: boolean;
  readonly directory?: string;
}

export function cardCommand(shell: Shell, finish: Finish): Command {
  const card = new Command('card').summary('model cards: NAME/README.md, as Hugging Face has them');
  card
    .command('show <name>')
    .summary('print a model card, as it is or as it was: "pawl card show flight-delay@production"')
    .description('Print a model card, as it is or as it was: "pawl card show flight-delay@production".')
    .option('--json', 'print JSON')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .action((text: string, options: Options) =>
      inWorld({ shell, finish, ...options }, (world) => show(world, text, options, shell)),
    );
  return card;
}

async function show(world: World, text: string, { json = false }: Options, shell: Shell): Promise<number> {
  const wanted = wantedOf(text);
  // A name may hold glob characters; a folder is found by comparing.
  const cards = (await world.workspace.list('**/README.md')).filter((path) =>
    `/${path}`.endsWith(`/${wanted.name}/README.md`),
  );
  const [path] = cards;
  if (path === undefined || cards.length > 1) return showProblems([noOneCard(wanted.name, cards)], shell, json);
  const read = await readAt(world, path, wanted);
  if (read.value === undefined) return showProblems(read.problems, shell, json);
  shell.out(json ? JSON.stringify(read.value, null, 2) : escapeTerminal(read.value.text.trimEnd()));
  return 0;
}

const noOneCard = (name: string, cards: readonly string[]): Problem =>
  cards.length === 0
    ? {
        code: 'CARD_UNKNOWN',
        severity: 'error',
        message: `There is no model card of "${name}" here.`,
        hint: `A card is the README.md in a folder of the model's name: models/${name}/README.md.`,
      }
    : {
        code: 'CARD_AMBIGUOUS',
        severity: 'error',
        message: `${cards.length} folders named "${name}" have a card: ${cards.join(', ')}.`,
        hint: 'Give more of the path: models/NAME.',
      };
