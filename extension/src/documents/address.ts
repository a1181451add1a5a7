// Addresses of the read-only documents, all in the scheme `pawl`: a file as it was at a commit, and a run's report.

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

/** Text as one segment of a path: nothing in it may look like a further folder. */
const segment = (text: string): string => text.replaceAll(/[/\\\p{Cc}]/gu, '∕').slice(0, 120) || '–';
