// The editor's hands, on VS Code's API.
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Choice, Editor } from '../app.ts';
import { fileAddress, reportAddress, scheme, type Address } from '../documents/address.ts';

export const reportViewType = 'pawl.report';

/** @param root the work tree of the open repository, for the side of a diff that can be edited */
export function openEditor(root: () => string | undefined): Editor {
  const time = new Intl.DateTimeFormat(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' });
  return {
    inform: (message) => void vscode.window.showInformationMessage(withoutLinks(message)),
    warn: (message) => void vscode.window.showWarningMessage(withoutLinks(message)),
    choose: async <T>(question: string, choices: readonly Choice<T>[]) =>
      (
        await vscode.window.showQuickPick(choices.map(withoutIcons), {
          title: question,
          matchOnDescription: true,
          matchOnDetail: true,
        })
      )?.value,
    showReport: async (run) => {
      await vscode.commands.executeCommand('vscode.openWith', uriOf(reportAddress(run)), reportViewType, { preview: true });
    },
    showFile: async (file) => {
      await vscode.commands.executeCommand('vscode.open', uriOf(fileAddress(file)), { preview: true });
    },
    showMarkdown: async (file) => {
      await vscode.commands.executeCommand('markdown.showPreview', uriOf(fileAddress(file)));
    },
    showDiff: async ({ left, right }, title) => {
      const rightUri =
        typeof right === 'string' ? vscode.Uri.file(join(root() ?? '', right)) : uriOf(fileAddress(right));
      await vscode.commands.executeCommand('vscode.diff', uriOf(fileAddress(left)), rightUri, title, { preview: true });
    },
    copy: async (text) => vscode.env.clipboard.writeText(text),
    formatTime: (iso) => {
      const date = new Date(iso);
      return Number.isNaN(date.getTime()) ? iso : time.format(date);
    },
  };
}

const uriOf = (address: Address): vscode.Uri => vscode.Uri.from({ scheme, ...address });

/** Messages render `[text](command:…)` as something to click; nothing of ours does, so nothing in one may. */
const withoutLinks = (message: string): string => message.replaceAll('](', ']\u200B(');

/** Lists render `$(name)` as an icon. */
const withoutIcons = <T>(choice: Choice<T>): Choice<T> => ({
  ...choice,
  label: choice.label.replaceAll('$(', '$\u200B('),
  ...(choice.description !== undefined && { description: choice.description.replaceAll('$(', '$\u200B(') }),
  ...(choice.detail !== undefined && { detail: choice.detail.replaceAll('$(', '$\u200B(') }),
});
