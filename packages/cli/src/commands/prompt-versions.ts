// Which prompt file a name means, and its registered versions as they were at their commits.
import { promptStem, readPrompt, type Problem, type RegisteredVersion } from '@pawl/core';
import type { PromptVersion } from '@pawl/experiments';
import type { World } from '@pawl/wiring';
import { readAt } from '../read-at.ts';
import { resolveRef } from '../resolve-ref.ts';

export async function pathOf(world: World, name: string): Promise<string | Problem> {
  const matches = (await world.workspace.list('**/*.prompt.yml')).filter(
    (path) => path === name || promptStem(path) === name,
  );
  const [path] = matches;
  if (path !== undefined && matches.length === 1) return path;
  return path === undefined
    ? {
        code: 'PROMPT_UNKNOWN',
        severity: 'error',
        message: `There is no prompt "${name}" here.`,
        hint: '"pawl prompt list" shows the prompts there are.',
      }
    : {
        code: 'PROMPT_AMBIGUOUS',
        severity: 'error',
        message: `${matches.length} prompts are called "${name}".`,
        hint: `Name the file: ${matches.join(', ')}.`,
      };
}

export async function versionsOf(
  world: World,
  name: string,
  ref: string | undefined,
): Promise<{ readonly found: readonly RegisteredVersion[] } | { readonly problem: Problem }> {
  if (ref !== undefined) {
    const version = await resolveRef(world.registry, `${name}${ref.slice(ref.lastIndexOf('@'))}`);
    return 'problem' in version ? version : { found: [version] };
  }
  const found = await world.registry.list(name);
  return found.length > 0 ? { found } : { problem: unregistered(name) };
}

/** Highest first, as given; a version whose file cannot be read is told and not sent. */
export async function readVersions(
  world: World,
  path: string,
  versions: readonly RegisteredVersion[],
): Promise<{ readonly versions: readonly PromptVersion[]; readonly problems: readonly Problem[] }> {
  const found: PromptVersion[] = [];
  const problems: Problem[] = [];
  for (const version of versions) {
    const file = await readAt(world, path, { name: version.name, ref: `${version.name}@${version.version}` });
    const prompt = file.value === undefined ? undefined : readPrompt({ text: file.value.text, file: path });
    if (prompt?.value !== undefined) found.push({ version, prompt: prompt.value });
    else problems.push(...(prompt?.problems ?? file.problems));
  }
  return { versions: found, problems };
}

const unregistered = (name: string): Problem => ({
  code: 'REGISTRY_UNKNOWN',
  severity: 'error',
  message: `The prompt "${name}" has no registered version.`,
  hint: `A version is a commit: "pawl registry register ${name}" registers HEAD.`,
});
