// What Pawl relies on in vLLM's HTTP interface. Runs on the double always, and on a real server (LoRA updating
// allowed) when VLLM_URL and VLLM_ADAPTER, the path of an adapter as the server sees it, are set.
import assert from 'node:assert/strict';
import type { ContractCase } from './contract-case.ts';

export interface VllmSubject {
  readonly url: string;
  /** Path of a valid adapter as the server sees it. */
  readonly adapter: string;
  /** An adapter name that no other case uses. */
  readonly name: string;
}

interface Model {
  readonly id: string;
  readonly root: string;
  readonly parent: string | null;
}

const post = ({ url }: VllmSubject, path: string, body: unknown): Promise<Response> =>
  fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
const models = async ({ url }: VllmSubject): Promise<Model[]> =>
  ((await (await fetch(`${url}/v1/models`)).json()) as { data: Model[] }).data;
const load = (subject: VllmSubject, more: object = {}): Promise<Response> =>
  post(subject, '/v1/load_lora_adapter', { lora_name: subject.name, lora_path: subject.adapter, ...more });
const unload = (subject: VllmSubject): Promise<Response> =>
  post(subject, '/v1/unload_lora_adapter', { lora_name: subject.name });

export const vllmContract: readonly ContractCase<VllmSubject>[] = [
  {
    title: 'it is healthy with an empty body, and lists its base model without a parent',
    check: async (subject) => {
      const health = await fetch(`${subject.url}/health`);
      assert.deepEqual([health.status, await health.text()], [200, '']);
      assert.equal((await models(subject))[0]?.parent ?? null, null);
    },
  },
  {
    title: 'an adapter is loaded beside the base, answers by its name, and is unloaded',
    check: async (subject) => {
      const loaded = await load(subject);
      assert.equal(loaded.status, 200);
      assert.equal(await loaded.text(), `Success: LoRA adapter '${subject.name}' added successfully.`);
      const listed = (await models(subject)).find(({ id }) => id === subject.name);
      assert.equal(listed?.root, subject.adapter);
      assert.ok(listed?.parent);
      const answer = await post(subject, '/v1/completions', { model: subject.name, prompt: 'Hello', max_tokens: 1 });
      assert.equal(answer.status, 200);
      assert.equal((await unload(subject)).status, 200);
      assert.ok(!(await models(subject)).some(({ id }) => id === subject.name));
    },
  },
  {
    title: 'a name that is loaded already is 400, a path without an adapter 404, a missing name 400',
    check: async (subject) => {
      await load(subject);
      assert.equal((await load(subject)).status, 400);
      await unload(subject);
      assert.equal((await load(subject, { lora_path: `${subject.adapter}-missing` })).status, 404);
      assert.equal((await post(subject, '/v1/load_lora_adapter', { lora_path: subject.adapter })).status, 400);
    },
  },
  {
    title: 'unloading what is not loaded is 404',
    check: async (subject) => assert.equal((await unload(subject)).status, 404),
  },
  {
    title: "an unknown model is a NotFoundError in OpenAI's shape",
    check: async (subject) => {
      const answer = await post(subject, '/v1/completions', { model: 'nobody', prompt: 'Hello' });
      assert.equal(answer.status, 404);
      const { error } = (await answer.json()) as { error: { message: string } };
      assert.match(error.message, /The model `nobody` does not exist\./);
    },
  },
  {
    title: 'a stream is events of data that end with [DONE]',
    check: async (subject) => {
      const model = (await models(subject))[0]?.id;
      const answer = await post(subject, '/v1/completions', { model, prompt: 'Hello', max_tokens: 3, stream: true });
      assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/);
      const events = (await answer.text()).split('\n\n').filter((event) => event !== '');
      assert.equal(events.at(-1), 'data: [DONE]');
      assert.ok(events.length >= 2);
    },
  },
  {
    title: 'its metrics speak of requests that run and wait',
    check: async (subject) => {
      const text = await (await fetch(`${subject.url}/metrics`)).text();
      assert.match(text, /vllm:num_requests_running/);
      assert.match(text, /vllm:num_requests_waiting/);
    },
  },
];
