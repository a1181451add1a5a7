// A real sentence-embedding model, all-MiniLM-L6-v2, beside ONNX Runtime and Hugging Face's tokenizers in Python.
// Needs a Python with peer-requirements.txt: PAWL_INTEROP_PYTHON_EMBEDDING=/path/to/python.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onnxEmbedder } from '@pawl/models';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tokenizerOf } from '../../src/embedding/tokens.ts';
import { folderWorkspace } from './folder-workspace.ts';
import { texts } from './texts.ts';

const python = process.env['PAWL_INTEROP_PYTHON_EMBEDDING'];
if (python === undefined)
  console.warn('The embedding model is skipped: PAWL_INTEROP_PYTHON_EMBEDDING names no Python that has it.');

interface Peer {
  ask(question: object): Promise<Answer>;
  end(): void;
}

interface Answer {
  readonly ids?: readonly (readonly number[])[];
  readonly vectors?: readonly (readonly number[])[];
}

function startPeer(interpreter: string): Peer {
  const script = fileURLToPath(new URL('peer.py', import.meta.url));
  const child: ChildProcessWithoutNullStreams = spawn(interpreter, [script]);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => void (said = `${said}${chunk.toString('utf8')}`.slice(-4000)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (question) => {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the peer ended: ${said}`);
      return JSON.parse(value as string) as Answer;
    },
    end: () => child.stdin.end(),
  };
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
const cosine = (a: readonly number[], b: readonly number[]): number => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

async function tokensOf(file: string, max: number): Promise<readonly (readonly number[])[]> {
  const encode = tokenizerOf(JSON.parse(await readFile(file, 'utf8')) as object, {}, max);
  return texts.map(encode);
}

describe.skipIf(python === undefined)('the peer in Python', () => {
  let folder: string;
  let peer: Peer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-embedding-'));
    peer = startPeer(python as string);
    await peer.ask({ do: 'model', folder: join(folder, 'minilm') });
  });

  afterAll(async () => {
    peer.end();
    await rm(folder, { recursive: true, force: true });
  });

  test('is asked of more than a hundred texts', () => {
    expect(new Set(texts).size).toBeGreaterThanOrEqual(100);
  });

  test.each([256, 16, 3])('has the same token ids, cut at %i', async (max) => {
    const file = join(folder, 'minilm/tokenizer.json');
    const { ids } = await peer.ask({ do: 'ids', file, texts, max });

    expect(await tokensOf(file, max)).toEqual(ids);
  });

  test.each(['bpe', 'unigram'])('has the same token ids by a tokenizer of the kind %s', async (kind) => {
    const file = join(folder, `${kind}.json`);
    await peer.ask({ do: 'train', kind, file, texts });
    const { ids } = await peer.ask({ do: 'ids', file, texts, max: 128 });

    expect(await tokensOf(file, 128)).toEqual(ids);
  });

  test.each(['mean', 'cls'])('has the same vectors, pooled by %s', async (pooling) => {
    const pools = { pooling_mode_cls_token: pooling === 'cls', pooling_mode_mean_tokens: pooling === 'mean' };
    await writeFile(join(folder, 'minilm/1_Pooling/config.json'), JSON.stringify(pools));
    const { vectors = [] } = await peer.ask({ do: 'embed', folder: join(folder, 'minilm'), texts });
    const embedder = await onnxEmbedder({ path: 'minilm', workspace: folderWorkspace(folder) });

    const ours = await embedder.embed(texts);

    await embedder.close?.();
    if ('failure' in ours) throw new Error(ours.failure);
    const nearness = ours.vectors.map((vector, index) => cosine(vector, vectors[index] ?? []));
    console.log(`${pooling}: the least cosine of ${nearness.length} texts is ${Math.min(...nearness)}`);
    expect(Math.min(...nearness)).toBeGreaterThanOrEqual(0.999_99);
    for (const vector of ours.vectors) expect(dot(vector, vector)).toBeCloseTo(1, 5);
  });

  test('tells what means the same from what does not, as the model’s authors show', async () => {
    await writeFile(join(folder, 'minilm/1_Pooling/config.json'), JSON.stringify({ pooling_mode_mean_tokens: true }));
    const embedder = await onnxEmbedder({ path: 'minilm', workspace: folderWorkspace(folder) });
    const asked = [
      'That is a happy person',
      'That is a happy dog',
      'That is a very happy person',
      'Today is a sunny day',
    ];

    const ours = await embedder.embed(asked);

    await embedder.close?.();
    if ('failure' in ours) throw new Error(ours.failure);
    const [first = [], ...others] = ours.vectors;
    // The card of sentence-transformers/all-MiniLM-L6-v2: 0.695, 0.943, 0.257.
    expect(others.map((vector) => Number(cosine(first, vector).toFixed(3)))).toEqual([0.695, 0.943, 0.257]);
  });
});
