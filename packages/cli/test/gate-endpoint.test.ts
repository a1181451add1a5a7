// `pawl gate` on models that answer over the network, and on production's answers that Git kept: the real engine, the
// real ONNX Runtime, a Triton and an OpenAI-like endpoint on loopback.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gitRepo } from '@pawl/testkit/git';
import { loopbackOpenAi } from '@pawl/testkit/openai';
import { modelRepository, startTriton, tinyOnnx, writeModel } from '@pawl/testkit/triton';
import { expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const rows = Array.from({ length: 200 }, (_, row) => {
  const [a, b, c] = [Math.sin(row * 12.9898), Math.sin(row * 78.233), Math.sin(row * 43.1)];
  return { id: `r${row}`, label: 2 * a - 2 * b + c + Math.sin(row * 7.7) > 0 ? 1 : 0, a, b, c };
});
const csv = [
  'id,label,a,b,c,text',
  ...rows.map((row) => `${Object.values(row).join(',')},${row.a > row.b ? 'late' : 'fine'}`),
]
  .join('\n')
  .concat('\n');

const policy = `name: flight
task: classification
model: flight.onnx
data: { path: data.csv, features: [a, b, c] }
metrics: { accuracy: { margin: 0.05 } }
`;

test('a served model is judged by what it answers, as its file is', async () => {
  await using repo = await gitRepo({ 'data.csv': csv, 'flight.gate.yml': policy });
  await using models = await modelRepository();
  await writeModel(models.folder, 'flight', { 1: 0, 2: 6 });
  await using triton = await startTriton({ repositoryFolder: models.folder });
  await fetch(`${triton.url}/v2/repository/models/flight/load`, { method: 'POST', body: '{}' });
  await writeFile(join(repo.path, 'flight.onnx'), tinyOnnx([1, -1, 0.5], 0));
  const at = (version: number): string => `kserve+${triton.url}/v2/models/flight/versions/${version}`;
  const gate = async (...args: string[]) => {
    const { code, out } = await pawlIn(repo, 'gate', '--no-store', '--json', ...args);
    return { code, ...JSON.parse(out) };
  };

  const file = await gate('--candidate', 'flight.onnx', '--baseline', 'none');
  const served = await gate('--candidate', at(1), '--baseline', at(2));
  const worse = await gate('--candidate', at(2), '--baseline', 'flight.onnx');
  triton.inject('flight', 2, { breakEvery: 1 });
  await writeFile(join(repo.path, 'flight.gate.yml'), `${policy}endpoint: { retries: 0 }\n`);
  const broken = await gate('--candidate', at(1), '--baseline', at(2));

  expect(served).toMatchObject({ code: 0, verdict: 'pass', n: 200, baseline: { source: 'file', name: at(2) } });
  expect(served.metrics.accuracy.value).toBe(file.metrics.accuracy.value);
  expect(worse).toMatchObject({ code: 1, metrics: { accuracy: { verdict: 'fail' } } });
  expect(broken).toMatchObject({ code: 3, verdict: 'error', problems: [{ code: 'MODEL_RUN_FAILED' }] });
});

const question = `name: mails
task: classification
data: { path: data.csv, classes: [0, 1] }
metrics: { accuracy: { margin: 0.05 } }
endpoint:
  api-key-env: MODEL_KEY
  prompt: 'Is {{ text }} late? Answer one of {{ labels | join(", ") }}.'
`;

test('a language model is judged by the labels it answers, and its key goes to it and nowhere else', async () => {
  await using repo = await gitRepo({ 'data.csv': csv, 'mails.gate.yml': question });
  const key = 'sk-only-for-the-endpoint-1234567890';
  await using endpoint = await loopbackOpenAi({
    apiKey: key,
    answer: ({ messages }) => JSON.stringify({ label: JSON.stringify(messages).includes('Is late') ? '1' : '0' }),
  });
  const address = `openai+${endpoint.baseUrl}/models/org/small`;
  const gate = (environment: Record<string, string>) =>
    pawlIn(
      { path: repo.path, environment: { ...repo.environment, ...environment } },
      ...['gate', '--candidate', address, '--baseline', 'none', '--json'],
    );
  const { out } = await gate({ MODEL_KEY: key });
  const unset = await gate({});
  const wrong = await gate({ MODEL_KEY: 'sk-of-somebody-else-0987654321' });

  expect(endpoint.requests).toHaveLength(200);
  expect(endpoint.requests[0]?.body).toMatchObject({ model: 'org/small', temperature: 0 });
  const told = JSON.parse(out);
  expect(told.metrics.accuracy.value).toBeGreaterThan(0.7);
  const record = await pawlIn(repo, 'run', 'show', told.runId, '--json');
  for (const text of [out, record.out, unset.out, wrong.out]) expect(text).not.toMatch(/1234567890|0987654321/);
  expect(unset.code).toBe(3);
  expect(unset.out).toContain('MODEL_KEY, which has no value');
  expect(wrong.code).toBe(3);
  expect(wrong.out).toContain('401');
});

test('production is run once: the second gate reads what the first one kept in Git', async () => {
  await using repo = await gitRepo({ 'data.csv': csv, 'flight.gate.yml': policy });
  const write = (bias: number) => writeFile(join(repo.path, 'flight.onnx'), tinyOnnx([1, -1, 0.5], bias));
  await write(0.5);
  await repo.commit('production');
  await pawlIn(repo, 'registry', 'register', 'flight', '--version', 'v1.0.0');
  await pawlIn(repo, 'registry', 'label', 'flight@v1.0.0', 'production', '--force', '-m', 'first');
  const gate = async (bias: number) => {
    await write(bias);
    return JSON.parse((await pawlIn(repo, 'gate', '--json')).out);
  };
  const first = await gate(0.1);
  const second = await gate(0);

  expect(JSON.stringify(first.blocks)).not.toContain('not run again');
  expect(JSON.stringify(second.blocks)).toContain(
    `Production was not run again: its predictions of run ${first.runId} on the same data were read.`,
  );
  expect(second.metrics.accuracy.baseline).toBe(first.metrics.accuracy.baseline);
});
