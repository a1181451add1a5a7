// pawl store push | compact | verify
import { Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import type { Shell } from '../terminal-io.ts';

export function storeCommand(shell: Shell, finish: Finish): Command {
  const store = new Command('store').summary('look after the refs that hold runs');
  store
    .command('compact')
    .summary('fold new runs into the data and index refs')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .action((options: { directory?: string }) =>
      inWorld({ shell, finish, ...options }, async (world) => {
        const { folded, quarantined } = await world.store.compact();
        shell.out(
          `Folded ${folded} ${folded === 1 ? 'bundle' : 'bundles'}${quarantined === 0 ? '' : `; ${quarantined} went to quarantine`}.`,
        );
        return quarantined === 0 ? 0 : 3;
      }),
    );
  return store;
}
