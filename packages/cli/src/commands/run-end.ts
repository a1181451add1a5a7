// pawl run end: stores an open run; lists those that are open, and drops one that nobody wants.
import type { Problem } from '@pawl/core';
import { RunStatus } from '@pawl/core/tracking';
import { dropOpenRun, endRun, listOpenRuns, type OpenRunInfo } from '@pawl/tracking';
import type { World } from '@pawl/wiring';
import { Command, Option } from 'commander';
import { inWorld, type Finish, type Place } from '../in-world.ts';
import { showProblems } from '../show-problems.ts';
import { table } from '../table.ts';
import type { Shell } from '../terminal-io.ts';
import { showLogged, withPlaceOptions } from './run-values.ts';

interface EndOptions {
  readonly status: RunStatus;
  readonly list?: boolean;
  readonly drop?: boolean;
  readonly json?: boolean;
  readonly directory?: string;
}

export function runEndCommand(shell: Shell, finish: Finish): Command {
  const command = new Command('end')
    .summary('store an open run')
    .description('Store an open run (its id, or PAWL_RUN_ID), list those that are open, or drop one.')
    .argument('[id]', 'an open run, or the first letters of its id')
    .addOption(new Option('--status <status>', 'how it ended').choices(RunStatus.options).default('finished'))
    .option('--list', 'list the runs that are open')
    .option('--drop', 'forget the run instead of storing it');
  return withPlaceOptions(command, 'print the receipt').action(
    async (given: string | undefined, options: EndOptions) => {
      const place: Place = { shell, finish, ...options };
      await inWorld(place, (world) => end(world, { id: given ?? shell.env['PAWL_RUN_ID'] ?? '', options, place }));
    },
  );
}

async function end(
  world: World,
  { id, options, place }: { readonly id: string; readonly options: EndOptions; readonly place: Place },
): Promise<number> {
  const { shell, json = false } = place;
  if (options.list === true) {
    const runs = await listOpenRuns(world);
    shell.out(json ? JSON.stringify(runs, null, 2) : openTable(runs, shell.width));
    return 0;
  }
  if (id === '') return showProblems([noId], shell, json);
  if (options.drop === true) {
    const dropped = await dropOpenRun(world, id);
    if (dropped.value === undefined) return showProblems(dropped.problems, shell, json);
    if (json) shell.out(JSON.stringify({ ...dropped.value, dropped: true }, null, 2));
    else shell.err(`Dropped ${dropped.value.id}; nothing of it was stored.`);
    return 0;
  }
  const ended = await endRun(world, id, options.status);
  return ended.value === undefined ? showProblems(ended.problems, shell, json) : showLogged(ended.value, place);
}

function openTable(runs: readonly OpenRunInfo[], width: number): string {
  if (runs.length === 0) return 'No run is open.';
  const rows = runs.map((run) => [
    run.id,
    (run.startedAt ?? '').slice(5, 16).replace('T', ' '),
    (run.loggedAt ?? '').slice(5, 16).replace('T', ' '),
    run.name ?? '',
    run.readable ? (run.process === 'gone' ? 'its process is gone' : (run.process ?? '')) : 'cannot be read; drop it',
  ]);
  return table(['run', 'started', 'logged', 'name', 'process'], rows, width);
}

const noId: Problem = {
  code: 'RUN_END_USAGE',
  severity: 'error',
  message: 'Nothing says which run has ended.',
  hint: 'Give its id; "pawl run end --list" shows those that are open.',
};
