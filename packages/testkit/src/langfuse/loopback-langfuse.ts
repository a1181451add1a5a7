// A Langfuse project's prompts on loopback: requests and answers are held to the models of Langfuse's own client
// (schemas.json), and what its server adds to these is checked by hand: names of labels, one type for all versions.
import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { loopbackHttp, type ServiceReply, type ServiceRequest } from '../http-service/index.ts';

export interface StoredPrompt {
  readonly name: string;
  readonly version: number;
  readonly type: 'chat' | 'text';
  readonly prompt: unknown;
  readonly config: unknown;
  readonly labels: readonly string[];
  readonly tags: readonly string[];
  readonly commitMessage: string | null;
  readonly resolutionGraph?: Readonly<Record<string, unknown>> | null;
}

export interface LoopbackLangfuse extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly ServiceRequest[];
  /** All versions, in order; what somebody else would have made can be added. */
  readonly prompts: StoredPrompt[];
  /** Labels that only an administrator may move. */
  readonly protectedLabels: Set<string>;
}

export interface LoopbackLangfuseOptions {
  readonly publicKey: string;
  readonly secretKey: string;
  /** Items on a page of the list, at most. */
  readonly pageSize?: number;
}

const schemas = JSON.parse(readFileSync(new URL('./schemas.json', import.meta.url), 'utf8')) as Readonly<
  Record<'createChat' | 'createText' | 'prompt' | 'list', object>
>;
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajvFormats.default(ajv);
const validators = {
  createChat: ajv.compile(schemas.createChat),
  createText: ajv.compile(schemas.createText),
  prompt: ajv.compile(schemas.prompt),
  list: ajv.compile(schemas.list),
};

const root = '/api/public/v2/prompts';
const reserved = 'latest';

export async function startLoopbackLangfuse(options: LoopbackLangfuseOptions): Promise<LoopbackLangfuse> {
  const prompts: StoredPrompt[] = [];
  const protectedLabels = new Set<string>();
  const basic = `Basic ${Buffer.from(`${options.publicKey}:${options.secretKey}`).toString('base64')}`;
  const service = await loopbackHttp((request) => {
    if (request.headers.authorization !== basic) return refused(401, 'Invalid authorization header.');
    const url = new URL(request.url, 'http://loopback');
    const path = url.pathname.slice(root.length);
    if (!url.pathname.startsWith(root)) return refused(404, 'Not found');
    if (path === '' && request.method === 'GET') return list(prompts, url.searchParams, options.pageSize ?? 50);
    if (path === '' && request.method === 'POST') return create(prompts, request.body, protectedLabels);
    const [, name = '', , version] = /^\/([^/]+)(\/versions\/(\d+))?$/.exec(path) ?? [];
    if (name === '') return refused(404, 'Not found');
    const asked = decodeURIComponent(name);
    if (version === undefined && request.method === 'GET') return get(prompts, asked, url.searchParams);
    if (version !== undefined && request.method === 'PATCH')
      return relabel(prompts, { name: asked, version: Number(version), body: request.body, protectedLabels });
    return refused(405, 'Method not allowed');
  });
  return { ...service, prompts, protectedLabels };
}

function list(prompts: readonly StoredPrompt[], query: URLSearchParams, pageSize: number): ServiceReply {
  const [page, limit] = [Number(query.get('page') ?? 1), Math.min(Number(query.get('limit') ?? 50), pageSize)];
  const names = [...new Set(prompts.map(({ name }) => name))].filter((name) => (query.get('name') ?? name) === name);
  const data = names.slice((page - 1) * limit, page * limit).map((name) => {
    const own = prompts.filter((prompt) => prompt.name === name);
    return {
      name,
      type: own[0]?.type,
      versions: own.map(({ version }) => version),
      labels: own.flatMap((prompt) => labelsOf(prompts, prompt)),
      tags: [],
      lastUpdatedAt: '2026-01-31T00:00:00.000Z',
      lastConfig: own.at(-1)?.config ?? {},
    };
  });
  const meta = { page, limit, totalItems: names.length, totalPages: Math.ceil(names.length / limit) };
  return answered(validators.list, { data, meta });
}

function get(prompts: readonly StoredPrompt[], name: string, query: URLSearchParams): ServiceReply {
  const version = query.get('version');
  const label = query.get('label') ?? (version === null ? 'production' : null);
  const found = prompts.find(
    (prompt) =>
      prompt.name === name &&
      (version === null || prompt.version === Number(version)) &&
      (label === null || labelsOf(prompts, prompt).includes(label)),
  );
  return found === undefined ? refused(404, `Prompt not found: '${name}'`) : shown(prompts, found);
}

function create(prompts: StoredPrompt[], body: unknown, held: ReadonlySet<string>): ServiceReply {
  const given = body as { readonly type?: 'chat' | 'text'; readonly name: string; readonly prompt: unknown };
  const validate = given.type === 'chat' ? validators.createChat : validators.createText;
  if (!validate(body)) return refused(400, wordsOf(validate));
  const { labels = [], config = {}, commitMessage = null } = body as Partial<StoredPrompt>;
  const wrong = labelProblem(labels);
  if (wrong !== undefined) return refused(400, wrong);
  if ((commitMessage ?? '').length > 500) return refused(400, 'commitMessage is longer than 500 characters');
  if (labels.some((label) => held.has(label))) return refused(403, 'You are not authorized to use a protected label.');
  const own = prompts.filter(({ name }) => name === given.name);
  const type = given.type ?? 'text';
  if (own.some((prompt) => prompt.type !== type))
    return refused(400, 'Previous versions have different prompt type. Create a new prompt with a different name.');
  const version = Math.max(0, ...own.map((prompt) => prompt.version)) + 1;
  const made = { name: given.name, version, type, prompt: given.prompt, config, labels, tags: [], commitMessage };
  prompts.push(made);
  moveLabels(prompts, made, labels);
  return { ...shown(prompts, made), status: 201 };
}

function relabel(
  prompts: StoredPrompt[],
  {
    name,
    version,
    body,
    protectedLabels,
  }: { name: string; version: number; body: unknown; protectedLabels: ReadonlySet<string> },
): ServiceReply {
  const labels = (body as { readonly newLabels?: unknown }).newLabels;
  if (!Array.isArray(labels) || !labels.every((label) => typeof label === 'string')) return refused(400, 'newLabels');
  const wrong = labels.includes(reserved) ? 'Label latest is reserved' : labelProblem(labels);
  if (wrong !== undefined) return refused(400, wrong);
  if (labels.some((label) => protectedLabels.has(label)))
    return refused(403, 'You are not authorized to use a protected label.');
  const found = prompts.find((prompt) => prompt.name === name && prompt.version === version);
  if (found === undefined) return refused(404, 'Prompt not found');
  moveLabels(prompts, found, [...found.labels, ...labels]);
  return shown(prompts, prompts.find((prompt) => prompt.name === name && prompt.version === version) ?? found);
}

/** A label is one version's at a time. */
function moveLabels(prompts: StoredPrompt[], to: StoredPrompt, labels: readonly string[]): void {
  for (const [index, prompt] of prompts.entries()) {
    if (prompt.name !== to.name) continue;
    const own =
      prompt.version === to.version ? [...new Set(labels)] : prompt.labels.filter((label) => !labels.includes(label));
    prompts[index] = { ...prompt, labels: own };
  }
}

function labelsOf(prompts: readonly StoredPrompt[], { name, version, labels }: StoredPrompt): readonly string[] {
  const newest = Math.max(...prompts.filter((prompt) => prompt.name === name).map((prompt) => prompt.version));
  return version === newest ? [...labels, reserved] : labels;
}

const labelProblem = (labels: readonly string[]): string | undefined =>
  labels.every((label) => /^[a-z0-9_\-.]{1,36}$/.test(label))
    ? undefined
    : 'Label must be lowercase alphanumeric with optional underscores, hyphens, or periods';

function shown(
  prompts: readonly StoredPrompt[],
  { name, version }: Pick<StoredPrompt, 'name' | 'version'>,
): ServiceReply {
  const prompt = prompts.find((one) => one.name === name && one.version === version) as StoredPrompt;
  return answered(validators.prompt, { ...prompt, labels: labelsOf(prompts, prompt) });
}

/** The double's own answers are held to the description, too. */
function answered(validate: ValidateFunction, body: unknown): ServiceReply {
  return validate(body) ? { body } : refused(500, `the double answers what Langfuse would not: ${wordsOf(validate)}`);
}

const refused = (status: number, message: string): ServiceReply => ({
  status,
  body: { message, error: status === 404 ? 'LangfuseNotFoundError' : 'InvalidRequestError' },
});

const wordsOf = (validate: ValidateFunction): string =>
  (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`).join('; ');
