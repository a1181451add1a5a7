// The user's commits, or the lack of them: a job that has not checked out its repository can still read and add runs
// and tag versions, over GitHub's REST API. Only questions about the repository's own files have no answer there.
import { join } from 'node:path';
import type { RestRegistryRequest, RestStoreRequest } from '@pawl/git';
import { HistoryError, openHistory, openWorkTree, type GitHistory, type WorkTree } from '@pawl/git/checkout';
import type { RestAddress, WorldOptions } from './world.ts';

export interface Checkout {
  readonly history: GitHistory;
  readonly workTree: WorkTree;
  /** Where store and registry are asked over REST; undefined: through Git. */
  readonly rest: RestAddress | undefined;
}

/** @param stateFolder where a `start`ed run waits for its end when there is no Git directory */
export async function openCheckout(options: WorldOptions, stateFolder: string): Promise<Checkout> {
  const { root, env } = options;
  const repository = { repository: root, environment: env };
  const elsewhere = options.rest ?? restOfJob(env);
  try {
    // With GitHub to go to instead, whether Git takes the folder must be known now.
    const whenRead = options.unrecorded === true && elsewhere === undefined;
    const history = await openHistory({ ...repository, whenRead });
    return { history, workTree: openWorkTree(repository), rest: options.rest };
  } catch (error) {
    if (!(error instanceof HistoryError) || error.code !== 'HISTORY_NO_REPOSITORY') throw error;
    if (elsewhere === undefined) throw withHint(error, env);
    const workTree = { dirtyDiff: async () => undefined, stateFolder: async () => stateFolder };
    return { history: noHistory(elsewhere, env, error), workTree, rest: elsewhere };
  }
}

function restOfJob(env: WorldOptions['env']): RestAddress | undefined {
  const { GITHUB_REPOSITORY: repository = '', GITHUB_API_URL: apiUrl } = env;
  const token = env['GITHUB_TOKEN'] || env['GH_TOKEN'] || '';
  if (repository === '' || token === '') return undefined;
  return { repository, token, apiUrl: apiUrl || 'https://api.github.com' };
}

/** In a job the step only lacks the token, which GitHub gives to no step unasked. */
function withHint(error: HistoryError, { GITHUB_REPOSITORY: repository }: WorldOptions['env']): HistoryError {
  if (repository === undefined || repository === '') return error;
  return new HistoryError(error.code, error.message, {
    hint: `${error.hint} Without a checkout, runs and versions of ${repository} can be reached when the step has \`env: GITHUB_TOKEN: \${{ github.token }}\`.`,
    cause: error.cause,
  });
}

/** @param reason why there is none: often no checkout at all, sometimes one that Git does not trust */
function noHistory({ repository }: RestAddress, env: WorldOptions['env'], reason: HistoryError): GitHistory {
  const absent = async (): Promise<never> => {
    throw new HistoryError('HISTORY_NO_CHECKOUT', reason.message, {
      hint: `Begin the job with actions/checkout. ${reason.hint} Without it only runs and versions of ${repository} can be read and added; a commit is then named by its full hash.`,
      cause: reason,
    });
  };
  const head = headOfJob(env);
  return {
    resolve: async (revision) => {
      if (revision === 'HEAD' && head.commit !== undefined) return head.commit;
      return /^[0-9a-f]{40}$/.test(revision) ? revision : absent();
    },
    mergeBase: absent,
    read: absent,
    list: absent,
    materialize: absent,
    commitTime: absent,
    changes: absent,
    head: async () => head,
    [Symbol.asyncDispose]: async () => {},
  };
}

/** A pull request's GITHUB_SHA is a merge that nobody made: then the commit is not known here. */
function headOfJob(env: WorldOptions['env']): Awaited<ReturnType<GitHistory['head']>> {
  const { GITHUB_SHA: commit = '', GITHUB_EVENT_NAME: event = '' } = env;
  const branch = env['GITHUB_HEAD_REF'] || env['GITHUB_REF_NAME'] || '';
  const isOwn = /^[0-9a-f]{40}$/.test(commit) && !event.startsWith('pull_request');
  return { dirty: false, ...(isOwn && { commit }), ...(branch !== '' && { branch }) };
}

/** What store and registry are told alike; the store also gets a folder where bundles wait for GitHub. */
export function restRequests(
  rest: RestAddress,
  {
    env,
    refPrefix,
    cacheDir,
  }: { readonly env: WorldOptions['env']; readonly refPrefix: string | undefined; readonly cacheDir: string },
): { readonly store: RestStoreRequest; readonly registry: RestRegistryRequest } {
  const actor = env['GITHUB_ACTOR'] ?? '';
  const registry = {
    ...rest,
    ...(refPrefix !== undefined && { refPrefix }),
    ...(actor !== '' && { identity: { name: actor, email: `${actor}@users.noreply.github.com` } }),
  };
  return { registry, store: { ...registry, spoolFolder: join(cacheDir, 'spool', ...rest.repository.split('/')) } };
}
