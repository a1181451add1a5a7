// Which embedding model an assertion is given: its own, the suite's, or what the environment names; each opened once.
import { expect, test } from 'vitest';
import type { EvalProvider } from '@pawl/core';
import { openEmbedders } from '@pawl/core/prompt-regression';

const provider = (id: string, config: EvalProvider['config'] = { endpoint: 'embeddings' }): EvalProvider => ({
  id,
  label: id,
  kind: 'openai',
  model: id,
  config,
  place: { file: 'a.eval.yml' },
});

function opening(byDefault?: EvalProvider) {
  const opened: string[] = [];
  const closed: string[] = [];
  const embedders = openEmbedders(byDefault, { cassettes: [], record: 'none', model: 'm' }, async (settings) => {
    const id = settings.provider?.id ?? 'environment';
    opened.push(id);
    return {
      id,
      inputs: [{ role: 'model', path: id, digest: `sha256:${id}` }],
      embed: async () => ({ vectors: [] }),
      close: async () => void closed.push(id),
    };
  });
  return { embedders, opened, closed };
}

test('an assertion’s own model is asked, else the suite’s, else the environment’s', async () => {
  const { embedders, opened } = opening(provider('suite'));

  expect((await embedders.of(provider('own'))).id).toBe('own');
  expect((await embedders.of(undefined)).id).toBe('suite');
  expect((await embedders.of(provider('chat', { temperature: 0 }))).id).toBe('suite');
  expect((await opening().embedders.of(undefined)).id).toBe('environment');
  expect(opened).toEqual(['own', 'suite']);
});

test('each model is opened once, told of in the record, and closed', async () => {
  const { embedders, opened, closed } = opening();
  const own = await Promise.all([embedders.of(provider('own')), embedders.of({ ...provider('own'), label: 'other' })]);

  expect(own[0]).toBe(own[1]);
  expect(opened).toEqual(['own']);
  expect(await embedders.inputs()).toEqual([{ role: 'model', path: 'own', digest: 'sha256:own' }]);
  await embedders.close();
  expect(closed).toEqual(['own']);
  expect(await opening().embedders.inputs()).toEqual([]);
});
