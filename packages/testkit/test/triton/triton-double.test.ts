import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tritonContract } from '../../src/contracts/index.ts';
import { modelRepository, startTriton, tinyInput, writeModel } from '../../src/triton/index.ts';

describe('the double keeps the contract', () => {
  const subject = { url: '', repository: '' };
  const places = new AsyncDisposableStack();
  beforeAll(async () => {
    subject.repository = places.use(await modelRepository()).folder;
    subject.url = places.use(await startTriton({ repositoryFolder: subject.repository })).url;
  });
  afterAll(() => places.disposeAsync());

  test.each(tritonContract.map(({ title, check }, index) => ({ title, check, name: `case-${index}` })))(
    '$title',
    ({ check, name }) => check({ ...subject, name }),
  );
});

const { TRITON_URL: realUrl, TRITON_REPOSITORY: realRepository } = process.env;
describe.runIf(realUrl !== undefined && realRepository !== undefined)(
  'a real server keeps the contract (runs when TRITON_URL and TRITON_REPOSITORY are set)',
  () => {
    test.each(
      tritonContract.map(({ title, check }, index) => ({ title, check, name: `pawl-${process.pid}-${index}` })),
    )('$title', ({ check, name }) => check({ url: realUrl ?? '', repository: realRepository ?? '', name }));
  },
);

const place = async (options: Partial<Parameters<typeof startTriton>[0]> = {}) => {
  const places = new AsyncDisposableStack();
  const repository = places.use(await modelRepository());
  await writeModel(repository.folder, 'm', { 1: 0 });
  const triton = places.use(await startTriton({ repositoryFolder: repository.folder, ...options }));
  return { triton, repository, [Symbol.asyncDispose]: () => places.disposeAsync() };
};
const post = (url: string, body: unknown = {}, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body: JSON.stringify(body), headers });

test('in poll mode a load is refused with the text that names the cause', async () => {
  await using at = await place({ modelControl: 'poll' });

  const response = await post(`${at.triton.url}/v2/repository/models/m/load`);

  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({
    error: 'explicit model load / unload is not allowed if polling is enabled',
  });
});

test('a restricted repository API wants its header', async () => {
  await using at = await place({ restricted: { header: 'triton-admin', value: 'secret' } });

  expect((await post(`${at.triton.url}/v2/repository/index`)).status).toBe(403);
  expect((await post(`${at.triton.url}/v2/repository/index`, {}, { 'triton-admin': 'secret' })).status).toBe(200);
});

test('one broken version makes a strict server unready', async () => {
  await using at = await place();
  await post(`${at.triton.url}/v2/repository/models/m/load`);
  expect((await fetch(`${at.triton.url}/v2/health/ready`)).status).toBe(200);

  await writeModel(at.repository.folder, 'm', { 1: 0, 2: 'corrupt' });
  await post(`${at.triton.url}/v2/repository/models/m/load`);

  expect((await fetch(`${at.triton.url}/v2/health/ready`)).status).toBe(400);
});

test('injected faults fail every n-th inference of their version', async () => {
  await using at = await place();
  await post(`${at.triton.url}/v2/repository/models/m/load`);
  at.triton.inject('m', 1, { failEvery: 2 });

  const statuses = [];
  for (let n = 0; n < 4; n++) {
    statuses.push((await post(`${at.triton.url}/v2/models/m/infer`, tinyInput([1, 2, 3]))).status);
  }

  expect(statuses).toEqual([200, 500, 200, 500]);
});
