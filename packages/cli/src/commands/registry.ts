// pawl registry list | resolve | history | register | label | unlabel
import type { Problem } from '@pawl/core';
import type { World } from '@pawl/wiring';
import { Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { resolveRef } from '../resolve-ref.ts';
import { showProblems } from '../show-problems.ts';
import { table } from '../table.ts';
import type { Shell } from '../terminal-io.ts';

type Options = Readonly<Record<string, string | boolean | undefined>>;

export function registryCommand(shell: Shell, finish: Finish): Command {
  const registry = new Command('registry').summary('versions and labels of models and prompts, as Git tags');
  const add = (
    signature: string,
    summary: string,
    execute: (world: World, args: string[], options: Options) => Promise<number>,
  ) => {
    const command = registry
      .command(signature)
      .summary(summary)
      .description(summary)
      .option('--json', 'print JSON')
      .option('-C, --directory <folder>', 'work in this folder instead of here');
    command.action(async () => {
      const options = command.opts<Record<string, string | boolean | undefined>>();
      const directory = typeof options.directory === 'string' ? { directory: options.directory } : {};
      await inWorld({ shell, finish, json: options.json === true, ...directory }, (world) =>
        execute(
          world,
          command.processedArgs.map((arg) => String(arg ?? '')),
          options,
        ),
      );
    });
    return command;
  };
  const print = (value: unknown, options: Options, text: () => string) => {
    shell.out(options.json === true ? JSON.stringify(value, null, 2) : text());
    return 0;
  };

  add('list [name]', 'names, versions and who holds which label', async (world, [name], options) => {
    const versions = await world.registry.list(name === '' ? undefined : name);
    const rows = versions.map((version) => [
      version.name,
      version.version,
      version.labels.join(', '),
      version.commit.slice(0, 7),
      version.at.slice(0, 10),
      version.message,
    ]);
    return print(versions, options, () =>
      rows.length === 0
        ? 'Nothing is registered yet. "pawl registry register NAME" registers HEAD.'
        : table(['name', 'version', 'labels', 'commit', 'since', 'message'], rows, shell.width),
    );
  });
  add(
    'resolve <ref>',
    'the version that name@v1.2.3, name@LABEL or name@latest means',
    async (world, [text = ''], options) => {
      const version = await resolveRef(world.registry, text);
      return 'problem' in version
        ? wrong(version.problem, options)
        : print(version, options, () => `${version.name}@${version.version} ${version.commit}`);
    },
  );
  add(
    'history <name>',
    'every registration and every move of a label, oldest first',
    async (world, [name = ''], options) => {
      const events = await world.registry.history(name);
      if (events.length === 0) return wrong(neverRegistered(name), options);
      const rows = events.map((event) => [
        event.at.slice(0, 16).replace('T', ' '),
        event.action,
        event.version ?? '',
        event.label ?? '',
        event.actor,
        event.tag,
      ]);
      return print(events, options, () => table(['when', 'what', 'version', 'label', 'who', 'tag'], rows, shell.width));
    },
  );
  add('register <name>', 'make HEAD a new version', async (world, [name = ''], options) => {
    const { commit } = await world.history.head();
    if (commit === undefined) return wrong(noCommit, options);
    const version = await world.registry.register({
      name,
      commit,
      message: String(options.message ?? `Register ${name}`),
      ...(typeof options.version === 'string' && { version: options.version }),
    });
    return print(
      version,
      options,
      () => `Registered ${version.name}@${version.version} at ${version.commit.slice(0, 7)}.`,
    );
  })
    .option('--version <version>', 'v1.2.3; by default the patch number goes up')
    .option('-m, --message <text>', 'why');
  add(
    'label <ref> <label>',
    'move a label to a version: "pawl registry label flight-delay@v1.2.3 production"',
    async (world, [text = '', label = ''], options) => {
      const version = await resolveRef(world.registry, text);
      if ('problem' in version) return wrong(version.problem, options);
      await world.registry.label({
        name: version.name,
        version: version.version,
        label,
        message: String(options.message ?? `Label ${text} ${label}`),
      });
      return print(version, options, () => `${label} of ${version.name} is now ${version.version}.`);
    },
  ).option('-m, --message <text>', 'why');
  add('unlabel <name> <label>', 'take a label away', async (world, [name = '', label = ''], options) => {
    const holds = (await world.registry.list(name)).some(({ labels }) => labels.includes(label));
    if (!holds) return wrong(notHeld(name, label), options);
    await world.registry.unlabel({ name, label, message: String(options.message ?? `Unlabel ${name} ${label}`) });
    return print({ name, label }, options, () => `${name} has no ${label} version now.`);
  }).option('-m, --message <text>', 'why');
  return registry;

  function wrong(problem: Problem, options: Options): number {
    return showProblems([problem], shell, options.json === true);
  }
}

const problem = (code: string, message: string, hint: string): Problem => ({ code, severity: 'error', message, hint });

const noCommit = problem('REGISTRY_NO_COMMIT', 'There is no commit to register yet.', 'Commit first.');

const neverRegistered = (name: string): Problem =>
  problem('REGISTRY_UNKNOWN', `Nothing was ever registered as "${name}".`, '"pawl registry list" shows what is.');

const notHeld = (name: string, label: string): Problem =>
  problem(
    'REGISTRY_UNKNOWN',
    `No version of "${name}" has the label "${label}".`,
    `"pawl registry list ${name}" shows who holds which.`,
  );
