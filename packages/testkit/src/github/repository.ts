// The repository, its pull requests and deployments, and who is asking.
import { createHash } from 'node:crypto';
import type { JsonObject } from './contract.ts';
import { apiOf, nodeId, pageOf, repositoryObject, userObject, viewerObject } from './objects.ts';
import type { ChangedFile, PullRequestSeed } from './objects.ts';
import { pullRequestObject } from './pull-request.ts';
import { failure, notFound, numberOf, ok, paginate, resolveRef, textOf } from './state.ts';
import type { Call, Deployment, DeploymentStatus, Handler, State } from './state.ts';

export const REFUSED_TO_APPS = 'Resource not accessible by integration';

function pullObject(state: State, seed: PullRequestSeed): JsonObject {
  const comments = [...state.comments.values()].filter((comment) => comment.issue === seed.number).length;
  return pullRequestObject(state, seed, comments);
}

function fileObject(state: State, seed: PullRequestSeed, file: ChangedFile): JsonObject {
  const path = file.filename.split('/').map(encodeURIComponent).join('/');
  const additions = file.additions ?? 0;
  const deletions = file.deletions ?? 0;
  return {
    sha: createHash('sha1').update(`${seed.head.sha}:${file.filename}`).digest('hex'),
    filename: file.filename,
    status: file.status ?? 'modified',
    additions,
    deletions,
    changes: additions + deletions,
    blob_url: `${pageOf(state.place)}/blob/${seed.head.sha}/${path}`,
    raw_url: `${pageOf(state.place)}/raw/${seed.head.sha}/${path}`,
    contents_url: `${apiOf(state.place)}/contents/${path}?ref=${seed.head.sha}`,
    ...(file.patch === undefined ? {} : { patch: file.patch }),
    ...(file.previousFilename === undefined ? {} : { previous_filename: file.previousFilename }),
  };
}

const addressedPull = (state: State, call: Call): PullRequestSeed | undefined =>
  state.pullRequests.find((seed) => seed.number === call.path['pull_number']);

const getPull: Handler = (state, call) => {
  const seed = addressedPull(state, call);
  return seed === undefined ? notFound() : ok(pullObject(state, seed));
};

const listFiles: Handler = (state, call) => {
  const seed = addressedPull(state, call);
  if (seed === undefined) return notFound();
  const { items, headers } = paginate(call, seed.files ?? []);
  return { ...ok(items.map((file) => fileObject(state, seed, file))), headers };
};

const pullsOfCommit: Handler = (state, call) => {
  const { items, headers } = paginate(
    call,
    state.pullRequests.filter((seed) => seed.head.sha === call.path['commit_sha']),
  );
  return { ...ok(items.map((seed) => pullObject(state, seed))), headers };
};

const getRepository: Handler = (state) => ok(repositoryObject(state.place, state.defaultBranch, state.startedAt));

// An installation is nobody: a client that looks its own comments up by this answer fails in every workflow.
const getViewer: Handler = (state) =>
  state.actor.kind === 'installation'
    ? failure(403, REFUSED_TO_APPS)
    : ok(viewerObject(state.place.url, state.actor.login, state.startedAt));

const getApp: Handler = () => failure(401, 'A JSON web token could not be decoded');

function deploymentObject(state: State, deployment: Deployment): JsonObject {
  const { body } = deployment;
  const url = `${apiOf(state.place)}/deployments/${deployment.id}`;
  const environment = textOf(body['environment']) ?? 'production';
  return {
    id: deployment.id,
    node_id: nodeId('DE', deployment.id),
    sha: deployment.sha,
    ref: deployment.ref,
    task: textOf(body['task']) ?? 'deploy',
    payload: body['payload'] ?? {},
    environment,
    original_environment: environment,
    description: body['description'] ?? null,
    creator: userObject(state.place.url, state.actor.login),
    created_at: deployment.createdAt,
    updated_at: deployment.statuses.at(-1)?.createdAt ?? deployment.createdAt,
    statuses_url: `${url}/statuses`,
    repository_url: apiOf(state.place),
    url,
    transient_environment: body['transient_environment'] === true,
    production_environment: body['production_environment'] ?? environment === 'production',
  };
}

const createDeployment: Handler = (state, call) => {
  const ref = String(call.body['ref']);
  const sha = resolveRef(state, ref);
  if (sha === undefined) return failure(422, `No ref found for: ${ref}`);
  const deployment: Deployment = {
    id: state.nextId(),
    ref,
    sha,
    createdAt: state.now(),
    body: call.body,
    statuses: [],
  };
  state.deployments.set(deployment.id, deployment);
  return ok(deploymentObject(state, deployment), 201);
};

const listDeployments: Handler = (state, call) => {
  const all = [...state.deployments.values()]
    .sort((a, b) => b.id - a.id)
    .map((deployment) => deploymentObject(state, deployment))
    .filter((object) =>
      ['environment', 'ref', 'sha', 'task'].every((key) => [undefined, 'none', object[key]].includes(call.query[key])),
    );
  const { items, headers } = paginate(call, all);
  return { ...ok(items), headers };
};

const createStatus: Handler = (state, call) => {
  const deployment = state.deployments.get(numberOf(call.path['deployment_id']));
  if (deployment === undefined) return notFound();
  const { body } = call;
  const status: DeploymentStatus = { id: state.nextId(), state: String(body['state']), createdAt: state.now(), body };
  deployment.statuses.push(status);
  const url = `${apiOf(state.place)}/deployments/${deployment.id}`;
  const log = [body['log_url'], body['target_url']].find((value) => textOf(value)) ?? pageOf(state.place);
  const answer = {
    id: status.id,
    node_id: nodeId('DES', status.id),
    state: status.state,
    creator: userObject(state.place.url, state.actor.login),
    description: textOf(body['description']) ?? '',
    environment: body['environment'] ?? deploymentObject(state, deployment)['environment'],
    target_url: log,
    log_url: log,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    deployment_url: url,
    repository_url: apiOf(state.place),
    url: `${url}/statuses/${status.id}`,
  };
  return ok(answer, 201);
};

export const repositoryHandlers: Readonly<Record<string, Handler>> = {
  'apps/get-authenticated': getApp,
  'pulls/get': getPull,
  'pulls/list-files': listFiles,
  'repos/create-deployment': createDeployment,
  'repos/create-deployment-status': createStatus,
  'repos/get': getRepository,
  'repos/list-deployments': listDeployments,
  'repos/list-pull-requests-associated-with-commit': pullsOfCommit,
  'users/get-authenticated': getViewer,
};
