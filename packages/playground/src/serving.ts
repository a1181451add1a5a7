// The machines of the walk: a Triton double that really computes, a vLLM double, and the splitter as a process of its own.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DeployTarget, Splitter } from '@pawl/core';
import { splitterClient, tritonTarget, vllmTarget } from '@pawl/serving';
import { startTriton } from '@pawl/testkit/triton';
import { startVllm } from '@pawl/testkit/vllm';
import { projectRoot } from './material.ts';

export interface Serving extends AsyncDisposable {
  readonly tritonUrl: string;
  /** Folder of Triton's model repository. */
  readonly modelRepository: string;
  /** Where users' requests come in. */
  readonly url: string;
  readonly adminUrl: string;
  readonly splitter: Splitter;
  readonly vllmUrl: string;
  /** Folder that vLLM loads adapters from. */
  readonly adapters: string;
  /** Puts the flight model and the mail adapter of a clone in front of all users, as v1.0.0. */
  serve(clone: string): Promise<void>;
}

export async function startServing(folder: string): Promise<Serving> {
  const modelRepository = join(folder, 'models');
  await mkdir(modelRepository, { recursive: true });
  const triton = await startTriton({ repositoryFolder: modelRepository });
  const splitterProcess = await startSplitterProcess();
  const splitter = splitterClient({ url: splitterProcess.admin });
  const vllm = await startVllm({ baseModel: 'gemma-3-270m' });
  const adapters = join(folder, 'adapters');
  await mkdir(adapters);
  const machines = {
    tritonUrl: triton.url,
    modelRepository,
    vllmUrl: vllm.url,
    adapters,
    url: splitterProcess.listening,
    adminUrl: splitterProcess.admin,
    splitter,
  };
  return {
    ...machines,
    serve: async (clone) => {
      const onTriton = tritonTarget({ url: triton.url, repository: modelRepository });
      await serveFirst('flight-delay', join(clone, 'models/flight-delay'), ['model.onnx', 'config.pbtxt'], {
        target: onTriton,
        splitter,
      });
      const onVllm = vllmTarget({ url: vllm.url, adapters });
      await serveFirst(
        'mail-adapter',
        join(clone, 'models/mail-adapter'),
        ['adapter_model.safetensors', 'adapter_config.json'],
        { target: onVllm, splitter },
      );
    },
    async [Symbol.asyncDispose]() {
      splitterProcess.end();
      await Promise.all([triton[Symbol.asyncDispose](), vllm[Symbol.asyncDispose]()]);
    },
  };
}

/** What had been rolled out long before the walk begins. */
async function serveFirst(
  name: string,
  folder: string,
  paths: readonly string[],
  { target, splitter }: { target: DeployTarget; splitter: Splitter },
): Promise<void> {
  const files = Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path))] as const)),
  );
  const digest = `sha256:${createHash('sha256')
    .update(Buffer.concat(Object.values(files)))
    .digest('hex')}`;
  const { servedAs } = await target.stage({ name, version: 'v1.0.0', digest, files });
  await target.load(name, servedAs);
  await splitter.set(name, {
    stable: { version: 'v1.0.0', endpoint: target.endpoint(name, servedAs) },
    canaryWeight: 0,
  });
}

/** `pawl serve`, built, on free ports; it ends when our end of its standard input closes, however we end. */
async function startSplitterProcess(): Promise<{ listening: string; admin: string; end(): void }> {
  const child = spawn(
    process.execPath,
    [join(projectRoot, 'packages/cli/bin/pawl.mjs'), 'serve', '--port', '0', '--admin-port', '0', '--end-with-stdin'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const exited = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`pawl serve ended with ${code} before it listened`)));
  });
  exited.catch(() => {});
  const first = (async () => {
    for await (const line of createInterface({ input: child.stdout })) return line;
    throw new Error('pawl serve said nothing');
  })();
  const { listening, admin } = JSON.parse(await Promise.race([first, exited])) as { listening: string; admin: string };
  return { listening, admin, end: () => child.stdin.end() };
}
