// What GitHub said when it did not do what was asked, and the remedy in words.
import { maskSecrets } from '@pawl/wire';

export type RestFailureKind =
  /** The token, or its permission. */
  | 'denied'
  /** Asked too often; nothing was done. */
  | 'limit'
  /** No such repository or object for this token. */
  | 'missing'
  /** The repository has no ref yet. */
  | 'empty'
  /** The request contradicts what is there, or a rule of the repository. */
  | 'refused'
  /** No answer, or a broken one: whether it was done is not known. */
  | 'unreachable';

export interface RestFailureDetails {
  readonly kind: RestFailureKind;
  readonly status?: number;
  /** GitHub's own words. */
  readonly said: string;
  /** Permissions that would have been accepted, as GitHub names them: `contents=write`. */
  readonly accepted?: string;
  /** Milliseconds since 1970, when GitHub says until when it refuses. */
  readonly until?: number;
}

/** Never leaves this folder: callers turn it into an error of the store or of the registry that names the ref. */
export class RestFailure extends Error {
  override readonly name = 'RestFailure';
  readonly kind: RestFailureKind;
  readonly status: number | undefined;
  readonly said: string;
  readonly accepted: string | undefined;
  readonly until: number | undefined;

  constructor({ kind, status, said, accepted, until }: RestFailureDetails, secret = '') {
    super(maskSecrets(said, [secret]));
    this.kind = kind;
    this.status = status;
    this.said = maskSecrets(said, [secret]);
    this.accepted = accepted;
    this.until = until;
  }
}

/** What to do about it, in one sentence or two. */
export function remedyOf(failure: RestFailure, writing: boolean): string {
  const permission = writing ? '`contents: write`' : '`contents: read`';
  switch (failure.kind) {
    case 'denied':
      return failure.status === 401
        ? 'The token is not valid (any more): give a new one.'
        : `Give the job \`permissions:\` ${permission}.${writing ? ' A pull request from a fork never gets it: hand the run over as an artifact.' : ''}`;
    case 'limit':
      return failure.until === undefined
        ? 'Wait a few minutes and try again.'
        : `Try again after ${new Date(failure.until).toISOString()}.`;
    case 'missing':
      return `Check the name owner/repository and the API address, and give the token ${permission}.`;
    case 'empty':
      return 'Push a first commit: GitHub keeps no objects in an empty repository.';
    case 'refused':
      return 'Look for a ruleset of the repository that holds for this ref.';
    case 'unreachable':
      return 'Check the network and the API address (`GITHUB_API_URL`).';
  }
}
