// The scheme `pawl` as a read-only file system: a file as it was at a commit, or the data of a report. As a file
// system rather than a content provider, because then an editor that was open at a reload comes back by itself.
import * as vscode from 'vscode';
import type { App } from '../app.ts';
import { scheme } from '../documents/address.ts';

export function registerDocuments(app: App): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  const refuse = (uri: vscode.Uri): never => {
    throw vscode.FileSystemError.NoPermissions(uri);
  };
  const read = async (uri: vscode.Uri): Promise<Uint8Array> => {
    const [repository, { contentOf }] = await Promise.all([app.repository(), import('../documents/content.ts')]);
    const content = repository === undefined ? undefined : await contentOf(uri, repository);
    if (content === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return content;
  };
  const provider: vscode.FileSystemProvider = {
    onDidChangeFile: changed.event,
    // Nothing at such an address ever changes: both a commit and a run are what they are.
    watch: () => new vscode.Disposable(() => {}),
    stat: async (uri) => ({ type: vscode.FileType.File, ctime: 0, mtime: 0, size: (await read(uri)).byteLength }),
    readFile: read,
    readDirectory: () => [],
    createDirectory: refuse,
    writeFile: refuse,
    delete: refuse,
    rename: refuse,
  };
  return vscode.Disposable.from(
    changed,
    vscode.workspace.registerFileSystemProvider(scheme, provider, { isReadonly: true, isCaseSensitive: true }),
  );
}
