// A throw-away Triton model repository with tiny real models.
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tinyOnnx } from './tiny-onnx.ts';

export interface ModelRepository extends AsyncDisposable {
  readonly folder: string;
}

export async function modelRepository(): Promise<ModelRepository> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-triton-'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** Three FP32 features in, one probability out. */
export const tinyConfig = (name: string): string => `name: "${name}"
backend: "onnxruntime"
max_batch_size: 0
input [ { name: "x" data_type: TYPE_FP32 dims: [ -1, 3 ] } ]
output [ { name: "p" data_type: TYPE_FP32 dims: [ -1, 1 ] } ]
`;

/** One row in the wire's shape. */
export const tinyInput = (row: readonly number[]) => ({
  inputs: [{ name: 'x', datatype: 'FP32' as const, shape: [1, row.length], data: row }],
});

/** Writes `<model>/config.pbtxt` for the versions given, and each version's model: a bias, or bytes that are no model. */
export async function writeModel(
  folder: string,
  name: string,
  versions: Readonly<Record<number, number | 'corrupt'>>,
): Promise<void> {
  for (const [version, bias] of Object.entries(versions)) {
    await mkdir(join(folder, name, version), { recursive: true });
    const bytes = bias === 'corrupt' ? new Uint8Array([1, 2, 3]) : tinyOnnx([1, -1, 0.5], bias);
    await writeFile(join(folder, name, version, 'model.onnx'), bytes);
  }
  const policy = `version_policy: { specific: { versions: [ ${Object.keys(versions).join(', ')} ] } }\n`;
  await writeFile(join(folder, name, 'config.pbtxt'), tinyConfig(name) + policy);
  const now = new Date();
  await utimes(join(folder, name), now, now);
}
