// Triton Inference Server as a deploy target: explicit model control over a model repository in a folder.
import { setTimeout as delay } from 'node:timers/promises';
import { join, resolve, sep } from 'node:path';
import type { Artifact, DeployTarget, ServingProof } from '@pawl/core';
import { ask, errorTextOf, jsonOf, type Answer } from '../ask.ts';
import { ServingError } from '../serving-error.ts';
import { proveTriton } from './prove-triton.ts';
import { readModelConfig, withVersions } from './model-config.ts';
import { addVersion, readIfPresent, replaceFile } from '../version-folder.ts';

export interface TritonOptions {
  readonly url: string;
  /** The model repository: a folder that this process writes and the server reads. */
  readonly repository: string;
  /** Sent with every request; what `--http-restricted-api` asks for. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A synchronous load may take long: 30 minutes unless told. */
  readonly loadTimeoutMs?: number;
}

interface IndexEntry {
  readonly name: string;
  readonly version?: string;
  readonly state?: string;
  readonly reason?: string;
}

const quick = 10_000;

/** @throws ServingError from every method: unreachable, rejected or misconfigured, with a hint */
export function tritonTarget(options: TritonOptions): DeployTarget {
  const base = options.url.replace(/\/+$/, '');
  const headers = options.headers ?? {};
  const loadTimeoutMs = options.loadTimeoutMs ?? 1_800_000;
  const post = (path: string, body: unknown, timeoutMs = quick): Promise<Answer> =>
    ask({ method: 'POST', url: `${base}${path}`, body, headers, timeoutMs });

  const folderOf = (name: string): string => {
    const folder = resolve(options.repository, name);
    if (!folder.startsWith(resolve(options.repository) + sep)) {
      throw new ServingError('TARGET_MISCONFIGURED', `"${name}" leads out of the repository.`, 'Rename the model.');
    }
    return folder;
  };

  const indexOf = async (name: string): Promise<readonly IndexEntry[]> => {
    const answer = await post('/v2/repository/index', {});
    if (answer.status !== 200) throw refusalOf(answer, name);
    const entries = jsonOf(answer);
    if (!Array.isArray(entries)) throw refusalOf(answer, name);
    return (entries as IndexEntry[]).filter((entry) => entry.name === name);
  };

  const servedNumbers = async (name: string): Promise<readonly number[]> =>
    (await indexOf(name))
      .filter((entry) => entry.state === 'READY' && entry.version !== undefined)
      .map((entry) => Number(entry.version))
      .toSorted((a, b) => a - b);

  /** Has the server serve these versions, by the configuration that came with one of them. */
  const serve = async (name: string, versions: readonly number[], basis: number): Promise<void> => {
    const folder = folderOf(name);
    const text =
      (await readIfPresent(join(folder, String(basis), 'config.pbtxt'))) ??
      (await readIfPresent(join(folder, 'config.pbtxt'))) ??
      '';
    await replaceFile(folder, 'config.pbtxt', withVersions(text, versions));
    const answer = await post(`/v2/repository/models/${encodeURIComponent(name)}/load`, {}, loadTimeoutMs);
    if (answer.status !== 200) throw refusalOf(answer, name);
  };

  return {
    kind: 'triton',
    stage: async (artifact) => {
      const folder = folderOf(artifact.name);
      const { config, files } = splitFiles(artifact);
      const known = (await indexOf(artifact.name)).map((entry) => Number(entry.version ?? 0));
      // The configuration rests beside the weights until the load: a server that restarts before must go on
      // with the old one. In the model's own folder, a new file would reload the versions that serve.
      const bytes = new TextEncoder().encode(config);
      return { servedAs: String(await addVersion(folder, { ...files, 'config.pbtxt': bytes }, known)) };
    },
    load: async (name, servedAs) => {
      const served = await servedNumbers(name);
      const before = await readIfPresent(join(folderOf(name), 'config.pbtxt'));
      try {
        await serve(name, [...new Set([...served, Number(servedAs)])], Number(servedAs));
        await waitReady(name, servedAs, indexOf);
      } catch (error) {
        // All or nothing: the old versions still serve, and after a restart they must again.
        if (before !== undefined) await replaceFile(folderOf(name), 'config.pbtxt', before);
        throw error;
      }
    },
    prove: async (name, servedAs, samples): Promise<ServingProof> =>
      proveTriton({ base, headers, index: await indexOf(name) }, { name, servedAs, samples }),
    endpoint: (name, servedAs) => ({ url: base, path: `/v2/models/${name}/versions/${servedAs}/infer` }),
    served: async (name) => (await servedNumbers(name)).map(String),
    unload: async (name, servedAs) => {
      const served = await servedNumbers(name);
      const rest = served.filter((version) => version !== Number(servedAs));
      if (rest.length === served.length) return;
      if (rest.length > 0) {
        await serve(name, rest, Math.max(...rest));
        return;
      }
      const answer = await post(`/v2/repository/models/${encodeURIComponent(name)}/unload`, {}, loadTimeoutMs);
      if (answer.status !== 200) throw refusalOf(answer, name);
      await waitGone(name, servedAs, indexOf);
    },
  };
}

/** The configuration apart from the version's files; a single weights file gets the name that Triton looks for. */
function splitFiles(artifact: Artifact): { config: string; files: Record<string, Uint8Array> } {
  const { 'config.pbtxt': configBytes, ...rest } = artifact.files;
  const text = configBytes === undefined ? '' : new TextDecoder().decode(configBytes);
  const config = readModelConfig({ text, file: 'config.pbtxt' }, artifact.name);
  if (config.value === undefined) {
    const problem = config.problems[0];
    throw new ServingError(
      'TARGET_REJECTED_MODEL',
      `config.pbtxt${problem?.line === undefined ? '' : `:${problem.line}`}: ${problem?.message}`,
      problem?.hint ?? '',
    );
  }
  const [first, ...more] = Object.entries(rest);
  if (first === undefined) {
    throw new ServingError('TARGET_REJECTED_MODEL', 'The artifact has no model file.', 'Check "model.path".');
  }
  const name = config.value.default_model_filename || 'model.onnx';
  return { config: text, files: more.length === 0 ? { [name]: first[1] } : rest };
}

const waitReady = (name: string, version: string, indexOf: (name: string) => Promise<readonly IndexEntry[]>) =>
  waitFor(async () => {
    const entry = (await indexOf(name)).find((candidate) => candidate.version === version);
    if (entry?.state === 'UNAVAILABLE') {
      throw new ServingError(
        'TARGET_REJECTED_MODEL',
        `Version ${version} of ${name} is unavailable: ${entry.reason ?? 'no reason given'}.`,
        "Read the server's log; the versions loaded before still serve.",
      );
    }
    return entry?.state === 'READY';
  }, `version ${version} of ${name} is not ready: the server answered 200 and did not load it`);

const waitGone = (name: string, version: string, indexOf: (name: string) => Promise<readonly IndexEntry[]>) =>
  waitFor(
    async () => (await indexOf(name)).find((entry) => entry.version === version)?.state !== 'UNLOADING',
    `version ${version} of ${name} is still unloading`,
  );

async function waitFor(done: () => Promise<boolean>, otherwise: string): Promise<void> {
  for (let pause = 5, waited = 0; waited < 60_000; waited += pause, pause = Math.min(500, pause * 2)) {
    if (await done()) return;
    await delay(pause);
  }
  throw new ServingError(
    'TARGET_UNREACHABLE',
    `After a minute, ${otherwise}.`,
    "Look at the server's log, then run the command again.",
  );
}

/** Why the server said no, and what to do: by the texts of http_server.cc and the core. */
function refusalOf(answer: Answer, name: string): ServingError {
  const text = errorTextOf(answer);
  if (answer.status === 503 && text.includes('explicit model load / unload is not allowed')) {
    return new ServingError(
      'TARGET_MISCONFIGURED',
      `Triton refuses to load on request: ${text}.`,
      'Start it with --model-control-mode=explicit.',
    );
  }
  if (answer.status === 403) {
    return new ServingError(
      'TARGET_MISCONFIGURED',
      text,
      'Give that header by target.admin-header in the deployment file.',
    );
  }
  if (answer.status === 404) {
    return new ServingError(
      'TARGET_MISCONFIGURED',
      `The address has no model repository API: ${text}.`,
      "Check target.url; it is Triton's HTTP address, usually port 8000.",
    );
  }
  return new ServingError(
    'TARGET_REJECTED_MODEL',
    `Triton did not load ${name}: ${text}.`,
    'The versions loaded before still serve. Mend the model or its config.pbtxt.',
  );
}
