// The repository of this window: opened when something first asks for it, and again when folders or trust change.
import * as vscode from 'vscode';
import type { OpenRepository } from '../repository/open.ts';
import type { Situation } from '../situation.ts';
import { followGit } from './follow-git.ts';

export interface Session extends vscode.Disposable {
  /** Undefined where there is none to work with; `situation` says why. @throws when Git's answer makes no sense */
  repository(): Promise<OpenRepository | undefined>;
  situation(): Promise<Situation>;
  /** Of the open repository. */
  root(): string | undefined;
  /** Looks again where there was no repository. */
  retry(): void;
}

interface Opened extends vscode.Disposable {
  readonly situation: Situation;
  readonly repository?: OpenRepository;
}

/** @param changed called when what was read may be old */
export function openSession(cacheFolder: string, changed: () => void): Session {
  let opening: Promise<Opened> | undefined;
  let opened: Opened | undefined;
  const close = (): void => {
    void opening?.then(
      (found) => found.dispose(),
      () => {},
    );
    opening = opened = undefined;
  };
  const reopen = (): void => {
    close();
    changed();
  };
  const current = async (): Promise<Opened> => {
    const mine = (opening ??= open(cacheFolder, changed));
    try {
      const found = await mine;
      if (opening === mine) opened = found;
      return found;
    } catch (error) {
      // A failure is not kept: the next look may find it mended.
      if (opening === mine) opening = undefined;
      throw error;
    }
  };
  const listeners = vscode.Disposable.from(
    vscode.workspace.onDidChangeWorkspaceFolders(reopen),
    vscode.workspace.onDidGrantWorkspaceTrust(reopen),
  );
  return {
    repository: async () => (await current()).repository,
    situation: async () => (await current()).situation,
    root: () => opened?.repository?.root,
    retry: () => {
      if (opened?.situation !== 'ready') close();
    },
    dispose: () => {
      listeners.dispose();
      close();
    },
  };
}

async function open(cacheFolder: string, changed: () => void): Promise<Opened> {
  const found = await find(cacheFolder, changed);
  await vscode.commands.executeCommand('setContext', 'pawl.situation', found.situation);
  return found;
}

async function find(cacheFolder: string, changed: () => void): Promise<Opened> {
  const nothing = (situation: Situation): Opened => ({ situation, dispose: () => {} });
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  if (folders.length === 0) return nothing('no-folder');
  if (!vscode.workspace.isTrusted) return nothing('untrusted');
  // Nothing of Git is loaded before there is a folder that may be read.
  const [{ locateRepository }, { openRepository }] = await Promise.all([
    import('../repository/locate.ts'),
    import('../repository/open.ts'),
  ]);
  const place = await locateRepository(folders.map(({ uri }) => uri.fsPath));
  if (typeof place === 'string') return nothing(place);
  const repository = await openRepository(place, cacheFolder, () => promptPaths(place.root));
  const following = followGit(place, changed);
  return {
    situation: 'ready',
    repository,
    dispose: () => {
      following.dispose();
      void repository.close();
    },
  };
}

async function promptPaths(root: string): Promise<readonly string[]> {
  const base = vscode.Uri.file(root);
  const found = await vscode.workspace.findFiles(
    new vscode.RelativePattern(base, '**/*.prompt.{yml,yaml}'),
    '**/node_modules/**',
  );
  return found.map((uri) => uri.path.slice(base.path.length + 1));
}
