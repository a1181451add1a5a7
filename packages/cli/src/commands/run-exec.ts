// pawl run exec: runs a command as one run. What it logs with PAWL_RUN_ID belongs to it, and its exit code ends it.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import type { Problem } from '@pawl/core';
import { beginRun, endRun } from '@pawl/tracking';
import { Command } from 'commander';
import { inWorld, type Finish, type Place } from '../in-world.ts';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';
import {
  nameFlagProblem,
  showLogged,
  showWarnings,
  valuesOf,
  withPlaceOptions,
  withStartOptions,
  type StartOptions,
} from './run-values.ts';

const examples = `
Example:
  $ pawl run exec --name flight-delay --param lr=0.1 -- python train.py --lr 0.1`;

export function runExecCommand(shell: Shell, finish: Finish): Command {
  const command = new Command('exec')
    .summary('run a command as a run')
    .description(
      'Run a command as a run: PAWL_RUN_ID names the run to it, and its exit code, which is passed on, ends it.',
    )
    .argument('<command...>', 'the command, after --')
    .addHelpText('after', examples);
  return withPlaceOptions(withStartOptions(command), 'print the receipt on standard error').action(
    async (words: readonly string[], options: StartOptions) => {
      const { name = '', kind = 'training', diff = true, json = false } = options;
      // Standard output is the command's own.
      const beside: Shell = { ...shell, out: shell.err };
      const place: Place = { shell: beside, finish, ...options };
      await inWorld(place, async (world) => {
        const values = valuesOf(options, [nameFlagProblem(name)], place);
        if (values === undefined) return 2;
        const begun = await beginRun(world, { ...values, kind, name, ownProcess: true }, { env: shell.env, diff });
        if (begun.value === undefined) return showProblems(begun.problems, beside, json);
        const { id } = begun.value;
        showWarnings(begun.problems, place);
        const code = await execute(words, {
          cwd: resolve(shell.cwd, options.directory ?? '.'),
          env: { ...shell.env, PAWL_RUN_ID: id },
        });
        const ended = await endRun(world, id, code === 0 ? 'finished' : 'failed');
        if (ended.value === undefined) showProblems(ended.problems, beside, json);
        else showLogged(ended.value, place);
        if (code === undefined) return showProblems([notStarted(words[0] ?? '')], beside, json);
        return code;
      });
    },
  );
}

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** @returns its exit code, 128 + n when signal n ended it, undefined when it could not be started */
function execute(
  [command = '', ...args]: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Shell['env'] },
): Promise<number | undefined> {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
    const forward = (signal: NodeJS.Signals): void => {
      // A terminal's Ctrl-C reaches the command by itself; twice would interrupt it while it cleans up.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    for (const signal of forwarded) process.on(signal, forward);
    const finish = (code: number | undefined): void => {
      for (const signal of forwarded) process.off(signal, forward);
      done(code);
    };
    child.once('error', () => finish(undefined));
    child.once('close', (code, signal) => finish(code ?? 128 + (signal === null ? 1 : constants.signals[signal])));
  });
}

const notStarted = (command: string): Problem => ({
  code: 'RUN_COMMAND_UNKNOWN',
  severity: 'error',
  message: `"${command}" cannot be started.`,
  hint: 'Check its name and PATH; options of the command come after --.',
});
