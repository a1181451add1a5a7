// pawl registry pull | push: models between MLflow's registry and ours.
import { exitCodes, type Problem, type RegisteredVersion } from '@pawl/core';
import { promote } from '@pawl/core/registry';
import { mlflowClient, parseMlflowAddress, pullModels, pushModels } from '@pawl/experiments';
import type { World } from '@pawl/wiring';
import type { Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';

interface ExchangeOptions {
  readonly json?: boolean;
  readonly directory?: string;
}

interface PullOptions extends ExchangeOptions {
  readonly from: string;
  readonly as?: string;
  readonly commit?: string;
  readonly force?: boolean;
  readonly message?: string;
}

/** Adds `pull` and `push` to `pawl registry`. */
export function addRegistryExchange(registry: Command, shell: Shell, finish: Finish): Command {
  registry
    .command('pull [name...]')
    .summary("models of MLflow's registry: versions become tags, aliases labels")
    .description(
      "Bring models of MLflow's registry here. Version N becomes vN.0.0 on the commit that its run was made from;\naliases become labels, by the rules of this repository.",
    )
    .requiredOption('--from <server>', 'mlflow:https://HOST')
    .option('--as <name>', 'the name here, for one model')
    .option('--commit <revision>', 'for versions whose run tells no commit that is here')
    .option('--force', 'move labels although evidence is missing; it is recorded')
    .option('-m, --message <text>', 'why, with --force')
    .option('--json', 'print JSON')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .action(async (names: readonly string[], options: PullOptions) => {
      await inWorld({ shell, finish, ...options }, (world) => pull(names, options, { world, shell }));
    });
  registry
    .command('push [name...]')
    .summary("versions and labels to MLflow's registry")
    .description(
      "Send models, with their labels as aliases, to MLflow's registry. A version that is there is not sent again.",
    )
    .requiredOption('--to <server>', 'mlflow:https://HOST')
    .option('--json', 'print JSON')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .action(async (names: readonly string[], options: ExchangeOptions & { readonly to: string }) => {
      await inWorld({ shell, finish, ...options }, (world) => push(names, options, { world, shell }));
    });
  return registry;
}

interface Doing {
  readonly world: World;
  readonly shell: Shell;
}

async function pull(names: readonly string[], options: PullOptions, doing: Doing): Promise<number> {
  const { world, shell } = doing;
  const { json = false, as, commit, from } = options;
  const client = mlflowClient(parseMlflowAddress(from, shell.env), shell.env);
  const moveLabel = await labelMover(doing, options);
  const ports = { client, registry: world.registry, history: world.history, moveLabel };
  const result = await pullModels(ports, {
    names,
    ...(as !== undefined && { as }),
    ...(commit !== undefined && { commit }),
  });
  const { registered, present, labelled, skipped, problems } = result;
  if (json) shell.out(JSON.stringify(result, null, 2));
  else {
    if (problems.length > 0) showProblems(problems, shell, false);
    const lines = [
      ...registered.map(
        (one) =>
          `Registered ${one.name}@${one.version} at ${one.commit.slice(0, 7)} (MLflow version ${one.mlflowVersion}).`,
      ),
      ...labelled.map(({ name, version, label }) => `${label} of ${name} is now ${version}.`),
      `${counted(registered.length, 'version')} registered${present > 0 ? `; ${present} here already` : ''}${skipped > 0 ? `; ${skipped} left out` : ''}.`,
    ];
    shell.out(lines.join('\n'));
  }
  return problems.length === 0 ? 0 : exitCodes.error;
}

/** Moves a label as `pawl registry label` does: an alias of MLflow is no evidence of a gate. */
export async function labelMover(
  { world, shell }: Doing,
  { force = false, message }: { readonly force?: boolean; readonly message?: string },
): Promise<(version: RegisteredVersion, label: string, why: string) => Promise<Problem | undefined>> {
  const { sha256 } = await world.context();
  const { name, email } = await world.registry.tagger();
  const actor = shell.env['GITHUB_ACTIONS'] === 'true' ? shell.env['GITHUB_ACTOR'] : undefined;
  const person = { name, email, ...(actor !== undefined && actor !== '' && { githubActor: actor }) };
  const policies = world.config.registry?.promotion ?? [];
  return async (version, label, why) => {
    const promotion = await promote(
      {
        version,
        label,
        force,
        person,
        policies,
        message: message === undefined ? (force ? '' : why) : `${message}\n\n${why}`,
      },
      { ...world, sha256 },
    );
    return promotion.state === 'refused' ? promotion.problem : undefined;
  };
}

async function push(
  names: readonly string[],
  options: ExchangeOptions & { readonly to: string },
  { world, shell }: Doing,
): Promise<number> {
  const { json = false } = options;
  const client = mlflowClient(parseMlflowAddress(options.to, shell.env), shell.env);
  const all = await world.registry.list();
  const unknown = names.filter((name) => !all.some((version) => version.name === name));
  if (unknown.length > 0) return showProblems(unknown.map(neverRegistered), shell, json);
  const prompts = new Set(
    (await world.workspace.list('**/*.prompt.yml')).map((path) =>
      path.replace(/^.*\//, '').replace(/\.prompt\.yml$/, ''),
    ),
  );
  const wanted = all.filter(({ name }) => (names.length > 0 ? names.includes(name) : !prompts.has(name)));
  const result = await pushModels(client, wanted);
  const { created, present, aliased, skipped, problems } = result;
  if (json) shell.out(JSON.stringify(result, null, 2));
  else {
    if (problems.length > 0) showProblems(problems, shell, false);
    const lines = [
      ...created.map((one) => `${one.name}@${one.version} is version ${one.mlflowVersion} in MLflow.`),
      ...aliased.map(
        ({ name, alias, mlflowVersion }) => `The alias ${alias} of ${name} is now version ${mlflowVersion}.`,
      ),
      `${counted(created.length, 'version')} pushed${present > 0 ? `; ${present} there already` : ''}${skipped > 0 ? `; ${skipped} left out` : ''}.`,
    ];
    shell.out(lines.join('\n'));
  }
  return skipped > 0 ? exitCodes.error : 0;
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

const neverRegistered = (name: string): Problem => ({
  code: 'REGISTRY_UNKNOWN',
  severity: 'error',
  message: `Nothing was ever registered as "${name}".`,
  hint: '"pawl registry list" shows what is.',
});
