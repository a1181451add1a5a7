// Addresses of the read-only documents, all in the scheme `pawl`: a file as it was at a commit, and a run's report.
// An address may come from anywhere (a link in a document, another extension), so it is read with suspicion.
import { isUlid } from '@pawl/core';

export const scheme = 'pawl';

/** A file of a commit. */
export interface CommittedFile {
  readonly commit: string;
  /** From the root of the repository. */
  readonly path: string;
  /** What the file is shown as: `mail-triage@v1.2.0`. */
  readonly title: string;
}

export interface Address {
  readonly authority: string;
  readonly path: string;
}

/** The commit stands in the authority, so that relative links of a card lead to files of the same commit. */
export const fileAddress = (file: CommittedFile): Address => ({
  authority: file.commit,
  path: `/${segment(file.title)}/${file.path}`,
});

export const reportAddress = (run: { readonly id: string; readonly title: string }): Address => ({
  authority: 'run',
  path: `/runs/${run.id}/${segment(run.title)}`,
});

export function readFileAddress({ authority, path }: Address): CommittedFile | undefined {
  const [empty, title, ...rest] = path.split('/');
  if (empty !== '' || title === undefined || rest.length === 0) return undefined;
  if (rest.some((part) => part === '' || part === '.' || part === '..')) return undefined;
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(authority) ? { commit: authority, path: rest.join('/'), title } : undefined;
}

/** The run's id. */
export function readReportAddress({ authority, path }: Address): string | undefined {
  const [, folder, id = ''] = path.split('/');
  return authority === 'run' && folder === 'runs' && isUlid(id) ? id : undefined;
}

/** Text as one segment of a path: nothing in it may look like a further folder. */
const segment = (text: string): string => text.replaceAll(/[/\\\p{Cc}]/gu, '∕').slice(0, 120) || '–';
