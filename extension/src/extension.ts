// The composition root: the editor's API on one side, the repository on the other, views and commands between them.
// Activation only registers. The views' and commands' own code is loaded when the first of them is used, and Git is not
// started before that.
import * as vscode from 'vscode';
import type { App } from './app.ts';
import type { Grouping } from './runs/model.ts';
import { situationWords } from './situation.ts';
import { registerDocuments } from './vscode/documents.ts';
import { openEditor } from './vscode/editor.ts';
import { registerReportEditor } from './vscode/report-editor.ts';
import { openSession } from './vscode/session.ts';
import { openTreeView, type TreeView } from './vscode/tree-view.ts';

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Pawl', { log: true });
  const report = (error: unknown): string => {
    log.error(error instanceof Error ? error : String(error));
    return messageOf(error);
  };
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
  views.push(
    openTreeView({ id: 'pawl.runs', selectMany: false, report }, async () =>
      (await import('./runs/tree.ts')).runRows(app, grouping),
    ),
    openTreeView({ id: 'pawl.prompts', selectMany: true, report }, async () =>
      (await import('./prompts/tree.ts')).promptRows(app),
    ),
    openTreeView({ id: 'pawl.models', selectMany: false, report }, async () =>
      (await import('./models/tree.ts')).modelRows(app),
    ),
  );

  const run = async (id: string, argument: unknown, selection: unknown): Promise<void> => {
    try {
      const { commandsOf } = await import('./commands.ts');
      const situation = await session.situation();
      if (situation !== 'ready' && id !== 'pawl.refresh') return app.editor.inform(situationWords[situation]);
      await commandsOf(app)
        .find((command) => command.id === id)
        ?.run(argument, selection);
    } catch (error) {
      app.editor.warn(report(error));
    }
  };
  const { contributes } = context.extension.packageJSON as {
    contributes: { commands: readonly { command: string }[] };
  };
  context.subscriptions.push(
    log,
    session,
    ...views,
    ...contributes.commands.map(({ command }) =>
      vscode.commands.registerCommand(command, (argument: unknown, selection: unknown) =>
        run(command, argument, selection),
      ),
    ),
    registerDocuments(app),
    registerReportEditor(app),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('pawl.runs')) refreshViews();
    }),
  );
}

const grouping = (): Grouping =>
  vscode.workspace.getConfiguration('pawl').get('runs.groupBy') === 'name' ? 'name' : 'kind';

/** Adapters say what to do about it; a bug has only its message. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const hint = 'hint' in error && typeof error.hint === 'string' ? ` ${error.hint}` : '';
  return `${error.message}${hint}`;
}
