// pawl registry list | resolve | history | register | label | unlabel
import { parseVersionRef } from '@pawl/core';
import type { World } from '@pawl/wiring';
import { Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { table } from '../table.ts';
import type { Shell } from '../terminal-io.ts';

export function registryCommand(shell: Shell, finish: Finish): Command {
  const registry = new Command('registry').summary('versions and labels of models and prompts, as Git tags');
  const add = (
    signature: string,
    summary: string,
    execute: (world: World, args: string[], options: Record<string, string | boolean | undefined>) => Promise<number>,
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
      await inWorld({ shell, finish, ...directory }, (world) =>
        execute(
          world,
          command.processedArgs.map((arg) => String(arg ?? '')),
          options,
        ),
      );
    });
    return command;
  };
  const print = (value: unknown, options: Record<string, string | boolean | undefined>, text: () => string) => {
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
      const ref = parseVersionRef(text);
      if (ref.value === undefined) return wrong(`${ref.problems[0]?.message} ${ref.problems[0]?.hint}`);
      const version = await world.registry.resolve(ref.value.name, ref.value.at);
      return version === undefined
        ? wrong(`"${text}" is not registered. "pawl registry list ${ref.value.name}" shows what is.`)
        : print(version, options, () => `${version.name}@${version.version} ${version.commit}`);
    },
  );
  add(
    'history <name>',
    'every registration and every move of a label, oldest first',
    async (world, [name = ''], options) => {
      const events = await world.registry.history(name);
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
    if (commit === undefined) return wrong('There is no commit to register yet. Commit first.');
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
      const ref = parseVersionRef(text);
      const version = ref.value === undefined ? undefined : await world.registry.resolve(ref.value.name, ref.value.at);
      if (version === undefined) return wrong(`"${text}" is not registered. "pawl registry list" shows what is.`);
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
    await world.registry.unlabel({ name, label, message: String(options.message ?? `Unlabel ${name} ${label}`) });
    return print({ name, label }, options, () => `${name} has no ${label} version now.`);
  }).option('-m, --message <text>', 'why');
  return registry;

  function wrong(message: string): number {
    shell.err(message);
    return 2;
  }
}
