// Check runs, with the habits of GitHub's that clients trip over: a conclusion completes a run, annotations of an
// update are added to those already there, and `latest` hides older runs of the same name.
import type { JsonObject } from './contract.ts';
import { apiOf, nodeId, pageOf, repositoryObject, userObject } from './objects.ts';
import { failure, notFound, numberOf, ok, paginate, resolveRef, textOf } from './state.ts';
import type { Call, CheckRun, Handler, State } from './state.ts';

// The id of GitHub's own Actions app, which clients filter by.
const ACTIONS_APP = 15_368;

function appObject(state: State): JsonObject {
  const slug = state.actor.login.replace(/\[bot\]$/u, '');
  return {
    id: ACTIONS_APP,
    slug,
    node_id: nodeId('A', slug),
    owner: userObject(state.place.url, 'github'),
    name: slug,
    description: '',
    external_url: `${state.place.url}/features/actions`,
    html_url: `${state.place.url}/apps/${slug}`,
    created_at: state.startedAt,
    updated_at: state.startedAt,
    permissions: { checks: 'write', metadata: 'read' },
    events: [],
  };
}

function pullRequestsOf(state: State, sha: string): JsonObject[] {
  const { id, url, name } = repositoryObject(state.place, state.defaultBranch, state.startedAt);
  const repo = { id, url, name };
  return (
    state.pullRequests
      // GitHub leaves pull requests from forks out of this list.
      .filter((seed) => seed.head.sha === sha && seed.head.repository === undefined)
      .map((seed) => ({
        id: 1_000_000 + seed.number,
        number: seed.number,
        url: `${apiOf(state.place)}/pulls/${seed.number}`,
        head: { ref: seed.head.ref, sha: seed.head.sha, repo },
        base: { ref: seed.base.ref, sha: seed.base.sha, repo },
      }))
  );
}

function checkRunObject(state: State, run: CheckRun): JsonObject {
  const url = `${apiOf(state.place)}/check-runs/${run.id}`;
  return {
    id: run.id,
    node_id: nodeId('CR', run.id),
    name: run.name,
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: `${pageOf(state.place)}/runs/${run.id}`,
    details_url: run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title: run.title,
      summary: run.summary,
      text: run.text,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: Number.parseInt(run.headSha.slice(0, 7), 16) || 1 },
    app: appObject(state),
    pull_requests: pullRequestsOf(state, run.headSha),
  };
}

function apply(state: State, run: CheckRun, body: JsonObject): void {
  run.name = textOf(body['name']) ?? run.name;
  run.detailsUrl = textOf(body['details_url']) ?? run.detailsUrl;
  run.externalId = textOf(body['external_id']) ?? run.externalId;
  run.startedAt = textOf(body['started_at']) ?? run.startedAt;
  run.conclusion = textOf(body['conclusion']) ?? run.conclusion;
  run.status = body['conclusion'] === undefined ? (textOf(body['status']) ?? run.status) : 'completed';
  if (run.status === 'completed') run.completedAt = textOf(body['completed_at']) ?? run.completedAt ?? state.now();
  const output = body['output'] as JsonObject | undefined;
  if (output === undefined) return;
  run.title = textOf(output['title']) ?? run.title;
  run.summary = textOf(output['summary']) ?? run.summary;
  run.text = textOf(output['text']) ?? run.text;
  run.annotations.push(...((output['annotations'] as JsonObject[] | undefined) ?? []));
}

const addressed = (state: State, call: Call): CheckRun | undefined =>
  state.checkRuns.get(numberOf(call.path['check_run_id']));

const UNTOLD = {
  name: '',
  status: 'queued',
  conclusion: null,
  completedAt: null,
  detailsUrl: null,
  externalId: null,
  title: null,
  summary: null,
  text: null,
};

const create: Handler = (state, call) => {
  // Not a matter of permissions: GitHub keeps check runs for apps.
  if (state.actor.kind === 'user') return failure(403, 'You must authenticate via a GitHub App.');
  const headSha = String(call.body['head_sha']);
  if (!/^[0-9a-f]{40}$/u.test(headSha)) return failure(422, `No commit found for SHA: ${headSha}`);
  const run: CheckRun = { ...UNTOLD, id: state.nextId(), headSha, startedAt: state.now(), annotations: [] };
  apply(state, run, call.body);
  state.checkRuns.set(run.id, run);
  return ok(checkRunObject(state, run), 201);
};

const update: Handler = (state, call) => {
  if (state.actor.kind === 'user') return failure(403, 'You must authenticate via a GitHub App.');
  const run = addressed(state, call);
  if (run === undefined) return notFound();
  apply(state, run, call.body);
  return ok(checkRunObject(state, run));
};

const get: Handler = (state, call) => {
  const run = addressed(state, call);
  return run === undefined ? notFound() : ok(checkRunObject(state, run));
};

const listForRef: Handler = (state, call) => {
  const ref = String(call.path['ref']);
  const sha = resolveRef(state, ref);
  if (sha === undefined) return failure(422, `No commit found for SHA: ${ref}`);
  const { check_name: name, status, filter, app_id: app } = call.query;
  const newestFirst = [...state.checkRuns.values()].filter((run) => run.headSha === sha).sort((a, b) => b.id - a.id);
  const names = new Set<string>();
  const all = newestFirst
    .filter((run) => filter === 'all' || (!names.has(run.name) && names.add(run.name)))
    .filter((run) => name === undefined || run.name === name)
    .filter((run) => status === undefined || run.status === status)
    .filter(() => app === undefined || app === ACTIONS_APP);
  const { items, headers } = paginate(call, all);
  return { ...ok({ total_count: all.length, check_runs: items.map((run) => checkRunObject(state, run)) }), headers };
};

const listAnnotations: Handler = (state, call) => {
  const run = addressed(state, call);
  if (run === undefined) return notFound();
  const { items, headers } = paginate(call, run.annotations);
  const absent = { start_column: null, end_column: null, title: null, raw_details: null };
  const blob = (path: unknown): string => `${pageOf(state.place)}/blob/${run.headSha}/${String(path)}`;
  return {
    ...ok(items.map((annotation) => ({ ...absent, ...annotation, blob_href: blob(annotation['path']) }))),
    headers,
  };
};

export const checkHandlers: Readonly<Record<string, Handler>> = {
  'checks/create': create,
  'checks/update': update,
  'checks/get': get,
  'checks/list-for-ref': listForRef,
  'checks/list-annotations': listAnnotations,
};
