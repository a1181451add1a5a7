// pawl store push | compact | verify
import type { World } from '@pawl/wiring';
import { Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';

type Print = (value: object, text: string) => void;

export function storeCommand(shell: Shell, finish: Finish): Command {
  const store = new Command('store').summary('look after the refs that hold runs');
  const add = (name: string, summary: string, work: (world: World, print: Print) => Promise<number>) => {
    store
      .command(name)
      .summary(summary)
      .description(summary)
      .option('--json', 'print JSON')
      .option('-C, --directory <folder>', 'work in this folder instead of here')
      .action(async (options: { json?: boolean; directory?: string }) => {
        const print: Print = (value, text) => shell.out(options.json === true ? JSON.stringify(value, null, 2) : text);
        await inWorld({ shell, finish, ...options }, (world) => work(world, print));
      });
  };

  add('push', 'try again to push runs that were kept aside', async (world, print) => {
    const receipts = await world.store.pushSpool();
    const left = receipts.filter(({ kept }) => kept === 'spool');
    const pushed = receipts.length - left.length;
    const reasons = [...new Set(left.map(({ reason }) => reason ?? 'no reason was given'))];
    print(
      { pushed, left: left.length, reasons },
      [
        receipts.length === 0 ? 'Nothing was kept aside.' : `Pushed ${bundles(pushed)}.`,
        ...(left.length === 0 ? [] : [`${bundles(left.length)} could not be pushed: ${reasons.join(' ')}`]),
      ].join('\n'),
    );
    return left.length === 0 ? 0 : 3;
  });
  add('compact', 'fold new runs into the data and index refs', async (world, print) => {
    const { folded, quarantined } = await world.store.compact();
    print(
      { folded, quarantined },
      `Folded ${bundles(folded)}${quarantined === 0 ? '' : `; ${quarantined} went to quarantine`}.`,
    );
    return quarantined === 0 ? 0 : 3;
  });
  add('verify', 'read every record again, and compare it with its digest and the index', async (world, print) => {
    const { runs, operations, problems } = await world.store.verify();
    print(
      { runs, operations, problems },
      `${runs} ${runs === 1 ? 'run' : 'runs'} and ${operations} ${operations === 1 ? 'operation' : 'operations'} are folded; ${problems.length === 0 ? 'every one is as it was written' : `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`}.`,
    );
    if (problems.length > 0) showProblems(problems, { ...shell, out: () => {} }, false);
    return problems.length === 0 ? 0 : 3;
  });
  return store;
}

const bundles = (count: number): string => `${count} ${count === 1 ? 'bundle' : 'bundles'}`;
