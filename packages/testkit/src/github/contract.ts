// What GitHub accepts and answers, by GitHub's own description (openapi.cut.json): routes, parameters, bodies, answers.
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';

export type JsonObject = Record<string, unknown>;

interface Parameter {
  readonly required: boolean;
  readonly schema: JsonObject;
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly pathParameters: Record<string, Parameter>;
  readonly queryParameters: Record<string, Parameter>;
  readonly body?: JsonObject;
  readonly bodyRequired?: boolean;
  readonly responses: Record<string, JsonObject | null>;
}

interface Cut {
  readonly source: string;
  readonly components: JsonObject;
  readonly operations: Record<string, Operation>;
}

export interface Match {
  readonly operation: string;
  readonly pathValues: Record<string, unknown>;
}

export interface CheckedRequest {
  readonly query: Record<string, unknown>;
  /** One sentence each; empty when GitHub's description allows the request. */
  readonly problems: readonly string[];
}

interface Route {
  readonly operation: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly specificity: number;
}

// Reading the file keeps the compiler from inferring a type of a hundred kilobytes.
const cut = JSON.parse(readFileSync(new URL('./openapi.cut.json', import.meta.url), 'utf8')) as Cut;

const ROOT = 'github';
// Not `strict`: that mode is about how a schema is written, and this one is GitHub's.
const exact = new Ajv2020({ strict: false, allErrors: true });
// Values of a URL are always text; "10" is an integer there and nowhere else.
const fromText = new Ajv2020({ strict: false, allErrors: true, coerceTypes: true });
ajvFormats.default(exact);
ajvFormats.default(fromText);
exact.addSchema({ $id: ROOT, ...cut });

// A ref may hold slashes, and clients send them both raw and encoded.
const WITH_SLASHES = new Set(['ref', 'basehead']);

const routes: readonly Route[] = Object.entries(cut.operations)
  .map(([operation, { method, path }]) => {
    const names: string[] = [];
    const source = path.replace(/\{(\w+)\}/gu, (_, name: string) => {
      names.push(name);
      return WITH_SLASHES.has(name) ? '(.+)' : '([^/]+)';
    });
    const literal = path.replace(/\{\w+\}/gu, '').length;
    return { operation, method, pattern: new RegExp(`^${source}$`, 'u'), names, specificity: literal };
  })
  // `commits/{ref}` would swallow `commits/{ref}/check-runs`: the path with more fixed text is asked first.
  .sort((a, b) => b.specificity - a.specificity);

export const contractSource = cut.source;
export const operationNames: readonly string[] = Object.keys(cut.operations);

/** The operation a path belongs to; `otherMethods` tells a wrong method from a wrong path. */
export function matchRoute(method: string, path: string): Match | { readonly otherMethods: readonly string[] } {
  const hits = routes.filter((route) => route.pattern.test(path));
  const route = hits.find((hit) => hit.method === method);
  if (route === undefined) return { otherMethods: hits.map((hit) => hit.method) };
  const found = route.pattern.exec(path) ?? [];
  const pathValues = Object.fromEntries(
    route.names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')]),
  );
  return { operation: route.operation, pathValues };
}

/** Validates path, query and body; path and query values come back with the types GitHub gives them. */
export function checkRequest(match: Match, query: URLSearchParams, body: unknown): CheckedRequest {
  const operation = operationOf(match.operation);
  const queryValues: Record<string, unknown> = Object.fromEntries(query);
  const problems = [
    ...check(parameterValidator(match.operation, 'pathParameters'), match.pathValues, 'path'),
    ...check(parameterValidator(match.operation, 'queryParameters'), queryValues, 'query'),
  ];
  for (const name of new Set(query.keys())) {
    if (query.getAll(name).length > 1) problems.push(`query: "${name}" is given more than once`);
  }
  if (operation.body === undefined) {
    if (body !== undefined) problems.push('body: this operation takes none');
  } else if (body === undefined) {
    if (operation.bodyRequired === true) problems.push('body: is missing');
  } else {
    problems.push(...check(validatorAt(match.operation, 'body'), body, 'body'));
  }
  return { query: queryValues, problems };
}

/** Validates an answer. Errors the description does not list for an operation still have to look like GitHub's. */
export function checkResponse(operation: string, status: number, body: unknown): readonly string[] {
  const { responses } = operationOf(operation);
  const schema = responses[String(status)];
  if (schema === undefined) {
    if (status < 400) return [`response: ${status} is not among ${Object.keys(responses).join(', ')}`];
    const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : undefined;
    return typeof message === 'string' ? [] : ['response: an error carries a message'];
  }
  if (schema === null) return body === undefined ? [] : [`response: ${status} has no body`];
  return check(validatorAt(operation, 'responses', String(status)), body, 'response');
}

function operationOf(name: string): Operation {
  const operation = cut.operations[name];
  if (operation === undefined) throw new Error(`no such operation in the cut: ${name}`);
  return operation;
}

function validatorAt(...path: readonly string[]): ValidateFunction {
  const pointer = path.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
  const validator = exact.getSchema(`${ROOT}#/operations/${pointer}`);
  if (validator === undefined) throw new Error(`no schema at ${pointer}`);
  return validator as ValidateFunction;
}

function parameterValidator(operation: string, place: 'pathParameters' | 'queryParameters'): ValidateFunction {
  const key = `${operation}/${place}`;
  const known = fromText.getSchema(key);
  if (known !== undefined) return known as ValidateFunction;
  const parameters = Object.entries(operationOf(operation)[place]);
  return fromText.compile({
    $id: key,
    type: 'object',
    properties: Object.fromEntries(parameters.map(([name, { schema }]) => [name, schema])),
    required: parameters.filter(([, { required }]) => required).map(([name]) => name),
    additionalProperties: false,
  });
}

function check(validate: ValidateFunction, value: unknown, place: string): string[] {
  return validate(value) ? [] : (validate.errors ?? []).map((error) => sentence(error, place));
}

function sentence(error: ErrorObject, place: string): string {
  const at = `${place}${error.instancePath}`;
  const params = error.params as { additionalProperty?: string; unevaluatedProperty?: string; allowedValues?: unknown };
  const unknown = params.additionalProperty ?? params.unevaluatedProperty;
  if (unknown !== undefined) return `${at}: "${unknown}" is not a permitted key`;
  const allowed = params.allowedValues === undefined ? '' : ` (${JSON.stringify(params.allowedValues)})`;
  return `${at}: ${error.message ?? error.keyword}${allowed}`;
}
