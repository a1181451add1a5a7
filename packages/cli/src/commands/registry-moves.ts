// What the registry's commands change once a version is there: labels, deprecation, archive. The rules are core's.
import { exitCodes, type Problem, type RegisteredVersion } from '@pawl/core';
import { notAllowed, promote, type Person } from '@pawl/core/registry';
import type { World } from '@pawl/wiring';
import { resolveRef } from '../resolve-ref.ts';
import type { Shell } from '../terminal-io.ts';

export interface Options {
  readonly json?: boolean;
  readonly directory?: string;
  readonly all?: boolean;
  readonly message?: string;
  readonly version?: string;
  readonly force?: boolean;
}

/** A command at work. */
export interface Doing {
  readonly world: World;
  readonly shell: Shell;
  readonly args: readonly string[];
  readonly options: Options;
  /** @returns the exit code of success */
  readonly print: (value: unknown, text: () => string) => number;
  /** @returns the exit code of wrong usage */
  readonly wrong: (problem: Problem) => number;
}

export type Act = (doing: Doing) => Promise<number>;

export const label: Act = async (doing) => {
  const { world, shell, args, options, print, wrong } = doing;
  const [text = '', wanted = ''] = args;
  const version = await resolveRef(world.registry, text);
  if ('problem' in version) return wrong(version.problem);
  const { sha256 } = await world.context();
  const promotion = await promote(
    {
      version,
      label: wanted,
      force: options.force === true,
      person: await personOf(doing),
      policies: world.config.registry?.promotion ?? [],
      ...(options.message !== undefined && { message: options.message }),
    },
    { ...world, sha256 },
  );
  if (promotion.state === 'refused') {
    const usage = wrong(promotion.problem);
    return promotion.verdict === undefined ? usage : exitCodes[promotion.verdict];
  }
  const { gates, forced, unrecorded } = promotion;
  if (unrecorded !== undefined) shell.err(`The store has not recorded yet that it was forced: ${unrecorded}`);
  const [now = version] = (await world.registry.list(version.name)).filter((one) => one.version === version.version);
  const changed = promotion.state === 'moved';
  return print({ ...now, changed, gates, ...(forced !== undefined && { forced }) }, () =>
    [
      `${wanted} of ${version.name} is ${changed ? 'now ' : ''}${version.version}${changed ? '' : ' already'}.`,
      ...(gates.length > 0 ? [`Its gate passed in run ${gates.join(', ')}.`] : []),
      ...(forced !== undefined ? [`Forced, although ${forced}.`] : []),
      ...(changed && version.deprecated ? [`${version.name} is no longer deprecated.`] : []),
    ].join('\n'),
  );
};

export const unlabel: Act = async (doing) => {
  const { world, args, options, print, wrong } = doing;
  const [name = '', wanted = ''] = args;
  const holder = (await world.registry.list(name)).find(({ labels }) => labels.includes(wanted));
  if (holder === undefined) return wrong(notHeld(name, wanted));
  const problem = await barredFrom(doing, name, [wanted]);
  if (problem !== undefined) return refused(wrong, problem);
  await world.registry.unlabel({ name, label: wanted, message: options.message ?? `Unlabel ${name} ${wanted}` });
  return print({ name, label: wanted }, () => `${name} has no ${wanted} version now.`);
};

export const deprecate: Act = async ({ world, args: [name = ''], options, print }) => {
  await world.registry.deprecate({ name, message: options.message ?? `Deprecate ${name}` });
  const versions = await world.registry.list(name);
  return print({ name, deprecated: true, versions }, () => {
    const held = versions.flatMap(({ labels, version }) => labels.map((one) => `${one} ${version}`));
    const still = held.length === 0 ? '' : ` Its labels stay where they are: ${held.join(', ')}.`;
    return `${name} is deprecated; registering a version ends that.${still}`;
  });
};

export const archive: Act = async (doing) => {
  const { world, args, options, print, wrong } = doing;
  const [text = ''] = args;
  const version = await resolveRef(world.registry, text);
  if ('problem' in version) {
    const [gone] = (await world.registry.list(text.split('@')[0], { archived: true })).filter(
      (one) => one.archived !== undefined && text === `${one.name}@${one.version}`,
    );
    return gone === undefined ? wrong(version.problem) : print(gone, () => `${text} is archived already.`);
  }
  const { name, labels } = version;
  if (text !== `${name}@${version.version}`) return wrong(notByVersion(text, version));
  if (labels.includes('production') && (options.force !== true || (options.message?.trim() ?? '') === '')) {
    return wrong(inProduction(version));
  }
  const problem = await barredFrom(doing, name, labels);
  if (problem !== undefined) return refused(wrong, problem);
  await world.registry.archive({ name, version: version.version, message: options.message ?? `Archive ${text}` });
  return print({ name, version: version.version, archived: true, labelsTaken: labels }, () =>
    labels.length === 0
      ? `${text} is archived.`
      : `${text} is archived; no version of ${name} is ${labels.join(' or ')} now.`,
  );
};

async function personOf({ world, shell: { env } }: Doing): Promise<Person> {
  const { name, email } = await world.registry.tagger();
  const actor = env['GITHUB_ACTIONS'] === 'true' ? env['GITHUB_ACTOR'] : undefined;
  return { name, email, ...(actor !== undefined && actor !== '' && { githubActor: actor }) };
}

/** Who may not move a label may not take it away either. */
async function barredFrom(doing: Doing, name: string, labels: readonly string[]): Promise<Problem | undefined> {
  const policies = doing.world.config.registry?.promotion ?? [];
  const person = await personOf(doing);
  return labels.map((held) => notAllowed(person, policies, { name, label: held })).find((one) => one !== undefined);
}

/** Evidence or a rule speaks against it: that is a verdict, and no wrong usage. */
function refused(wrong: Doing['wrong'], problem: Problem): number {
  wrong(problem);
  return exitCodes.fail;
}

const problemOf = (code: string, message: string, hint: string): Problem => ({
  code,
  severity: 'error',
  message,
  hint,
});

const notHeld = (name: string, wanted: string): Problem =>
  problemOf(
    'REGISTRY_UNKNOWN',
    `No version of "${name}" has the label "${wanted}".`,
    `"pawl registry list ${name}" shows who holds which.`,
  );

const notByVersion = (text: string, { name, version }: RegisteredVersion): Problem =>
  problemOf(
    'REGISTRY_ARCHIVE_REF',
    `"${text}" may mean another version tomorrow.`,
    `Name the version itself: ${name}@${version}.`,
  );

const inProduction = ({ name, version }: RegisteredVersion): Problem =>
  problemOf(
    'REGISTRY_IN_PRODUCTION',
    `${name}@${version} is in production.`,
    `Move the label to another version first ("pawl registry label ${name}@VERSION production"), or go on with --force --message WHY.`,
  );
