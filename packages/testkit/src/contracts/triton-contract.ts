// What Pawl relies on in Triton's HTTP interface. Runs on the double always, and on a real server (explicit model
// control, ONNX backend) when TRITON_URL and TRITON_REPOSITORY are set: so the double cannot drift from it.
import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { tinyInput, writeModel } from '../triton/model-repository.ts';
import type { ContractCase } from './contract-case.ts';

export interface TritonSubject {
  readonly url: string;
  readonly repository: string;
  /** A model name that no other case uses. */
  readonly name: string;
}

interface Entry {
  readonly name: string;
  readonly version?: string;
  readonly state?: string;
  readonly reason?: string;
}

const call = (subject: TritonSubject, method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(subject.url + path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
const load = (subject: TritonSubject): Promise<Response> =>
  call(subject, 'POST', `/v2/repository/models/${subject.name}/load`, {});
const index = async (subject: TritonSubject): Promise<Entry[]> => {
  const entries = (await (await call(subject, 'POST', '/v2/repository/index', {})).json()) as Entry[];
  return entries.filter(({ name }) => name === subject.name);
};
const predict = async (subject: TritonSubject, version: number): Promise<{ version: string; p: number }> => {
  const path = `/v2/models/${subject.name}/versions/${version}/infer`;
  const response = await call(subject, 'POST', path, tinyInput([0, 0, 0]));
  assert.equal(response.status, 200);
  const body = (await response.json()) as { model_version: string; outputs: { data: number[] }[] };
  return { version: body.model_version, p: body.outputs[0]?.data[0] ?? Number.NaN };
};
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const close = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-5, `${a} is not ${b}`);
const errorOf = async (response: Response): Promise<string> => ((await response.json()) as { error: string }).error;

export const tritonContract: readonly ContractCase<TritonSubject>[] = [
  {
    title: 'it is live with an empty body',
    check: async (subject) => {
      const response = await call(subject, 'GET', '/v2/health/live');
      assert.equal(response.status, 200);
      assert.equal(await response.text(), '');
    },
  },
  {
    title: 'a model that was never loaded is indexed by its name alone',
    check: async (subject) => {
      await writeModel(subject.repository, subject.name, { 1: 0 });
      assert.deepEqual(await index(subject), [{ name: subject.name }]);
    },
  },
  {
    title: 'a load answers with an empty body when loading is done, and the version computes',
    check: async (subject) => {
      await writeModel(subject.repository, subject.name, { 1: 0.7 });
      const response = await load(subject);
      assert.equal(response.status, 200);
      assert.equal(await response.text(), '');
      assert.deepEqual(await index(subject), [{ name: subject.name, version: '1', state: 'READY' }]);
      const { version, p } = await predict(subject, 1);
      assert.equal(version, '1');
      close(p, sigmoid(0.7));
    },
  },
  {
    title: 'two versions named by the policy serve side by side',
    check: async (subject) => {
      await writeModel(subject.repository, subject.name, { 1: 0, 2: 2 });
      assert.equal((await load(subject)).status, 200);
      close((await predict(subject, 1)).p, sigmoid(0));
      close((await predict(subject, 2)).p, sigmoid(2));
    },
  },
  {
    title: 'a load of a folder that is not newer answers 200 and does nothing',
    check: async (subject) => {
      await writeModel(subject.repository, subject.name, { 1: 0 });
      await load(subject);
      await writeModel(subject.repository, subject.name, { 1: 3 });
      const old = new Date('2020-01-01T00:00:00Z');
      for (const path of ['.', 'config.pbtxt', '1', '1/model.onnx']) {
        await utimes(join(subject.repository, subject.name, path), old, old);
      }
      assert.equal((await load(subject)).status, 200);
      close((await predict(subject, 1)).p, sigmoid(0));
    },
  },
  {
    title: 'a version that fails to load takes the whole load back, and the old one still serves',
    check: async (subject) => {
      await writeModel(subject.repository, subject.name, { 1: 0 });
      await load(subject);
      await writeModel(subject.repository, subject.name, { 1: 0, 2: 'corrupt' });
      const response = await load(subject);
      assert.equal(response.status, 400);
      const text = await errorOf(response);
      assert.ok(text.startsWith(`load failed for model '${subject.name}': version 2 is at UNAVAILABLE state:`), text);
      close((await predict(subject, 1)).p, sigmoid(0));
      assert.equal((await index(subject)).find(({ version }) => version === '2')?.state, 'UNAVAILABLE');
    },
  },
  {
    title: 'a model without a folder fails to load with 500',
    check: async (subject) => {
      const response = await load(subject);
      assert.equal(response.status, 500);
      assert.ok((await errorOf(response)).startsWith(`failed to load '${subject.name}'`));
    },
  },
  {
    title: 'readiness of a version that is not there is 400, not 404',
    check: async (subject) => {
      await writeModel(subject.repository, subject.name, { 1: 0 });
      await load(subject);
      assert.equal((await call(subject, 'GET', `/v2/models/${subject.name}/versions/9/ready`)).status, 400);
      assert.equal((await call(subject, 'GET', `/v2/models/${subject.name}/versions/1/ready`)).status, 200);
    },
  },
  {
    title: 'an unloaded model is unavailable with the reason "unloaded"',
    check: async (subject) => {
      await writeModel(subject.repository, subject.name, { 1: 0 });
      await load(subject);
      const response = await call(subject, 'POST', `/v2/repository/models/${subject.name}/unload`, {});
      assert.equal(response.status, 200);
      for (let tries = 0; tries < 50 && (await index(subject))[0]?.state !== 'UNAVAILABLE'; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const [entry] = await index(subject);
      assert.equal(entry?.reason, 'unloaded');
    },
  },
  {
    title: 'a wrong tensor type is refused with 400 and an error text',
    check: async (subject) => {
      await writeModel(subject.repository, subject.name, { 1: 0 });
      await load(subject);
      const response = await call(subject, 'POST', `/v2/models/${subject.name}/infer`, {
        inputs: [{ name: 'x', datatype: 'INT64', shape: [1, 3], data: [1, 2, 3] }],
      });
      assert.equal(response.status, 400);
      assert.match(await errorOf(response), /data-type is 'INT64'/);
    },
  },
  {
    title: 'an unknown path is 404 and a wrong method 405, in plain text',
    check: async (subject) => {
      assert.equal((await call(subject, 'GET', '/v3/nothing')).status, 404);
      assert.equal((await call(subject, 'GET', '/v2/repository/index')).status, 405);
    },
  },
];
