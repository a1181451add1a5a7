// Says when Git's refs or the prompts have changed. Git's own extension does not tell of refs outside heads, remotes
// and tags, so the files are watched.
import { join } from 'node:path';
import * as vscode from 'vscode';

/** A push of many refs is one change for the reader. */
const quietMs = 250;
/** Coming back to the window is a good moment to look at a remote, but not each time. */
const focusMs = 60_000;

/** @param gitFolder the folder that holds the refs: that of the main work tree */
export function followGit(
  place: { readonly root: string; readonly gitFolder: string },
  changed: () => void,
): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  let last = Date.now();
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      last = Date.now();
      changed();
    }, quietMs);
  };
  const watch = (folder: string, pattern: string, content: boolean): vscode.Disposable => {
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(folder), pattern),
      false,
      !content,
    );
    watcher.onDidCreate(soon);
    watcher.onDidChange(soon);
    watcher.onDidDelete(soon);
    return watcher;
  };
  return vscode.Disposable.from(
    // Not `refs/pawl` itself: before the first run there is no such folder to watch.
    watch(join(place.gitFolder, 'refs'), '{pawl,tags}/**', true),
    // Not recursive: what Git packs its refs into, and what each fetch rewrites.
    watch(place.gitFolder, '{packed-refs,FETCH_HEAD}', true),
    watch(place.root, '**/*.prompt.{yml,yaml}', false),
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused && Date.now() - last > focusMs) soon();
    }),
    new vscode.Disposable(() => clearTimeout(timer)),
  );
}
