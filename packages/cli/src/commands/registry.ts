// pawl registry list | resolve | history | register | label | unlabel | deprecate | archive
import type { Problem, RegisteredVersion } from '@pawl/core';
import { Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { resolveRef } from '../resolve-ref.ts';
import { showProblems } from '../show-problems.ts';
import { table } from '../table.ts';
import type { Shell } from '../terminal-io.ts';
import { addRegistryExchange } from './registry-exchange.ts';
import { archive, deprecate, label, unlabel, type Act, type Options } from './registry-moves.ts';

export function registryCommand(shell: Shell, finish: Finish): Command {
  const registry = new Command('registry');
  const add = (signature: string, summary: string, act: Act): Command => {
    const command = registry
      .command(signature)
      .summary(summary)
      .description(summary)
      .option('--json', 'print JSON')
      .option('-C, --directory <folder>', 'work in this folder instead of here');
    return command.action(async () => {
      const options = command.opts<Options>();
      const { json = false, directory } = options;
      const place = { shell, finish, json, ...(directory !== undefined && { directory }) };
      const args = command.processedArgs.map((arg) => String(arg ?? ''));
      await inWorld(place, (world) => act({ world, shell, args, options, print, wrong }));

      function print(value: unknown, text: () => string): number {
        shell.out(json ? JSON.stringify(value, null, 2) : text());
        return 0;
      }
      function wrong(problem: Problem): number {
        return showProblems([problem], shell, json);
      }
    });
  };
  const why = ['-m, --message <text>', 'why'] as const;

  add('list [name]', 'names, versions and who holds which label', list).option(
    '--all',
    'also versions that were archived',
  );
  add('resolve <ref>', 'the version that name@v1.2.3, name@LABEL or name@latest means', resolve);
  add('history <name>', 'every registration and every move of a label, oldest first', history);
  add('register <name>', 'make HEAD a new version', register)
    .option('--version <version>', 'v1.2.3; by default the patch number goes up')
    .option(...why);
  add('label <ref> <label>', 'move a label to a version: "pawl registry label flight-delay@v1.2.3 production"', label)
    .option(...why)
    .option('--force', 'go on without a gate that passed, and record why; a gate that failed cannot be forced')
    .addHelpText('after', labelHelp);
  add('unlabel <name> <label>', 'take a label away', unlabel).option(...why);
  add(
    'deprecate <name>',
    'say that a name is no longer meant for use; the next registration ends that',
    deprecate,
  ).option(...why);
  add('archive <ref>', 'take a version out of use for good, and its labels before: name@v1.2.3', archive)
    .option(...why)
    .option('--force', 'also when it is in production; say why');
  addRegistryExchange(registry, shell, finish);
  return registry;
}

const labelHelp = `
The label "production" asks for a gate that passed on exactly the version's bytes, when pawl.yml says nothing else:

  registry:
    promotion:
      - name: flight-delay
        labels: [production]
        requires: [eval-gate]
        who: [ada, "@grace", release-bot]
        max-age: 30d

Everyone who may push can make tags by hand. What GitHub is to enforce, a ruleset must say: restrict the creation of
tags "flight-delay#production*".`;

const list: Act = async ({ world, shell, args: [name], options, print }) => {
  const { all: archived = false } = options;
  const versions = await world.registry.list(name === '' ? undefined : name, { archived });
  const rows = versions.map((version) => [
    version.name,
    version.version,
    stateOf(version),
    version.commit.slice(0, 7),
    version.at.slice(0, 10),
    version.archived?.message ?? version.message,
  ]);
  return print(versions, () =>
    rows.length === 0
      ? 'Nothing is registered yet. "pawl registry register NAME" registers HEAD.'
      : table(['name', 'version', 'labels', 'commit', 'since', 'message'], rows, shell.width),
  );
};

const stateOf = ({ labels, archived, deprecated }: RegisteredVersion): string =>
  [...labels, ...(archived === undefined ? (deprecated ? ['(deprecated)'] : []) : ['(archived)'])].join(', ');

const resolve: Act = async ({ world, args: [text = ''], print, wrong }) => {
  const version = await resolveRef(world.registry, text);
  return 'problem' in version
    ? wrong(version.problem)
    : print(version, () => `${version.name}@${version.version} ${version.commit}`);
};

const history: Act = async ({ world, shell, args: [name = ''], print, wrong }) => {
  const events = await world.registry.history(name);
  if (events.length === 0) return wrong(neverRegistered(name));
  const rows = events.map((event) => [
    event.at.slice(0, 16).replace('T', ' '),
    event.action,
    event.version ?? '',
    event.label ?? '',
    event.actor,
    event.tag,
    event.forced !== undefined ? 'forced' : (event.gate ?? '').slice(0, 13),
  ]);
  return print(events, () => table(['when', 'what', 'version', 'label', 'who', 'tag', 'gate'], rows, shell.width));
};

const register: Act = async ({ world, args: [name = ''], options, print, wrong }) => {
  const { commit } = await world.history.head();
  if (commit === undefined) return wrong(noCommit);
  const version = await world.registry.register({
    name,
    commit,
    message: options.message ?? `Register ${name}`,
    ...(options.version !== undefined && { version: options.version }),
  });
  return print(version, () => `Registered ${version.name}@${version.version} at ${version.commit.slice(0, 7)}.`);
};

const problem = (code: string, message: string, hint: string): Problem => ({ code, severity: 'error', message, hint });

const noCommit = problem('REGISTRY_NO_COMMIT', 'There is no commit to register yet.', 'Commit first.');

const neverRegistered = (name: string): Problem =>
  problem('REGISTRY_UNKNOWN', `Nothing was ever registered as "${name}".`, '"pawl registry list" shows what is.');
