// Shows two registered versions of a prompt side by side, the older one on the left.
import { compareVersions, parseVersion } from '@pawl/core';
import { versionName, type App, type Command, type Repository } from '../../app.ts';
import { chooseVersion, openedFile, otherVersions, pickVersion } from '../choose-version.ts';
import { isPromptVersionNode, type PromptVersionNode } from '../model.ts';

export function comparePromptVersions(app: App): Command {
  return {
    id: 'pawl.comparePromptVersions',
    run: async (argument, selection) => {
      const repository = await app.repository();
      if (repository === undefined) return;
      const pair = selectedPair(selection) ?? (await choosePair(app, repository, argument));
      if (pair === undefined) return;
      const [older, newer] = pair.toSorted(byVersion) as [PromptVersionNode, PromptVersionNode];
      const left = await openedFile(app, repository, older);
      const right = left === undefined ? undefined : await openedFile(app, repository, newer);
      if (left === undefined || right === undefined) return;
      await app.editor.showDiff({ left, right }, `${versionName(older.version)} ↔ ${newer.version.version}`);
    },
  };
}

/** Two rows of one prompt, selected together. */
function selectedPair(selection: unknown): readonly [PromptVersionNode, PromptVersionNode] | undefined {
  if (!Array.isArray(selection) || selection.length !== 2) return undefined;
  const [a, b] = selection.filter(isPromptVersionNode);
  return a !== undefined && b !== undefined && a.path === b.path ? [a, b] : undefined;
}

async function choosePair(
  app: App,
  repository: Repository,
  argument: unknown,
): Promise<readonly [PromptVersionNode, PromptVersionNode] | undefined> {
  const first = await chooseVersion(app, repository, argument);
  if (first === undefined) return undefined;
  const others = await otherVersions(repository, first);
  if (others.length === 0) {
    app.editor.inform(
      `${versionName(first.version)} is the only registered version: there is nothing to compare it with.`,
    );
    return undefined;
  }
  const second = await pickVersion(app, `Compare ${versionName(first.version)} with`, others);
  return second === undefined ? undefined : [first, second];
}

function byVersion(a: PromptVersionNode, b: PromptVersionNode): number {
  const [left, right] = [parseVersion(a.version.version), parseVersion(b.version.version)];
  return left === undefined || right === undefined ? 0 : compareVersions(left, right);
}
