// What commands and trees ask of the editor and of the repository. Nothing here knows the editor's API, so that all
// of it runs in a plain test.
import type { History, Registry, Store } from '@pawl/core';
import type { CommittedFile } from './documents/address.ts';

/** An open repository. Reading it never writes to the user's own tree, index or refs. */
export interface Repository {
  /** Absolute path of the work tree. */
  readonly root: string;
  readonly store: Store;
  readonly registry: Registry;
  readonly history: History;
  /** Paths of the prompts in the work tree, from the root. */
  promptPaths(): Promise<readonly string[]>;
}

export interface Choice<T> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly value: T;
}

/** The editor's hands. Every text is plain: it may come from data, a prompt or a branch name. */
export interface Editor {
  inform(message: string): void;
  warn(message: string): void;
  /** Undefined when the user thought better of it. */
  choose<T>(question: string, choices: readonly Choice<T>[]): Promise<T | undefined>;
  showReport(run: { readonly id: string; readonly title: string }): Promise<void>;
  /** A path stands for the file in the work tree. */
  showFile(file: CommittedFile | string): Promise<void>;
  /** Rendered by the editor's own Markdown preview, which runs no script of the document. */
  showMarkdown(file: CommittedFile): Promise<void>;
  showDiff(
    sides: { readonly left: CommittedFile; readonly right: CommittedFile | string },
    title: string,
  ): Promise<void>;
  copy(text: string): Promise<void>;
  /** A moment, as the reader's locale writes it; the text itself when it is no date. */
  readonly formatTime: FormatTime;
}

/** `short` is for rows: it leaves out the year while that is this year. */
export type FormatTime = (iso: string, length: 'short' | 'full') => string;

export interface App {
  readonly editor: Editor;
  /** Undefined when there is none to work with; the empty views say why. */
  repository(): Promise<Repository | undefined>;
  /** Reads everything anew. */
  refresh(): void;
}

export interface Command {
  readonly id: string;
  /** `argument`: the row the command was called on, or whatever another caller passed. */
  run(argument?: unknown, selection?: unknown): Promise<void>;
}

/** The registered version a row or a document speaks of, in words: `mail-triage@v1.2.0`. */
export const versionName = (version: { readonly name: string; readonly version: string }): string =>
  `${version.name}@${version.version}`;
