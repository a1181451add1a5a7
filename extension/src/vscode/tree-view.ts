// A tree of rows as one of VS Code's views.
import * as vscode from 'vscode';
import type { Row, Rows } from '../rows.ts';

export interface TreeView extends vscode.Disposable {
  /** Reads all rows anew. A view that is not visible is read when it is next shown. */
  refresh(): void;
}

/** What could not be read, as a row of its own: a view that merely stays empty would say that there is nothing. */
interface Trouble {
  readonly trouble: string;
}

/** @param load called when the view is first shown */
export function openTreeView<Node extends object>(
  view: { readonly id: string; readonly selectMany: boolean; readonly report: (error: unknown) => string },
  load: () => Promise<Rows<Node>>,
): TreeView {
  let rows: Rows<Node> | undefined;
  const changed = new vscode.EventEmitter<undefined>();
  const isTrouble = (node: Node | Trouble): node is Trouble => 'trouble' in node;
  const provider: vscode.TreeDataProvider<Node | Trouble> = {
    onDidChangeTreeData: changed.event,
    getChildren: async (node) => {
      if (node !== undefined && isTrouble(node)) return [];
      try {
        rows ??= await load();
        return [...(await rows.children(node))];
      } catch (error) {
        return [{ trouble: view.report(error) }];
      }
    },
    // Rows are loaded: a node is only asked for after it was given out.
    getTreeItem: (node) => (isTrouble(node) ? troubleItem(node) : itemOf((rows as Rows<Node>).row(node), node)),
  };
  const tree = vscode.window.createTreeView(view.id, {
    treeDataProvider: provider,
    canSelectMany: view.selectMany,
    showCollapseAll: true,
  });
  return {
    refresh: () => changed.fire(undefined),
    dispose: () => {
      tree.dispose();
      changed.dispose();
    },
  };
}

function itemOf(row: Row, node: unknown): vscode.TreeItem {
  const item = new vscode.TreeItem(row.label, folds[row.fold]);
  item.id = row.id;
  // Never undefined: VS Code would make one of the resource, and it has none.
  item.description = row.description ?? '';
  item.tooltip = row.tooltip ?? row.label;
  if (row.icon !== undefined) item.iconPath = iconOf(row.icon.name, row.icon.color);
  if (row.context !== undefined) item.contextValue = row.context;
  if (row.command !== undefined)
    item.command = { command: row.command.id, title: row.command.title, arguments: [node] };
  // A screen reader hears the words, also those that are a description on the screen.
  item.accessibilityInformation = { label: [row.label, row.description].filter(Boolean).join(', ') };
  return item;
}

function troubleItem({ trouble }: Trouble): vscode.TreeItem {
  const item = new vscode.TreeItem(trouble, vscode.TreeItemCollapsibleState.None);
  item.iconPath = iconOf('warning', 'list.warningForeground');
  item.tooltip = trouble;
  return item;
}

const folds = {
  none: vscode.TreeItemCollapsibleState.None,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
} as const;

const iconOf = (name: string, color: string | undefined): vscode.ThemeIcon =>
  color === undefined ? new vscode.ThemeIcon(name) : new vscode.ThemeIcon(name, new vscode.ThemeColor(color));
