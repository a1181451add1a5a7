// The text of a file now, or as it was at a registered version.
import type { Problem, Read, RegisteredVersion } from '@pawl/core';
import { readPromptAt } from '@pawl/core/registry';
import type { World } from '@pawl/wiring';
import { resolveRef } from './resolve-ref.ts';

/** A name, and perhaps a version: `mail-triage`, `mail-triage@v1.0.0`, `mail-triage@production`. */
export interface Wanted {
  readonly name: string;
  readonly ref?: string;
}

export function wantedOf(text: string): Wanted {
  const at = text.lastIndexOf('@');
  return at > 0 ? { name: text.slice(0, at), ref: text } : { name: text };
}

export interface FileAt {
  readonly path: string;
  readonly text: string;
  readonly version?: RegisteredVersion;
}

/** @throws HistoryError when the version's commit cannot be read here */
export async function readAt(world: World, path: string, { ref }: Wanted): Promise<Read<FileAt>> {
  if (ref === undefined) {
    const text = await world.workspace.readText(path);
    return text === undefined ? missing(`There is no file "${path}".`, path) : { value: { path, text }, problems: [] };
  }
  const version = await resolveRef(world.registry, ref);
  if ('problem' in version) return { problems: [version.problem] };
  const was = await readPromptAt(world, version.commit, path);
  if (was === undefined)
    return missing(
      `${version.name}@${version.version} (commit ${version.commit.slice(0, 7)}) has no file "${path}".`,
      path,
    );
  return { value: { path: was.path, text: new TextDecoder().decode(was.bytes), version }, problems: [] };
}

const missing = (message: string, file: string): { readonly problems: readonly Problem[] } => ({
  problems: [
    {
      code: 'FILE_MISSING',
      severity: 'error',
      message,
      hint: 'If it was renamed, register the version under its new name.',
      file,
    },
  ],
});
