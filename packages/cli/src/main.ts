// The pawl command.
import { Command, CommanderError } from 'commander';
import { judging, managing, type ListedCommand } from './command-list.ts';
import { processShell, type Shell } from './terminal-io.ts';

/** @returns the exit code; see the table of verdicts */
export async function main(args: readonly string[], shell: Shell = processShell()): Promise<number> {
  let code = 0;
  const finish = (given: number) => {
    code = given;
  };
  const program = new Command('pawl')
    .description('Data, prompts and models move forward only when the evidence says so, and Git remembers why.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    // Else an option of the program would be taken from its commands: `pawl registry register NAME --version v1.0.0`.
    .enablePositionalOptions()
    .configureHelp({ sortSubcommands: false, subcommandTerm: (command) => command.name() })
    .configureOutput({ writeOut: (text) => shell.out(text.trimEnd()), writeErr: (text) => shell.err(text.trimEnd()) });
  // The program's own options take no value: the first word is the command.
  const called = args.find((arg) => !arg.startsWith('-'));
  const commandOf = async ({ name, summary, load }: ListedCommand): Promise<Command> =>
    (name === called ? (await load())(shell, finish, summary) : new Command(name)).summary(summary);
  program.commandsGroup('Judge:');
  for (const listed of judging) program.addCommand(await commandOf(listed));
  program.commandsGroup('Look and manage:');
  for (const listed of managing) program.addCommand(await commandOf(listed));
  program.addHelpText('after', help);
  configureAll(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : (await import('@pawl/core')).usageExitCode;
    throw error;
  }
}

const version = '0.0.0';

const help = `
Start here:
  $ pawl validate data/flights.parquet --suite data/flights.expect.yml
  $ pawl eval prompts/mail-triage.prompt.yml
  $ pawl run list

"pawl COMMAND --help" tells a command's options. Every command that judges records its run in Git and
exits with 0 for pass, 1 for fail, 2 for wrong usage or files, 3 when it could not judge, 4 for inconclusive.`;

/** Sub-commands inherit neither output nor the rule that errors are thrown instead of ending the process. */
function configureAll(command: Command, parents: readonly string[] = []): void {
  const path = [...parents, command.name()];
  command
    .exitOverride()
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .showHelpAfterError(`(see "${path.join(' ')} --help")`);
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    configureAll(child, path);
  }
}
