// A prompt with two versions, the older one in production: what is pushed to a tracking server.
import type { Prompt, RegisteredVersion } from '@pawl/core';
import { memoryRegistry } from '@pawl/core/testing';

export async function sorterVersions(
  before: Prompt,
  after: Prompt,
): Promise<readonly { readonly version: RegisteredVersion; readonly prompt: Prompt }[]> {
  const registry = memoryRegistry();
  await registry.register({ name: 'sorter', version: 'v1.0.0', commit: '1'.repeat(40), message: 'Begin' });
  await registry.register({ name: 'sorter', version: 'v1.1.0', commit: '2'.repeat(40), message: 'Be kind' });
  await registry.label({ name: 'sorter', version: 'v1.0.0', label: 'production', message: 'Go' });
  const versions = await registry.list('sorter');
  return versions.map((version) => ({ version, prompt: version.version === 'v1.1.0' ? after : before }));
}
