// Similarity by recorded embeddings: the second run needs neither endpoint nor key.
import { gitRepo } from '@pawl/testkit/git';
import { loopbackOpenAi } from '@pawl/testkit/openai';
import { expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const suite = `prompts: ['{{said}}']
providers: [echo]
tests:
  - {vars: {said: a dog}, assert: [{type: similar, value: a puppy, threshold: 0.8, metric: means}]}
  - {vars: {said: a car}, assert: [{type: similar, value: a puppy, threshold: 0.8, metric: means}]}
`;

test('embeddings are recorded beside the suite and replayed as they were', async () => {
  await using repo = await gitRepo({ 'suite.yaml': suite });
  await using model = await loopbackOpenAi({
    answer: () => 'unasked',
    embed: (text) => (text === 'a car' ? [0.1, 1] : [1, text.length / 100]),
  });
  const place = {
    path: repo.path,
    environment: { ...repo.environment, PAWL_EMBEDDINGS_URL: model.baseUrl, PAWL_EMBEDDINGS_MODEL: 'small' },
  };
  const run = async (where: typeof place, record: string): Promise<readonly object[]> => {
    const args = ['--no-baseline', '--no-store', '--json', '--record', record];
    return (JSON.parse((await pawlIn(where, 'eval', 'suite.yaml', ...args)).out) as { rows: readonly object[] }).rows;
  };
  const first = await run(place, 'missing');
  expect(first).toMatchObject([{ pass: true }, { pass: false }]);
  const asked = model.requests.length;
  expect(asked).toBeGreaterThan(0);

  const scores = (rows: readonly object[]) => rows.map((row) => (row as { scores: object }).scores);
  expect(scores(await run(place, 'missing'))).toEqual(scores(first));
  expect(
    scores(await run({ ...place, environment: { ...repo.environment } as typeof place.environment }, 'none')),
  ).toEqual(scores(first));
  expect(model.requests.length).toBe(asked);
});
