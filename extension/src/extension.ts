// The composition root: the editor's API on one side, the repository on the other, views and commands between them.
// Activation only registers; Git is first started by a view that is shown or a command that is called.
import * as vscode from 'vscode';
import type { App, Command } from './app.ts';
import { commandsOf } from './commands.ts';
import { modelRows } from './models/tree.ts';
import { promptRows } from './prompts/tree.ts';
import { runRows } from './runs/tree.ts';
import { situationWords } from './situation.ts';
import { registerDocuments } from './vscode/documents.ts';
import { openEditor } from './vscode/editor.ts';
import { registerReportEditor } from './vscode/report-editor.ts';
import { openSession } from './vscode/session.ts';
import { openTreeView, type TreeView } from './vscode/tree-view.ts';

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Pawl', { log: true });
  const views: TreeView[] = [];
  const refreshViews = (): void => views.forEach((view) => view.refresh());
  const session = openSession(context.globalStorageUri.fsPath, refreshViews);
  const app: App = {
    editor: openEditor(() => session.root()),
    repository: () => session.repository(),
    refresh: () => {
      session.retry();
      refreshViews();
    },
  };
  const report = (error: unknown): string => {
    log.error(error instanceof Error ? error : String(error));
    return messageOf(error);
  };
  const grouping = (): 'kind' | 'name' =>
    vscode.workspace.getConfiguration('pawl').get('runs.groupBy') === 'name' ? 'name' : 'kind';
  views.push(
    openTreeView({ id: 'pawl.runs', selectMany: false, report }, runRows(app, grouping)),
    openTreeView({ id: 'pawl.prompts', selectMany: true, report }, promptRows(app)),
    openTreeView({ id: 'pawl.models', selectMany: false, report }, modelRows(app)),
  );

  const run = async (command: Command, argument: unknown, selection: unknown): Promise<void> => {
    try {
      const situation = await session.situation();
      if (situation === 'ready' || command.id === 'pawl.refresh') await command.run(argument, selection);
      else app.editor.inform(situationWords[situation]);
    } catch (error) {
      app.editor.warn(report(error));
    }
  };
  context.subscriptions.push(
    log,
    session,
    ...views,
    ...commandsOf(app).map((command) =>
      vscode.commands.registerCommand(command.id, (argument: unknown, selection: unknown) => run(command, argument, selection)),
    ),
    registerDocuments(app),
    registerReportEditor(app),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('pawl.runs')) refreshViews();
    }),
  );
}

/** Adapters say what to do about it; a bug has only its message. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const hint = 'hint' in error && typeof error.hint === 'string' ? ` ${error.hint}` : '';
  return `${error.message}${hint}`;
}
