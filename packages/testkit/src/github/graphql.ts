// The two questions that Pawl asks of GitHub's GraphQL: move refs all at once, and read annotated tags a hundred at a
// time. Documents are known word by word, and valid by GitHub's schema (@octokit/graphql-schema@15.26.1); variables
// are held against that schema's input types.
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonObject } from './contract.ts';
import { tagObject } from './git-data.ts';
import type { GitObjects } from './git-objects.ts';
import { find, isForward, refsOf, transact, zero } from './git-refs.ts';
import { nodeId } from './objects.ts';
import { refusal, type Permissions } from './permissions.ts';
import { ok, type Answer, type State } from './state.ts';

const documents: Readonly<Record<string, (request: GraphQlRequest, objects: GitObjects) => Promise<Answer | string>>> =
  {
    'mutation ($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }': updateRefs,
    'query ($owner: String!, $name: String!, $after: String) { repository(owner: $owner, name: $name) { refs(refPrefix: "refs/tags/", first: 100, after: $after) { nodes { target { __typename oid ... on Tag { message tagger { name date } target { __typename oid } } } } pageInfo { hasNextPage endCursor } } } }':
      listTags,
  };

export interface GraphQlRequest {
  readonly state: State;
  readonly permissions: Permissions;
  readonly variables: unknown;
}

/** @returns GitHub's answer, or what is wrong with the request */
export async function answerGraphQl(state: State, permissions: Permissions, body: unknown): Promise<Answer | string> {
  const { query, variables } = (body ?? {}) as { readonly query?: unknown; readonly variables?: unknown };
  const answer = documents[String(query).replaceAll(/\s+/gu, ' ').trim()];
  if (answer === undefined || state.git === undefined) return `graphql: this document is not known: ${String(query)}`;
  return answer({ state, permissions, variables }, state.git.objects);
}

/** `input UpdateRefsInput` and `input RefUpdate`. */
const isUpdate = new Ajv2020({ strict: false }).compile({
  type: 'object',
  additionalProperties: false,
  required: ['input'],
  properties: {
    input: {
      type: 'object',
      additionalProperties: false,
      required: ['repositoryId', 'refUpdates'],
      properties: {
        clientMutationId: { type: ['string', 'null'] },
        repositoryId: { type: 'string' },
        refUpdates: {
          type: 'array',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['name', 'afterOid'],
            properties: {
              name: { type: 'string', pattern: '^refs/' },
              afterOid: { type: 'string', pattern: '^[0-9a-f]{40}$' },
              beforeOid: { type: ['string', 'null'], pattern: '^[0-9a-f]{40}$' },
              force: { type: ['boolean', 'null'] },
            },
          },
        },
      },
    },
  },
});

interface RefUpdate {
  readonly name: string;
  readonly afterOid: string;
  readonly beforeOid?: string | null;
  readonly force?: boolean | null;
}

async function updateRefs(
  { state, permissions, variables }: GraphQlRequest,
  objects: GitObjects,
): Promise<Answer | string> {
  if (!isUpdate(variables)) return `graphql: ${JSON.stringify(isUpdate.errors)}`;
  const { repositoryId, refUpdates } = (
    variables as { readonly input: { readonly repositoryId: string; readonly refUpdates: readonly RefUpdate[] } }
  ).input;
  const refused = (type: string, message: string): Answer =>
    ok({ data: { updateRefs: null }, errors: [{ type, path: ['updateRefs'], message }] });
  if (refusal(permissions, 'git/update-ref', 'PATCH') !== undefined)
    return refused('FORBIDDEN', 'Resource not accessible by integration');
  if (repositoryId !== nodeId('R', `${state.place.owner}/${state.place.name}`))
    return refused('NOT_FOUND', `Could not resolve to a node with the global id of '${repositoryId}'.`);
  for (const { name, afterOid, force } of refUpdates) {
    const said = state.git?.refuses?.(name);
    if (said !== undefined) return refused('UNPROCESSABLE', said);
    if (afterOid !== zero && (await objects.read(afterOid)) === undefined)
      return refused('UNPROCESSABLE', `Object ${afterOid} does not exist`);
    const there = force === true || afterOid === zero ? undefined : await find(objects, name);
    if (there !== undefined && !(await isForward(objects, there.sha, afterOid)))
      return refused('UNPROCESSABLE', `${name} is not a fast forward`);
  }
  const changes = refUpdates.map(({ name, beforeOid, afterOid }) => ({
    ref: name,
    before: beforeOid ?? undefined,
    after: afterOid,
  }));
  if (!(await transact(objects, changes))) return refused('UNPROCESSABLE', 'A ref did not have the expected value');
  return ok({ data: { updateRefs: { clientMutationId: null } } });
}

const isListing = new Ajv2020({ strict: false }).compile({
  type: 'object',
  additionalProperties: false,
  required: ['owner', 'name'],
  properties: { owner: { type: 'string' }, name: { type: 'string' }, after: { type: ['string', 'null'] } },
});

async function listTags(
  { state, permissions, variables }: GraphQlRequest,
  objects: GitObjects,
): Promise<Answer | string> {
  if (!isListing(variables)) return `graphql: ${JSON.stringify(isListing.errors)}`;
  if (refusal(permissions, 'git/get-tag', 'GET') !== undefined)
    return ok({
      data: { repository: null },
      errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }],
    });
  const from = Number((variables as { readonly after?: string | null }).after ?? 0);
  const tags = (await refsOf(objects)).filter(({ ref }) => ref.startsWith('refs/tags/'));
  const nodes = await Promise.all(
    tags
      .slice(from, from + 100)
      .map(async ({ sha, type }) => ({ target: await targetOf(state, objects, { sha, type }) })),
  );
  const pageInfo = { hasNextPage: from + 100 < tags.length, endCursor: String(from + nodes.length) };
  return ok({ data: { repository: { refs: { nodes, pageInfo } } } });
}

const nameOf = (type: string): string => type.charAt(0).toUpperCase() + type.slice(1);

async function targetOf(
  state: State,
  objects: GitObjects,
  { sha, type }: { readonly sha: string; readonly type: string },
): Promise<JsonObject> {
  const object = type === 'tag' ? await objects.read(sha) : undefined;
  if (object === undefined) return { __typename: nameOf(type), oid: sha };
  const {
    message,
    tagger,
    object: target,
  } = tagObject(state, sha, object) as {
    readonly message: string;
    readonly tagger: { readonly name: string; readonly date: string };
    readonly object: { readonly sha: string; readonly type: string };
  };
  return {
    __typename: 'Tag',
    oid: sha,
    message,
    tagger: { name: tagger.name, date: tagger.date },
    target: { __typename: nameOf(target.type), oid: target.sha },
  };
}
