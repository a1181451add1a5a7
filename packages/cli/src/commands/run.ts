// pawl run: what is recorded, looked at, compared and handed on.
import { Command } from 'commander';
import type { Finish } from '../in-world.ts';
import type { Shell } from '../terminal-io.ts';
import { runDiffCommand } from './run-diff.ts';
import { runExportCommand } from './run-export.ts';
import { addRunImport, addRunPush } from './run-import.ts';
import { runListCommand } from './run-list.ts';
import { addRunLogging } from './run-log.ts';
import { runShowCommand } from './run-show.ts';

export function runCommand(shell: Shell, finish: Finish): Command {
  const run = new Command('run');
  addRunLogging(run, shell, finish)
    .addCommand(runListCommand(shell, finish))
    .addCommand(runShowCommand(shell, finish))
    .addCommand(runDiffCommand(shell, finish))
    .addCommand(runExportCommand(shell, finish));
  return addRunPush(addRunImport(run, shell, finish), shell, finish);
}
