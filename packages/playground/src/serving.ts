// The machines of the walk: a Triton double that really computes, and the splitter as a process of its own.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Splitter } from '@pawl/core';
import { splitterClient, tritonTarget } from '@pawl/serving';
import { startTriton } from '@pawl/testkit/triton';
import { projectRoot } from './material.ts';

export const modelName = 'flight-delay';

export interface Serving extends AsyncDisposable {
  readonly tritonUrl: string;
  /** Folder of Triton's model repository. */
  readonly modelRepository: string;
  /** Where users' requests come in. */
  readonly url: string;
  readonly adminUrl: string;
  readonly splitter: Splitter;
  /** Puts the model of a folder (config.pbtxt, model.onnx) in front of all users, as v1.0.0. */
  serve(folder: string): Promise<void>;
}

export async function startServing(folder: string): Promise<Serving> {
  const modelRepository = join(folder, 'models');
  await mkdir(modelRepository, { recursive: true });
  const triton = await startTriton({ repositoryFolder: modelRepository });
  const splitterProcess = await startSplitterProcess();
  const splitter = splitterClient({ url: splitterProcess.admin });
  return {
    tritonUrl: triton.url,
    modelRepository,
    url: splitterProcess.listening,
    adminUrl: splitterProcess.admin,
    splitter,
    serve: async (model) => {
      const target = tritonTarget({ url: triton.url, repository: modelRepository });
      const [onnx, config] = await Promise.all([
        readFile(join(model, 'model.onnx')),
        readFile(join(model, 'config.pbtxt')),
      ]);
      const digest = `sha256:${createHash('sha256').update(onnx).digest('hex')}`;
      const { servedAs } = await target.stage({
        name: modelName,
        version: 'v1.0.0',
        digest,
        files: { 'model.onnx': onnx, 'config.pbtxt': config },
      });
      await target.load(modelName, servedAs);
      await splitter.set(modelName, {
        stable: { version: 'v1.0.0', endpoint: target.endpoint(modelName, servedAs) },
        canaryWeight: 0,
      });
    },
    async [Symbol.asyncDispose]() {
      splitterProcess.end();
      await triton[Symbol.asyncDispose]();
    },
  };
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
