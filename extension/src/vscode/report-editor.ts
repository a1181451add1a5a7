// A run's report as a read-only editor: it opens in a preview tab, survives a reload, and can be gone back to.
import * as vscode from 'vscode';
import type { App } from '../app.ts';
import { reportViewType } from './editor.ts';

export function registerReportEditor(app: App): vscode.Disposable {
  const provider: vscode.CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => ({ uri, dispose: () => {} }),
    resolveCustomEditor: async ({ uri }, panel) => {
      panel.webview.options = {
        enableScripts: false,
        enableForms: false,
        enableCommandUris: false,
        localResourceRoots: [],
      };
      panel.webview.html = await pageOf(app, uri);
    },
  };
  return vscode.window.registerCustomEditorProvider(reportViewType, provider, {
    supportsMultipleEditorsPerDocument: true,
    webviewOptions: { enableFindWidget: true },
  });
}

/** Rendering is loaded with the first report. */
async function pageOf(app: App, uri: vscode.Uri): Promise<string> {
  const [{ readReportAddress }, { findReport }, { reportPage }] = await Promise.all([
    import('../documents/read-address.ts'),
    import('../runs/report.ts'),
    import('../webview/report-page.ts'),
  ]);
  const repository = await app.repository();
  const id = readReportAddress(uri);
  const found =
    repository === undefined || id === undefined
      ? { why: 'There is no repository to read this run from.' }
      : await findReport(repository.store, id);
  return reportPage(found, app.editor.formatTime);
}
