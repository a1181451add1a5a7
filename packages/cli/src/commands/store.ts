// pawl store push | compact | verify | status | prune | gc | repair | collect
import { exitCodes } from '@pawl/core';
import type { World } from '@pawl/wiring';
import { Command } from 'commander';
import type { Finish } from '../in-world.ts';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';
import { addStoreCollect } from './store-collect.ts';
import { subcommand, type Print } from './store-subcommand.ts';
import { addUpkeep } from './store-upkeep.ts';

export function storeCommand(shell: Shell, finish: Finish): Command {
  const store = new Command('store');
  const place = { store, shell, finish };
  subcommand<{ adopt?: true }>(place, {
    name: 'push',
    summary: 'try again to push runs that were kept aside',
    options: [['--adopt', 'also push what was kept for an address that the remote no longer has']],
    work: ({ world, print, options }) => push(world, print, options.adopt === true),
  });
  subcommand<{ reindex?: true }>(place, {
    name: 'compact',
    summary: 'fold new runs into the data and index refs',
    options: [['--reindex', 'write the whole index anew from the data']],
    work: ({ world, print, options }) => compact({ world, print, shell }, options.reindex === true),
  });
  subcommand<{ requireSignatures?: true; trustEpoch?: true }>(place, {
    name: 'verify',
    summary: 'read every record again, and compare it with its digest, the index and its history',
    options: [
      ['--require-signatures', 'every bundle must carry a good signature'],
      ['--trust-epoch', 'take an epoch as it is that cannot be compared with what was verified here'],
    ],
    work: ({ world, print, options }) => verify({ world, print, shell }, options),
  });
  addUpkeep(place);
  addStoreCollect(store, shell, finish);
  return store;
}

interface Asked {
  readonly world: World;
  readonly print: Print;
  readonly shell: Shell;
}

async function push(world: World, print: Print, adopt: boolean): Promise<number> {
  const receipts = await (adopt ? world.store.adopt() : world.store.pushSpool());
  const left = receipts.filter(({ kept }) => kept === 'spool');
  const pushed = receipts.length - left.length;
  const reasons = [...new Set(left.map(({ reason }) => reason ?? 'no reason was given'))];
  const leftovers = (await world.store.leftovers()).map(({ address, bundles }) => ({
    address,
    bundles: bundles.length,
  }));
  print(
    { pushed, left: left.length, reasons, leftovers },
    [
      receipts.length === 0 ? 'Nothing was kept aside.' : `Pushed ${bundlesOf(pushed)}.`,
      ...(left.length === 0 ? [] : [`${bundlesOf(left.length)} could not be pushed: ${reasons.join(' ')}`]),
      ...leftovers.map(
        ({ address, bundles }) =>
          `${bundlesOf(bundles)} ${bundles === 1 ? 'was' : 'were'} kept for ${address}; \`pawl store push --adopt\` pushes ${bundles === 1 ? 'it' : 'them'} here.`,
      ),
    ].join('\n'),
  );
  return left.length === 0 ? exitCodes.pass : exitCodes.error;
}

async function compact({ world, print, shell }: Asked, reindex: boolean): Promise<number> {
  const { folded, quarantined, ...more } = await world.store.compact(reindex ? { reindex } : {});
  const problems = 'problems' in more ? more.problems : [];
  print(
    { folded, quarantined, problems },
    [
      `Folded ${bundlesOf(folded)}${quarantined === 0 ? '' : `; ${quarantined} went to quarantine`}.`,
      ...(reindex ? ['The index was written anew.'] : []),
    ].join('\n'),
  );
  if (problems.length > 0) showProblems(problems, { ...shell, out: () => {} }, false);
  return quarantined === 0 ? exitCodes.pass : exitCodes.error;
}

async function verify(
  { world, print, shell }: Asked,
  options: { readonly requireSignatures?: true; readonly trustEpoch?: true },
): Promise<number> {
  const verification = await world.store.verify(options);
  const { runs, operations, state, problems, notes } = verification;
  const found = {
    sound: 'every one is as it was written',
    broken: 'something is wrong',
    unknown: 'not all could be told',
  };
  print(
    verification,
    [
      `${runs} ${runs === 1 ? 'run' : 'runs'} and ${operations} ${operations === 1 ? 'operation' : 'operations'} are folded; ${found[state]}.`,
      ...notes,
    ].join('\n'),
  );
  if (problems.length > 0) showProblems(problems, { ...shell, out: () => {} }, false);
  return { sound: exitCodes.pass, broken: exitCodes.fail, unknown: exitCodes.error }[state];
}

const bundlesOf = (count: number): string => `${count} ${count === 1 ? 'bundle' : 'bundles'}`;
