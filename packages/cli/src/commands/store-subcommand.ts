// What every sub-command of `pawl store` shares: a folder, JSON, a world.
import { escapeTerminal } from '@pawl/core/report';
import type { World } from '@pawl/wiring';
import type { Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import type { Shell } from '../terminal-io.ts';

/** The value for machines, or the text for people. */
export type Print = (value: object, text: string) => void;

export interface StorePlace {
  readonly store: Command;
  readonly shell: Shell;
  readonly finish: Finish;
}

interface Subcommand<Options> {
  readonly name: string;
  readonly summary: string;
  /** Flags and what they do. */
  readonly options?: readonly (readonly [flags: string, description: string])[];
  /** @returns the exit code */
  readonly work: (asked: {
    readonly world: World;
    readonly print: Print;
    readonly options: Options;
  }) => Promise<number>;
}

export function subcommand<Options extends object>(
  { store, shell, finish }: StorePlace,
  spec: Subcommand<Options>,
): void {
  const command = store.command(spec.name).summary(spec.summary).description(spec.summary);
  for (const [flags, description] of spec.options ?? []) command.option(flags, description);
  command
    .option('--json', 'print JSON')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .action(async (options: Options & { json?: boolean; directory?: string }) => {
      const print: Print = (value, text) =>
        shell.out(
          options.json === true ? JSON.stringify(value, null, 2) : text.split('\n').map(escapeTerminal).join('\n'),
        );
      await inWorld({ shell, finish, ...options }, (world) => spec.work({ world, print, options }));
    });
}
