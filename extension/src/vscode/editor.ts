// The editor's hands, on VS Code's API.
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Choice, Editor, FormatTime } from '../app.ts';
import { fileAddress, reportAddress, scheme, type Address } from '../documents/address.ts';

export const reportViewType = 'pawl.report';

/** @param root the work tree of the open repository, for the side of a diff that can be edited */
export function openEditor(root: () => string | undefined): Editor {
  const fileUri = (path: string): vscode.Uri => vscode.Uri.file(join(root() ?? '', path));
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
      await vscode.commands.executeCommand('vscode.openWith', uriOf(reportAddress(run)), reportViewType, {
        preview: true,
      });
    },
    showFile: async (file) => {
      const uri = typeof file === 'string' ? fileUri(file) : uriOf(fileAddress(file));
      await vscode.commands.executeCommand('vscode.open', uri, { preview: true });
    },
    showMarkdown: async (file) => {
      await vscode.commands.executeCommand('markdown.showPreview', uriOf(fileAddress(file)));
    },
    showDiff: async ({ left, right }, title) => {
      const rightUri = typeof right === 'string' ? fileUri(right) : uriOf(fileAddress(right));
      await vscode.commands.executeCommand('vscode.diff', uriOf(fileAddress(left)), rightUri, title, { preview: true });
    },
    copy: async (text) => vscode.env.clipboard.writeText(text),
    formatTime: timeFormat(vscode.env.language),
  };
}

function timeFormat(locale: string): FormatTime {
  // Made when first used: a locale's data take milliseconds to load.
  const formats: { short?: Intl.DateTimeFormat; full?: Intl.DateTimeFormat } = {};
  return (iso, length) => {
    const date = new Date(iso);
    if (Number.isNaN(date.getTime())) return iso;
    const thisYear = date.getFullYear() === new Date().getFullYear();
    const format = (formats[length === 'short' && thisYear ? 'short' : 'full'] ??= new Intl.DateTimeFormat(
      locale,
      length === 'short' && thisYear
        ? { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
        : { dateStyle: 'medium', timeStyle: 'short' },
    ));
    return format.format(date);
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
