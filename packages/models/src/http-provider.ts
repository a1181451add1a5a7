// Any HTTP service that takes a prompt and gives an answer: what is sent is a template, what comes back is a path into
// JSON or a script.
import type {
  EvalProvider,
  ModelFailure,
  ModelProvider,
  ModelReply,
  ModelRequest,
  Script,
  ScriptRunner,
} from '@pawl/core';
import { callEndpoint, callOptions, type AnswerReader, type Connection } from './call-endpoint.ts';
import type { SecretFiller } from './config-values.ts';
import { openHttpRequest } from './http-request.ts';
import { isMap, parsedJson } from './json-member.ts';
import type { Rendered } from './request-template.ts';
import { answerOf, readPath, runScript } from './script-answer.ts';
import { thousandths } from './stream-timing.ts';

export interface HttpProviderOptions extends Connection {
  readonly provider: EvalProvider;
  /** Part of a cassette's key: what the request is made of. */
  readonly id: string;
  readonly filler: SecretFiller;
  readonly scripts?: ScriptRunner;
}

/** @returns a failure when the settings are no request */
export async function httpProvider(options: HttpProviderOptions): Promise<Rendered<ModelProvider>> {
  const { provider, filler, scripts, id } = options;
  const { config } = provider;
  const made = openHttpRequest(provider, filler);
  if ('failure' in made) return made;
  const accepts = await acceptedStatuses(config['validateStatus'], scripts);
  if ('failure' in accepts) return accepts;
  const transform = config['transformResponse'] as Script | undefined;
  const before = config['transformRequest'] as Script | undefined;
  const calls = { ...callOptions(options, filler.secrets), accepts: accepts.value };
  const complete = async (request: ModelRequest): Promise<ModelReply | ModelFailure> => {
    const prompt = await promptOf(request, before, scripts);
    if (isFailure(prompt)) return prompt;
    const http = made.value({ ...request.vars, prompt: prompt.value });
    if ('failure' in http) return { failure: http.failure, hint: 'Correct the template of the provider.' };
    const called = await callEndpoint(http.value, readAll, calls);
    if ('failure' in called) return called;
    const { value, milliseconds } = called;
    const answer = await transformed(value, transform, scripts);
    return 'failure' in answer ? answer : { latencyMs: thousandths(milliseconds), ...answer, reused: false };
  };
  return { value: { id, paced: true, complete } };
}

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

const readAll: AnswerReader<Answered> = {
  whole: (text, { status, headers }) => ({ status, headers: Object.fromEntries(headers), text }),
};

const isFailure = (value: object): value is ModelFailure => 'failure' in value;
const noScripts: ModelFailure = { failure: 'scripts cannot be run here', hint: 'Write a path, as in json.answer.' };

async function promptOf(
  request: ModelRequest,
  transform: Script | undefined,
  scripts: ScriptRunner | undefined,
): Promise<{ readonly value: unknown } | ModelFailure> {
  const text = request.text ?? JSON.stringify(request.messages);
  if (transform === undefined) return { value: text };
  if (scripts === undefined) return noScripts;
  return runScript(scripts, transform, {
    prompt: text,
    vars: request.vars ?? {},
    context: { vars: request.vars ?? {} },
  });
}

async function transformed(
  { text, status, headers }: Answered,
  transform: Script | undefined,
  scripts: ScriptRunner | undefined,
): Promise<Omit<ModelReply, 'reused'> | ModelFailure> {
  const json = parsedJson(text);
  if (transform === undefined)
    return answerOf(json === undefined ? text : isMap(json) && 'error' in json ? text : json);
  const read = typeof transform === 'string' ? readPath(transform, json, text) : undefined;
  if (read !== undefined)
    return read.value === undefined || read.value === null
      ? { failure: `the answer has no ${transform}: ${text.slice(0, 120)}`, hint: 'Correct transformResponse.' }
      : answerOf(read.value);
  if (scripts === undefined) return noScripts;
  const result = await runScript(scripts, transform, {
    json: json ?? null,
    text,
    context: { response: { status, headers } },
  });
  return isFailure(result) ? result : answerOf(result.value);
}

/** The expression is tried on every status there is, once: what it accepts is known before the first answer comes. */
async function acceptedStatuses(
  written: unknown,
  scripts: ScriptRunner | undefined,
): Promise<Rendered<(status: number) => boolean>> {
  if (written === undefined || written === null) return { value: (status) => status >= 200 && status < 300 };
  if (typeof written === 'boolean') return { value: () => written };
  if (typeof written !== 'string') return { failure: 'validateStatus is no expression' };
  if (scripts === undefined) return { failure: 'validateStatus is a script, and scripts cannot be run here' };
  const call = /=>|^\s*function\b/.test(written) ? `(${written})(status)` : `(${written})`;
  const code = `Array.from({ length: 500 }, (_, index) => index + 100).filter((status) => Boolean(${call}))`;
  const result = await scripts.run({ code, variables: {} });
  if (!('value' in result) || !Array.isArray(result.value))
    return { failure: `validateStatus is no expression of "status": ${'failure' in result ? result.failure : ''}` };
  const accepted = new Set<unknown>(result.value);
  return { value: (status) => accepted.has(status) };
}
