// Where reviewers read: the pull request.
import type { Outcome } from '../formats/outcome.ts';
import type { Problem } from '../formats/problem.ts';

export interface Publication {
  /** Tells this section from its siblings: action, name and matrix leg. */
  readonly key: string;
  readonly outcome: Outcome;
  readonly comment: 'always' | 'changes' | 'failures' | 'never';
  /** Link to the artifact or workflow run that holds the HTML report. */
  readonly reportUrl?: string;
}

export interface Published {
  readonly commentUrl?: string;
  readonly checkUrl?: string;
  /** What could not be published, with the permission that would help. Never an exception: the verdict stands. */
  readonly problems: readonly Problem[];
}

export interface CodeHost {
  publish(publication: Publication): Promise<Published>;
}
