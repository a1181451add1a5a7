// A prompt that is broken on purpose, evaluated against the files as they are: nothing is written for it.
import type { Outcome, Prompt, Workspace } from '@pawl/core';
import type { PromptRegressionInputs } from '@pawl/core/prompt-regression';
import type { World } from '@pawl/wiring';
import { executePromptRegression } from '@pawl/wiring/prompt-regression';

/** Stands for the files as they are, as if they were a commit: what each mutation is compared with. */
export const asTheyAre = 'the-files-as-they-are';

export interface Trial {
  readonly world: World;
  readonly inputs: PromptRegressionInputs;
  readonly path: string;
  readonly source: string;
}

/** The files with another prompt in place of it, or as they are, against the files as they are. */
export async function comparedWith(
  { world, inputs, path, source }: Trial,
  prompt?: Prompt,
): Promise<{ readonly outcome: Outcome; readonly isRead: boolean }> {
  const broken = withFile(world.workspace, path, prompt === undefined ? source : JSON.stringify(prompt));
  const outcome = await executePromptRegression(inputs, {
    ...world,
    workspace: broken.workspace,
    history: {
      ...world.history,
      resolve: async (revision) => (revision === asTheyAre ? asTheyAre : world.history.resolve(revision)),
      read: async (commit, file) =>
        commit !== asTheyAre
          ? world.history.read(commit, file)
          : file === path
            ? new TextEncoder().encode(source)
            : world.workspace.read(file),
      list: async (commit, glob) =>
        commit === asTheyAre ? world.workspace.list(glob) : world.history.list(commit, glob),
      commitTime: async (commit) => (commit === asTheyAre ? undefined : world.history.commitTime(commit)),
    },
  });
  return { outcome, isRead: broken.isRead() };
}

/**
 * Every comparison would tell its own plan, where that of all has been told; and would ask Git again where HEAD is, and
 * the registry which version the files may be.
 */
export function quietPlans(world: World): World {
  let known: ReturnType<World['context']> | undefined;
  return {
    ...world,
    registry: { ...world.registry, resolve: async () => undefined },
    context: async () => {
      const context = await (known ??= world.context());
      return { ...context, progress: (line) => (line.startsWith('Plan: ') ? undefined : context.progress(line)) };
    },
  };
}

/** The workspace with one file other than it is on disk. */
function withFile(
  workspace: Workspace,
  changed: string,
  text: string,
): { readonly workspace: Workspace; readonly isRead: () => boolean } {
  let isRead = false;
  const own = (path: string): string | undefined => {
    isRead ||= path === changed;
    return path === changed ? text : undefined;
  };
  return {
    isRead: () => isRead,
    workspace: {
      read: async (path) => {
        const mine = own(path);
        return mine === undefined ? workspace.read(path) : new TextEncoder().encode(mine);
      },
      readText: async (path) => own(path) ?? workspace.readText(path),
      list: (glob) => workspace.list(glob),
      fingerprint: (path) => workspace.fingerprint(path),
      resolve: (path) => workspace.resolve(path),
      write: (path, data) => workspace.write(path, data),
    },
  };
}
