// GitHub's artifact service on the loopback interface: Twirp calls that create and finalize, and the blob storage
// between them. It speaks another protocol than the REST API, so it is no part of the loopback GitHub.
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

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
}

interface Upload {
  readonly name: string;
  readonly signature: string;
  readonly blocks: Map<string, Buffer>;
  bytes: Buffer | undefined;
  finalized: boolean;
}

const service = '/twirp/github.actions.results.api.v1.ArtifactService/';

export async function startLoopbackArtifacts(): Promise<LoopbackArtifacts> {
  const uploads: Upload[] = [];
  const token = runtimeToken();
  const server = createServer((request, response) => {
    answer({ uploads, token, url: () => url }, request, response).catch((error: unknown) =>
      twirpError(response, 500, 'internal', String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    env: { ACTIONS_RUNTIME_TOKEN: token, ACTIONS_RESULTS_URL: `${url}/` },
    stored: () =>
      uploads.flatMap(({ name, bytes, finalized }) => (finalized && bytes !== undefined ? [{ name, bytes }] : [])),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface State {
  readonly uploads: Upload[];
  readonly token: string;
  readonly url: () => string;
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = new URL(request.url ?? '/', state.url());
  const body = await bytesOf(request);
  if (target.pathname.startsWith('/blob/')) return storeBlob(state, { target, body, method: request.method }, response);
  if (request.headers.authorization !== `Bearer ${state.token}`)
    return twirpError(response, 401, 'unauthenticated', 'the runtime token is missing or wrong');
  const call = target.pathname.startsWith(service) ? target.pathname.slice(service.length) : '';
  const message = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  if (call === 'CreateArtifact') return create(state, message, response);
  if (call === 'FinalizeArtifact') return finalize(state, message, response);
  twirpError(response, 404, 'bad_route', `no handler for ${target.pathname}`);
}

function create({ uploads, url }: State, message: Record<string, unknown>, response: ServerResponse): void {
  const name = String(message['name'] ?? '');
  if (name === '' || /["<>|*?:\\/\r\n]/.test(name))
    return twirpError(response, 400, 'invalid_argument', 'the name of the artifact is not valid');
  if (uploads.some((upload) => upload.name === name))
    return twirpError(response, 409, 'already_exists', 'an artifact with this name already exists on the workflow run');
  const upload = {
    name,
    signature: randomUUID(),
    blocks: new Map<string, Buffer>(),
    bytes: undefined,
    finalized: false,
  };
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
  const upload = uploads.find(({ name }) => name === message['name']);
  if (upload?.bytes === undefined)
    return twirpError(response, 404, 'not_found', 'nothing was uploaded under this name');
  const size = Number(message['size']);
  const hash = `sha256:${createHash('sha256').update(upload.bytes).digest('hex')}`;
  if (size !== upload.bytes.length || message['hash'] !== hash)
    return twirpError(response, 400, 'invalid_argument', 'size or hash differ from what was uploaded');
  upload.finalized = true;
  json(response, { ok: true, artifact_id: String(uploads.indexOf(upload) + 1) });
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
