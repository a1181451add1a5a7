// vLLM as a deploy target: a LoRA adapter is loaded beside the one that serves, under a name of its own.
import { access } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { DeployTarget, ServingProof } from '@pawl/core';
import { ask, errorTextOf, jsonOf, type Answer } from '../ask.ts';
import { ServingError } from '../serving-error.ts';
import { addVersion } from '../version-folder.ts';

export interface VllmOptions {
  readonly url: string;
  /** The folder adapters are copied to, as this process sees it. */
  readonly adapters: string;
  /** The same folder as the server sees it; adapters are loaded by that path. */
  readonly adaptersOnServer?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly loadTimeoutMs?: number;
}

type Check = ServingProof['checks'][number];

/**
 * Versions are served as `name--v7`: never in place, since vLLM's `load_inplace` leaves no way back. Adapters do
 * not survive a restart of the server; `load` brings one back.
 * @throws ServingError from every method
 */
export function vllmTarget(options: VllmOptions): DeployTarget {
  const base = options.url.replace(/\/+$/, '');
  const headers = options.headers ?? {};
  const call = (method: 'GET' | 'POST', path: string, body?: unknown, timeoutMs = 10_000): Promise<Answer> =>
    ask({ method, url: base + path, headers, timeoutMs, ...(body !== undefined && { body }) });
  const folderOf = (name: string): string => {
    const folder = resolve(options.adapters, name);
    if (!folder.startsWith(resolve(options.adapters) + sep)) {
      throw new ServingError('TARGET_MISCONFIGURED', `"${name}" leads out of the folder.`, 'Rename the model.');
    }
    return folder;
  };
  const models = async (): Promise<readonly { readonly id: string; readonly parent?: string | null }[]> => {
    const answer = await call('GET', '/v1/models');
    const { data } = (jsonOf(answer) ?? {}) as { data?: unknown };
    if (answer.status !== 200 || !Array.isArray(data)) throw refusalOf(answer, 'list its models');
    return data as { id: string; parent?: string | null }[];
  };
  const served = async (name: string): Promise<readonly string[]> =>
    (await models())
      .map(({ id }) => id)
      .filter((id) => id.startsWith(`${name}--v`))
      .toSorted();

  return {
    kind: 'vllm',
    stage: async (artifact) => {
      const version = await addVersion(folderOf(artifact.name), artifact.files, await numbersOf(served, artifact.name));
      return { servedAs: `${artifact.name}--v${version}` };
    },
    load: async (name, servedAs) => {
      if ((await served(name)).includes(servedAs)) return;
      const version = servedAs.slice(`${name}--v`.length);
      await access(join(folderOf(name), version)).catch((cause: unknown) => {
        throw new ServingError('TARGET_REJECTED_MODEL', `The files of ${servedAs} are gone.`, 'Stage it again.', cause);
      });
      const path = `${(options.adaptersOnServer ?? resolve(options.adapters)).replace(/\/+$/, '')}/${name}/${version}`;
      const answer = await call(
        'POST',
        '/v1/load_lora_adapter',
        { lora_name: servedAs, lora_path: path },
        options.loadTimeoutMs ?? 600_000,
      );
      if (answer.status !== 200) throw refusalOf(answer, `load ${servedAs}`);
    },
    prove: async (_, servedAs, samples): Promise<ServingProof> => {
      const health = await call('GET', '/health');
      const checks: Check[] = [
        {
          name: 'healthy',
          ok: health.status === 200,
          detail: health.status === 200 ? 'yes' : `status ${health.status}`,
        },
      ];
      const listed = (await models()).find(({ id }) => id === servedAs);
      checks.push({
        name: 'listed as a model',
        ok: listed !== undefined,
        detail: listed === undefined ? 'not in /v1/models' : `adapter of ${listed.parent ?? 'no known base'}`,
      });
      // Health is liveness only; a hung engine is found out by asking it for a token.
      const prompts = samples.length > 0 ? samples : [{ prompt: 'Hello' }];
      for (const [index, sample] of prompts.entries()) {
        checks.push(await checkCompletion(call, servedAs, { sample, index }));
      }
      return { ready: checks.every(({ ok }) => ok), checks };
    },
    endpoint: (_, servedAs) => ({ url: base, model: servedAs }),
    served,
    unload: async (name, servedAs) => {
      if (!(await served(name)).includes(servedAs)) return;
      const answer = await call('POST', '/v1/unload_lora_adapter', { lora_name: servedAs });
      if (answer.status !== 200 && answer.status !== 404) throw refusalOf(answer, `unload ${servedAs}`);
    },
  };
}

async function numbersOf(served: (name: string) => Promise<readonly string[]>, name: string): Promise<number[]> {
  return (await served(name)).map((id) => Number(id.slice(`${name}--v`.length))).filter(Number.isInteger);
}

/** A sample is a completion request (`prompt`), or a chat request (`messages`), with `expected` text or without. */
async function checkCompletion(
  call: (method: 'POST', path: string, body: unknown, timeoutMs: number) => Promise<Answer>,
  model: string,
  { sample, index }: { sample: unknown; index: number },
): Promise<Check> {
  const name = `completion ${index + 1}`;
  if (typeof sample !== 'object' || sample === null) return { name, ok: false, detail: 'the sample is no request' };
  const { expected, ...request } = sample as { expected?: unknown; messages?: unknown };
  const path = request.messages === undefined ? '/v1/completions' : '/v1/chat/completions';
  const answer = await call('POST', path, { max_tokens: 1, temperature: 0, ...request, model }, 60_000);
  if (answer.status !== 200) return { name, ok: false, detail: errorTextOf(answer) };
  const { choices } = (jsonOf(answer) ?? {}) as {
    choices?: { text?: unknown; message?: { content?: unknown } }[];
  };
  const text = choices?.[0]?.text ?? choices?.[0]?.message?.content;
  if (typeof text !== 'string') return { name, ok: false, detail: 'the answer holds no text' };
  if (typeof expected !== 'string') return { name, ok: true, detail: 'answered' };
  return {
    name,
    ok: text === expected,
    detail: text === expected ? 'answered as expected' : `answered "${text.slice(0, 80)}"`,
  };
}

function refusalOf(answer: Answer, what: string): ServingError {
  const text = errorTextOf(answer);
  if (answer.status === 404 && !text.includes('adapter')) {
    return new ServingError(
      'TARGET_MISCONFIGURED',
      `vLLM cannot ${what}: the route is not there.`,
      'Start it with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True.',
    );
  }
  if (answer.status === 401 || answer.status === 403) {
    return new ServingError(
      'TARGET_MISCONFIGURED',
      `vLLM does not let us ${what}: ${text}.`,
      'Give its key by target.admin-header in the deployment file.',
    );
  }
  return new ServingError(
    'TARGET_REJECTED_MODEL',
    `vLLM did not ${what}: ${text}.`,
    'Check the adapter, its rank (--max-lora-rank), and the path as the server sees it.',
  );
}
