// What GitHub says of the event that started the workflow, and whether the code it judges can be trusted to write.
export interface Event {
  readonly name: string;
  /** The commit that is judged: a pull request's head, never its merge commit. */
  readonly headSha?: string;
  readonly branch?: string;
  readonly pullRequest?: number;
  /** Commit of the branch that the pull request goes to. */
  readonly baseSha?: string;
  /**
   * The code comes from a fork, or from somebody else whom GitHub gives a token that cannot write: its results are
   * handed over as an artifact, and are nobody's baseline. True also while nobody can tell.
   */
  readonly fork: boolean;
  /** A pull request that the event is about without saying where its head lies: GitHub has to be asked. */
  readonly undecided?: number;
  /** The workflow run that started this one. */
  readonly workflowRun?: WorkflowRun;
}

export interface WorkflowRun {
  readonly id: number;
  readonly attempt: number;
  /** Name of the event that started it. */
  readonly event: string;
  readonly headSha: string;
  readonly headBranch: string;
  /** `owner/name`; undefined when the fork was deleted. */
  readonly headRepository: string | undefined;
  readonly actor: string;
  readonly url: string;
  /** ISO 8601, as GitHub writes it. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Its conclusion, `success` or `failure`; null while it runs. */
  readonly conclusion: string | null;
}

export function eventOf(name: string, payload: unknown, env: Readonly<Record<string, string | undefined>>): Event {
  const pull = at(payload, 'pull_request');
  const sha = textAt(pull, 'head', 'sha') ?? textAt(payload, 'merge_group', 'head_sha') ?? env['GITHUB_SHA'];
  const branch = textAt(pull, 'head', 'ref') ?? env['GITHUB_HEAD_REF'] ?? env['GITHUB_REF_NAME'];
  const number = at(pull, 'number') ?? at(payload, 'number');
  const baseSha = textAt(pull, 'base', 'sha') ?? textAt(payload, 'merge_group', 'base_sha');
  const own = textAt(payload, 'repository', 'full_name') ?? env['GITHUB_REPOSITORY'];
  const workflowRun = name === 'workflow_run' ? workflowRunOf(at(payload, 'workflow_run')) : undefined;
  const undecided = undecidedPull(payload);
  return {
    name,
    ...(isCommit(sha) && { headSha: sha }),
    ...(branch !== undefined && branch !== '' && { branch }),
    ...(pull !== undefined && typeof number === 'number' && { pullRequest: number }),
    ...(isCommit(baseSha) && { baseSha }),
    // A fork that was deleted since has no repository any more.
    fork:
      (pull !== undefined &&
        (textAt(pull, 'head', 'repo', 'full_name') !== own || isDependabot(env['GITHUB_ACTOR']))) ||
      (name === 'workflow_run' && workflowRun?.headRepository !== own) ||
      undecided !== undefined,
    ...(undecided !== undefined && { undecided }),
    ...(workflowRun !== undefined && { workflowRun }),
  };
}

/** GitHub gives its runs a token that cannot write, as it does to forks. */
export const isDependabot = (actor: string | undefined): boolean => actor === 'dependabot[bot]';

/** A comment on a pull request: the event's issue says that it is one, and not where its code comes from. */
function undecidedPull(payload: unknown): number | undefined {
  const number = at(payload, 'issue', 'number');
  return at(payload, 'issue', 'pull_request') !== undefined && typeof number === 'number' ? number : undefined;
}

function workflowRunOf(run: unknown): WorkflowRun | undefined {
  const id = at(run, 'id');
  const attempt = at(run, 'run_attempt');
  const headSha = textAt(run, 'head_sha');
  if (typeof id !== 'number' || !isCommit(headSha)) return undefined;
  return {
    id,
    attempt: typeof attempt === 'number' ? attempt : 1,
    event: textAt(run, 'event') ?? '',
    headSha,
    headBranch: textAt(run, 'head_branch') ?? '',
    headRepository: textAt(run, 'head_repository', 'full_name'),
    actor: textAt(run, 'actor', 'login') ?? '',
    url: textAt(run, 'html_url') ?? '',
    createdAt: textAt(run, 'created_at') ?? '',
    updatedAt: textAt(run, 'updated_at') ?? '',
    conclusion: textAt(run, 'conclusion') ?? null,
  };
}

const isCommit = (text: string | undefined): text is string => text !== undefined && /^[0-9a-f]{40,64}$/.test(text);

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null ? ((inner as Record<string, unknown>)[name] ?? undefined) : undefined,
    value,
  );
}

function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}
