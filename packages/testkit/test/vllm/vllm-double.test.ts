import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { vllmContract } from '../../src/contracts/index.ts';
import { startVllm } from '../../src/vllm/index.ts';

describe('the double keeps the contract', () => {
  const subject = { url: '', adapter: '' };
  const places = new AsyncDisposableStack();
  beforeAll(async () => {
    subject.adapter = await mkdtemp(join(tmpdir(), 'pawl-vllm-'));
    places.defer(() => rm(subject.adapter, { recursive: true, force: true }));
    await writeFile(join(subject.adapter, 'adapter_config.json'), '{}');
    subject.url = places.use(await startVllm()).url;
  });
  afterAll(() => places.disposeAsync());

  test.each(vllmContract.map(({ title, check }, index) => ({ title, check, name: `case-${index}` })))(
    '$title',
    ({ check, name }) => check({ ...subject, name }),
  );
});

const { VLLM_URL: realUrl, VLLM_ADAPTER: realAdapter } = process.env;
describe.runIf(realUrl !== undefined && realAdapter !== undefined)(
  'a real server keeps the contract (runs when VLLM_URL and VLLM_ADAPTER are set)',
  () => {
    test.each(vllmContract.map(({ title, check }, index) => ({ title, check, name: `pawl-${process.pid}-${index}` })))(
      '$title',
      ({ check, name }) => check({ url: realUrl ?? '', adapter: realAdapter ?? '', name }),
    );
  },
);

test('it generates the same words for the same prompt, and others for another', async () => {
  await using vllm = await startVllm({ baseModel: 'm' });
  const complete = async (prompt: string) => {
    const response = await fetch(`${vllm.url}/v1/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'm', prompt, max_tokens: 8 }),
    });
    return ((await response.json()) as { choices: { text: string }[] }).choices[0]?.text;
  };

  expect(await complete('one')).toBe(await complete('one'));
  expect(await complete('one')).not.toBe(await complete('two'));
});
