// GitHub's artifact service on the loopback interface: Twirp calls that create, finalize, list and sign, and the blob
// storage between them. It speaks another protocol than the REST API, so it is no part of the loopback GitHub, which
// gets the REST view of the same artifacts from here.
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { notFound, ok, paginate } from './state.ts';
import type { Answer, Call } from './state.ts';

export interface StoredArtifact {
  readonly name: string;
  /** The zip, as uploaded. */
  readonly bytes: Buffer;
}

export interface LoopbackArtifacts extends AsyncDisposable {
  /** What a runner gives its steps. */
  readonly env: { readonly ACTIONS_RUNTIME_TOKEN: string; readonly ACTIONS_RESULTS_URL: string };
  /** Those whose upload was finalized, with the size and hash that were announced. */
  readonly stored: () => readonly StoredArtifact[];
  /** As if a job had uploaded it: for artifacts that no honest client would make. */
  readonly put: (name: string, bytes: Buffer) => void;
  /** A run that is run again may use its artifacts' names once more. */
  readonly newAttempt: () => void;
  /** The REST API's view of them, for a loopback GitHub: any workflow run it is asked for has these. */
  readonly handlers: Readonly<Record<string, (call: Call) => Answer>>;
}

interface Upload {
  readonly name: string;
  readonly attempt: number;
  readonly signature: string;
  readonly blocks: Map<string, Buffer>;
  bytes: Buffer | undefined;
  finalized: boolean;
}

const service = '/twirp/github.actions.results.api.v1.ArtifactService/';

export async function startLoopbackArtifacts(): Promise<LoopbackArtifacts> {
  const uploads: Upload[] = [];
  const token = runtimeToken();
  const state: State = { uploads, token, attempt: 1, url: () => url };
  const server = createServer((request, response) => {
    answer(state, request, response).catch((error: unknown) => twirpError(response, 500, 'internal', String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    env: { ACTIONS_RUNTIME_TOKEN: token, ACTIONS_RESULTS_URL: `${url}/` },
    stored: () =>
      uploads.flatMap(({ name, bytes, finalized }) => (finalized && bytes !== undefined ? [{ name, bytes }] : [])),
    put: (name, bytes) => void uploads.push({ ...newUpload(name, state.attempt), bytes, finalized: true }),
    newAttempt: () => void (state.attempt += 1),
    handlers: artifactHandlers(state),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface State {
  readonly uploads: Upload[];
  readonly token: string;
  attempt: number;
  readonly url: () => string;
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = new URL(request.url ?? '/', state.url());
  const body = await bytesOf(request);
  if (target.pathname.startsWith('/blob/') && request.method === 'GET') return readBlob(state, target, response);
  if (target.pathname.startsWith('/blob/')) return storeBlob(state, { target, body, method: request.method }, response);
  if (request.headers.authorization !== `Bearer ${state.token}`)
    return twirpError(response, 401, 'unauthenticated', 'the runtime token is missing or wrong');
  const call = target.pathname.startsWith(service) ? target.pathname.slice(service.length) : '';
  const message = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  if (call === 'CreateArtifact') return create(state, message, response);
  if (call === 'FinalizeArtifact') return finalize(state, message, response);
  if (call === 'ListArtifacts') return list(state, message, response);
  if (call === 'GetSignedArtifactURL') return sign(state, message, response);
  twirpError(response, 404, 'bad_route', `no handler for ${target.pathname}`);
}

const newUpload = (name: string, attempt: number): Upload => ({
  name,
  attempt,
  signature: randomUUID(),
  blocks: new Map<string, Buffer>(),
  bytes: undefined,
  finalized: false,
});

function create({ uploads, url, attempt }: State, message: Record<string, unknown>, response: ServerResponse): void {
  const name = String(message['name'] ?? '');
  if (name === '' || /["<>|*?:\\/\r\n]/.test(name))
    return twirpError(response, 400, 'invalid_argument', 'the name of the artifact is not valid');
  if (uploads.some((upload) => upload.name === name && upload.attempt === attempt))
    return twirpError(response, 409, 'already_exists', 'an artifact with this name already exists on the workflow run');
  const upload = newUpload(name, attempt);
  uploads.push(upload);
  json(response, { ok: true, signed_upload_url: `${url()}/blob/${uploads.length - 1}?sig=${upload.signature}` });
}

/** Azure's block blobs, as far as the client uses them: staged blocks, then the list that orders them. */
function storeBlob(
  { uploads }: State,
  { target, body, method }: { target: URL; body: Buffer; method: string | undefined },
  response: ServerResponse,
): void {
  const upload = uploads[Number(target.pathname.slice('/blob/'.length))];
  if (upload === undefined || target.searchParams.get('sig') !== upload.signature)
    return void response.writeHead(403).end();
  const part = target.searchParams.get('comp');
  if (method !== 'PUT') return void response.writeHead(405).end();
  if (part === 'block') upload.blocks.set(target.searchParams.get('blockid') ?? '', body);
  else if (part === 'blocklist') {
    const ids = [...body.toString('utf8').matchAll(/<Latest>([^<]*)<\/Latest>/g)].map((match) => match[1] ?? '');
    upload.bytes = Buffer.concat(ids.map((id) => upload.blocks.get(id) ?? Buffer.alloc(0)));
  } else upload.bytes = body;
  response
    .writeHead(201, {
      etag: '"0x1"',
      'last-modified': new Date(0).toUTCString(),
      'x-ms-request-id': randomUUID(),
      'x-ms-version': '2021-12-02',
    })
    .end();
}

/** What is announced must be what was uploaded. */
function finalize({ uploads }: State, message: Record<string, unknown>, response: ServerResponse): void {
  const upload = uploads.findLast(({ name }) => name === message['name']);
  if (upload?.bytes === undefined)
    return twirpError(response, 404, 'not_found', 'nothing was uploaded under this name');
  const size = Number(message['size']);
  if (size !== upload.bytes.length || message['hash'] !== digestOf(upload.bytes))
    return twirpError(response, 400, 'invalid_argument', 'size or hash differ from what was uploaded');
  upload.finalized = true;
  json(response, { ok: true, artifact_id: String(uploads.indexOf(upload) + 1) });
}

interface Stored {
  readonly id: number;
  readonly name: string;
  readonly bytes: Buffer;
}

const storedOf = ({ uploads }: State): readonly Stored[] =>
  uploads.flatMap(({ name, bytes, finalized }, index) =>
    finalized && bytes !== undefined ? [{ id: index + 1, name, bytes }] : [],
  );

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Ids are 64-bit integers: in Twirp's JSON they are texts. */
function list(state: State, message: Record<string, unknown>, response: ServerResponse): void {
  const wanted = message['id_filter'] ?? message['idFilter'];
  const artifacts = storedOf(state)
    .filter(({ id }) => wanted === undefined || String(id) === String(wanted))
    .map(({ id, name, bytes }) => ({
      workflow_run_backend_id: 'run',
      workflow_job_run_backend_id: 'job',
      database_id: String(id),
      name,
      size: String(bytes.length),
      created_at: new Date(id * 1000).toISOString(),
      digest: digestOf(bytes),
    }));
  json(response, { artifacts });
}

function sign(state: State, message: Record<string, unknown>, response: ServerResponse): void {
  const found = storedOf(state).findLast(({ name }) => name === message['name']);
  if (found === undefined) return twirpError(response, 404, 'not_found', 'there is no such artifact');
  json(response, { signed_url: addressOf(state, found) });
}

const addressOf = ({ uploads, url }: State, { id }: Stored): string =>
  `${url()}/blob/${id - 1}?sig=${uploads[id - 1]?.signature}`;

/** The storage knows no tokens, and is given none: the address itself is signed. */
function readBlob(state: State, target: URL, response: ServerResponse): void {
  const upload = state.uploads[Number(target.pathname.slice('/blob/'.length))];
  if (upload?.bytes === undefined || target.searchParams.get('sig') !== upload.signature)
    return void response.writeHead(403).end();
  response
    .writeHead(200, {
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="${upload.name}.zip"`,
      'content-length': upload.bytes.length,
    })
    .end(upload.bytes);
}

function artifactHandlers(state: State): LoopbackArtifacts['handlers'] {
  return {
    'actions/list-workflow-run-artifacts': (call) => {
      const all = storedOf(state);
      const { items, headers } = paginate(call, all);
      const artifacts = items.map((artifact) => restObject(state, artifact));
      return { ...ok({ total_count: all.length, artifacts }), headers };
    },
    'actions/download-artifact': (call) => {
      const found = storedOf(state).find(({ id }) => id === call.path['artifact_id']);
      return found === undefined ? notFound() : { status: 302, headers: { location: addressOf(state, found) } };
    },
  };
}

function restObject(state: State, { id, name, bytes }: Stored): Record<string, unknown> {
  const at = `${state.url()}/artifacts/${id}`;
  return {
    id,
    node_id: `A_${id}`,
    name,
    size_in_bytes: bytes.length,
    url: at,
    archive_download_url: `${at}/zip`,
    expired: false,
    created_at: '2026-11-21T09:30:00Z',
    expires_at: '2027-02-19T09:30:00Z',
    updated_at: '2026-11-21T09:30:00Z',
    digest: digestOf(bytes),
  };
}

/** The service's ids are read from the token's scope; nobody checks its signature here. */
function runtimeToken(): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ scp: `Actions.Results:${randomUUID()}:${randomUUID()}`, iat: 0 })}.none`;
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const json = (response: ServerResponse, value: unknown): void =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));

const twirpError = (response: ServerResponse, status: number, code: string, msg: string): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ code, msg }));
