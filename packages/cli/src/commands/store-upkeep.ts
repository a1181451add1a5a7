// pawl store status | prune | gc | repair
import { resolve } from 'node:path';
import { exitCodes } from '@pawl/core';
import type { World } from '@pawl/wiring';
import { subcommand, type Print, type StorePlace } from './store-subcommand.ts';

export function addUpkeep(place: StorePlace): void {
  subcommand(place, {
    name: 'status',
    summary: 'show where runs are kept, what waits, and when it was folded last',
    work: ({ world, print }) => status(world, print),
  });
  subcommand<{ dryRun?: true }>(place, {
    name: 'prune',
    summary: 'hide what the rules of store.retention no longer keep',
    options: [['--dry-run', 'only say what would be dropped']],
    work: ({ world, print, options }) => prune(world, print, options.dryRun === true),
  });
  subcommand<{ dryRun?: true; bundle?: string; dropArchive?: true }>(place, {
    name: 'gc',
    summary: 'begin a new epoch of the data without what was pruned, and tidy the local cache',
    options: [
      ['--dry-run', 'only say what would be left behind'],
      ['--bundle <file>', 'write what was there before to this file, instead of an archive ref'],
      ['--drop-archive', 'delete the archive refs: what was pruned is then gone'],
    ],
    work: ({ world, print, options }) => {
      const { bundle, ...flags } = options;
      const file = bundle === undefined ? {} : { bundle: resolve(place.shell.cwd, bundle) };
      return gc(world, print, { ...flags, ...file });
    },
  });
  subcommand<{ dryRun?: true; from?: string }>(place, {
    name: 'repair',
    summary: 'go back to data that are in order, and fold again what came later',
    options: [
      ['--dry-run', 'only say what would be done'],
      ['--from <path>', 'also look in this bundle, repository or cache folder'],
    ],
    work: ({ world, print, options }) => {
      const { from, ...flags } = options;
      return repair(world, print, { ...flags, ...(from !== undefined && { from: resolve(place.shell.cwd, from) }) });
    },
  });
}

async function status(world: World, print: Print): Promise<number> {
  const found = await world.store.status();
  const now = world.clock.now();
  const { inbox, oldestWaiting, spooled, lastCompaction, quarantined, archives, ledger, cache, leftovers } = found;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['kept in', `${found.target} (${found.address})`],
    ['indexed', countOf(found.runs, 'run')],
    [
      'waiting',
      oldestWaiting === undefined ? 'nothing' : `${countOf(inbox, 'bundle')}, the oldest ${ageOf(now - oldestWaiting)}`,
    ],
    ['kept aside', spooled === 0 ? 'nothing' : `${countOf(spooled, 'bundle')}; \`pawl store push\` tries again`],
    ...leftovers.map(
      ({ address, bundles }) =>
        ['', `${countOf(bundles.length, 'bundle')} for ${address}; \`pawl store push --adopt\``] as const,
    ),
    [
      'folded',
      lastCompaction === undefined
        ? 'never'
        : `${ageOf(now - lastCompaction)}, ${new Date(lastCompaction).toISOString()}`,
    ],
    ['quarantine', quarantined.length === 0 ? undefined : quarantined.join(', ')],
    ['archives', archives.length === 0 ? undefined : archives.join(', ')],
    ['ledger', ledger],
    ['cache', `${cache.folder}, ${(cache.kilobytes / 1000).toFixed(1)} MB`],
  ];
  const lines = rows.flatMap(([title, text]) => (text === undefined ? [] : [`${title.padEnd(12)}${text}`]));
  print(found, lines.join('\n'));
  return exitCodes.pass;
}

async function prune(world: World, print: Print, dryRun: boolean): Promise<number> {
  const rules = world.config.store?.retention;
  const pruning = await world.store.prune({ dryRun, ...(rules !== undefined && { rules }) });
  const { runs, results, kept, receipts } = pruning;
  const spooled = receipts.filter((receipt) => receipt.kept === 'spool');
  const dropped = runs.length + results.length;
  const reasons = Object.entries(kept).flatMap(([reason, count]) => (count === 0 ? [] : [`${count} ${reason}`]));
  print(
    { dryRun, ...pruning },
    [
      dropped === 0
        ? 'Nothing is old enough to be dropped.'
        : `${dryRun ? 'Would hide' : 'Hid'} ${countOf(runs.length, 'run')} and the results of ${countOf(results.length, 'more run', 'more runs')}.`,
      ...Object.entries(pruning.rules).map(([rule, count]) => `  ${count} by ${rule}`),
      ...(reasons.length === 0 ? [] : [`Old and kept: ${reasons.join(', ')}.`]),
      ...(dropped === 0 || dryRun ? [] : ['`pawl store compact` and then `pawl store gc` leave their files behind.']),
      ...spooled.map(({ reason }) => reason ?? 'Some of it is kept aside; `pawl store push` tries again.'),
    ].join('\n'),
  );
  return spooled.length === 0 ? exitCodes.pass : exitCodes.error;
}

async function gc(
  world: World,
  print: Print,
  options: { readonly dryRun?: true; readonly bundle?: string; readonly dropArchive?: true },
): Promise<number> {
  const epoch = await world.store.gc(options);
  const { dropped, runs, commit, archive, archivesDropped, cache } = epoch;
  const files = `${countOf(dropped, 'file')}${runs === 0 ? '' : `, ${countOf(runs, 'run')} among them`}`;
  print(
    { dryRun: options.dryRun === true, ...epoch },
    [
      dropped === 0
        ? 'Nothing was pruned since the last epoch.'
        : commit === undefined
          ? `Would leave ${files} behind.`
          : `Left ${files} behind.${archive === undefined ? '' : ` What was there before is in ${archive}.`}`,
      ...(archivesDropped.length === 0 ? [] : [`Deleted ${archivesDropped.join(', ')}.`]),
      `The local cache has ${(cache.kilobytes / 1000).toFixed(1)} MB in ${countOf(cache.packsAfter, 'pack')}.`,
    ].join('\n'),
  );
  return exitCodes.pass;
}

async function repair(
  world: World,
  print: Print,
  options: { readonly dryRun?: true; readonly from?: string },
): Promise<number> {
  const { actions } = await world.store.repair(options);
  print({ dryRun: options.dryRun === true, actions }, actions.length === 0 ? 'Nothing to repair.' : actions.join('\n'));
  return exitCodes.pass;
}

const countOf = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

function ageOf(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes < 120) return `${countOf(minutes, 'minute')} ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 72 ? `${countOf(hours, 'hour')} ago` : `${countOf(Math.floor(hours / 24), 'day')} ago`;
}
