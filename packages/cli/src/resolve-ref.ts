// What name@v1.2.3, name@LABEL or name@latest means in this repository, or why it means nothing.
import { parseVersionRef, type Problem, type RegisteredVersion, type Registry } from '@pawl/core';

export async function resolveRef(
  registry: Pick<Registry, 'resolve'>,
  text: string,
): Promise<RegisteredVersion | { readonly problem: Problem }> {
  const ref = parseVersionRef(text);
  const [problem] = ref.problems;
  if (problem !== undefined) return { problem };
  const { name = '', at = '' } = ref.value ?? {};
  const version = await registry.resolve(name, at);
  if (version !== undefined) return version;
  return {
    problem: {
      code: 'REGISTRY_UNKNOWN',
      severity: 'error',
      message: `"${text}" is not registered.`,
      hint: `"pawl registry list ${name}" shows what is.`,
    },
  };
}
