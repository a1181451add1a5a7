#!/usr/bin/env node
// Cuts the operations Pawl calls out of GitHub's own OpenAPI description, so that the loopback server is held to
// what GitHub accepts and not to what we believe it accepts. The whole description is half a gigabyte unpacked;
// the cut is small enough to review and to commit.
//
//   npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
//   node cut-openapi.mjs ./package          writes openapi.cut.json beside this script
//
// The result is JSON Schema 2020-12, ready for ajv: OpenAPI 3.0's `nullable` becomes a type of null, prose and
// examples are dropped, request bodies are closed against unknown properties. Same input, same bytes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const OPERATIONS = [
  'actions/download-artifact',
  'actions/list-workflow-run-artifacts',
  'apps/get-authenticated',
  'checks/create',
  'checks/get',
  'checks/list-annotations',
  'checks/list-for-ref',
  'checks/update',
  'git/create-blob',
  'git/create-commit',
  'git/create-ref',
  'git/create-tag',
  'git/create-tree',
  'git/delete-ref',
  'git/get-blob',
  'git/get-commit',
  'git/get-ref',
  'git/get-tag',
  'git/get-tree',
  'git/list-matching-refs',
  'git/update-ref',
  'issues/create-comment',
  'issues/delete-comment',
  'issues/get-comment',
  'issues/list-comments',
  'issues/update-comment',
  'pulls/get',
  'pulls/list-files',
  'repos/compare-commits-with-basehead',
  'repos/create-deployment',
  'repos/create-deployment-status',
  'repos/get',
  'repos/get-commit',
  'repos/list-deployments',
  'repos/list-pull-requests-associated-with-commit',
  'users/get-authenticated',
];
const METHODS = ['delete', 'get', 'patch', 'post', 'put'];
const SCHEMA_WORDS = new Set([
  '$ref',
  'additionalProperties',
  'allOf',
  'anyOf',
  'enum',
  'format',
  'items',
  'maxItems',
  'maxLength',
  'maxProperties',
  'maximum',
  'minItems',
  'minLength',
  'minProperties',
  'minimum',
  'not',
  'oneOf',
  'pattern',
  'properties',
  'required',
  'type',
  'uniqueItems',
]);
// Others are GitHub's own names ("repo.nwo") that no validator knows.
const FORMATS = new Set(['byte', 'date', 'date-time', 'email', 'int32', 'int64', 'uri', 'uuid']);
const COMBINATORS = ['allOf', 'anyOf', 'oneOf'];

const [packageDir, target = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, 'openapi.cut.json')] =
  process.argv.slice(2);
if (packageDir === undefined) {
  console.error('usage: node cut-openapi.mjs UNPACKED_OCTOKIT_OPENAPI [TARGET]');
  process.exit(2);
}
const { version } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'));
const full = JSON.parse(readFileSync(join(packageDir, 'generated/api.github.com.json'), 'utf8'));

function follow(value) {
  let current = value;
  while (current?.$ref !== undefined) {
    const [, , section, name] = current.$ref.split('/');
    current = full.components[section][name];
  }
  return current;
}

/** One OpenAPI 3.0 schema as JSON Schema. `loose` is for answers, where GitHub's oneOf branches overlap. */
function convert(schema, loose) {
  const out = {};
  for (const [word, value] of Object.entries(schema)) {
    if (!SCHEMA_WORDS.has(word)) continue;
    if (word === 'properties') {
      out.properties = Object.fromEntries(Object.entries(value).map(([name, child]) => [name, convert(child, loose)]));
    } else if (COMBINATORS.includes(word)) {
      out[loose && word === 'oneOf' ? 'anyOf' : word] = value.map((child) => convert(child, loose));
    } else if (word === 'items' || word === 'not' || (word === 'additionalProperties' && typeof value === 'object')) {
      out[word] = convert(value, loose);
    } else if (word !== 'format' || FORMATS.has(value)) {
      out[word] = value;
    }
  }
  return schema.nullable === true ? orNull(out) : out;
}

function orNull(schema) {
  if (schema.type === undefined || schema.enum !== undefined || COMBINATORS.some((word) => schema[word])) {
    return { anyOf: [schema, { type: 'null' }] };
  }
  return { ...schema, type: [schema.type, 'null'].flat() };
}

/**
 * GitHub ignores properties it does not know, which hides typing mistakes; a body that names its properties
 * therefore accepts no others. Branches of a combinator stay open: only the schema around them sees them all.
 */
function close(schema, inBranch = false) {
  const out = { ...schema };
  for (const word of COMBINATORS) if (out[word]) out[word] = out[word].map((child) => close(child, true));
  if (out.items) out.items = close(out.items);
  if (out.properties) {
    out.properties = Object.fromEntries(Object.entries(out.properties).map(([name, child]) => [name, close(child)]));
    if (!inBranch && typeof out.additionalProperties !== 'object') {
      delete out.additionalProperties;
      out.unevaluatedProperties = false;
    }
  }
  // `additionalProperties: true` in a branch counts every property as known and would undo the closing.
  if (inBranch && out.additionalProperties === true && out.type !== 'object') delete out.additionalProperties;
  if (inBranch && out.additionalProperties === true && out.properties) delete out.additionalProperties;
  return out;
}

/** A request body may not point into the shared components, which stay open; so what it points at is copied in. */
function inline(schema) {
  if (Array.isArray(schema)) return schema.map(inline);
  if (schema === null || typeof schema !== 'object') return schema;
  if (typeof schema.$ref === 'string') return inline(follow(schema));
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, inline(value)]));
}

const components = {};
const pending = [];
function collect(value) {
  if (Array.isArray(value)) value.forEach(collect);
  else if (value !== null && typeof value === 'object') {
    if (typeof value.$ref === 'string') pending.push(value.$ref.split('/').at(-1));
    Object.values(value).forEach(collect);
  }
}

function cutOperation(method, path, operation, shared) {
  const parameters = [...shared, ...(operation.parameters ?? [])].map(follow);
  const pick = (place) =>
    Object.fromEntries(
      parameters
        .filter((parameter) => parameter.in === place)
        .map((parameter) => [
          parameter.name,
          { required: parameter.required === true, schema: convert(inline(parameter.schema), false) },
        ]),
    );
  const out = {
    method: method.toUpperCase(),
    path,
    pathParameters: pick('path'),
    queryParameters: pick('query'),
    responses: {},
  };
  const body = follow(operation.requestBody);
  const bodySchema = body?.content?.['application/json']?.schema;
  if (bodySchema) {
    out.body = close(convert(inline(bodySchema), false));
    // `requestBody.required` is absent where every property is optional.
    out.bodyRequired = body.required === true;
  }
  for (const [status, answer] of Object.entries(operation.responses)) {
    const schema = follow(answer).content?.['application/json']?.schema;
    out.responses[status] = schema ? convert(schema, true) : null;
  }
  collect(out.responses);
  return out;
}

const operations = {};
for (const [path, item] of Object.entries(full.paths)) {
  for (const method of METHODS) {
    const operation = item[method];
    if (operation === undefined || !OPERATIONS.includes(operation.operationId)) continue;
    operations[operation.operationId] = cutOperation(method, path, operation, item.parameters ?? []);
  }
}
const missing = OPERATIONS.filter((id) => operations[id] === undefined);
if (missing.length > 0) throw new Error(`not in this description: ${missing.join(', ')}`);

while (pending.length > 0) {
  const name = pending.pop();
  if (components[name] !== undefined) continue;
  components[name] = convert(full.components.schemas[name], true);
  collect(components[name]);
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

// One line for each operation and component: small, and a later version still gives a readable diff.
const lines = (record) =>
  Object.entries(sorted(record))
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
    .join(',\n');
const text = `{"source":${JSON.stringify(`@octokit/openapi@${version}`)},"license":"MIT",
"components":{"schemas":{
${lines(components)}
}},
"operations":{
${lines(operations)}
}}
`;
JSON.parse(text);
writeFileSync(target, text);
console.log(
  `${resolve(target)}: ${OPERATIONS.length} operations, ${Object.keys(components).length} components, ${Math.round(text.length / 1024)} KB`,
);
