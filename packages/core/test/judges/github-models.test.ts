// The judges of `.prompt.yml`: a choice is read as a whole, or not at all.
import { describe, expect, test } from 'vitest';
import { assertion, judgeWorld, request, said, scored } from './judge-world.ts';

const value = {
  modelId: 'openai/gpt-4o',
  prompt: 'Q: {{input}} A: {{completion}} E: {{expected}}',
  systemPrompt: 'Judge.',
  choices: [
    { choice: 'good', score: 1 },
    { choice: 'not good', score: 0 },
    { choice: 1, score: 0.5 },
  ],
};
const vars = { input: 'Capital?', expected: 'Paris' };

describe('llm', () => {
  test.each([
    ['good', 1],
    ['  **Good.**', 1],
    ['Let me think: 1 city.\nnot good', 0],
    ['It is fine.\nVerdict: good', 1],
    ['1', 0.5],
  ])('reads %j', async (reply, score) => {
    const result = await scored(request(assertion('llm', { value }), { vars }), judgeWorld(reply));
    expect(result).toMatchObject({ score, pass: score > 0 });
  });

  test.each(['10', 'goodness', '-1', '1.5', 'good or 1', 'no idea'])(
    'never finds a choice within %j',
    async (reply) => {
      const world = judgeWorld(reply);
      expect(await scored(request(assertion('llm', { value }), { vars }), world)).toHaveProperty('failure');
      expect(world.requests).toHaveLength(2);
    },
  );

  test('asks the model that it names, with the completion in a fence', async () => {
    const named: unknown[] = [];
    const world = judgeWorld('good');
    const asked = { ...world, judge: async (as: unknown) => (named.push(as), await world.judge!(as)) };
    await scored(request(assertion('llm', { value }), { vars }), asked);
    expect(named).toMatchObject([{ kind: 'openai', model: 'openai/gpt-4o' }]);
    expect(said(world.requests[0])).toMatch(
      /system: Judge\.\n\n.*\nuser: Q: Capital\? A: <<<\w+ begin completion>>>\nParis\.\n/,
    );
  });

  test('with gh-models it reads as that tool did, and sends what it sent', async () => {
    const config = { compat: 'gh-models' };
    const world = judgeWorld('goodness');
    expect(await scored(request(assertion('llm', { value, config }), { vars }), world)).toMatchObject({ score: 1 });
    expect(said(world.requests[0])).toBe('system: Judge.\nuser: Q: Capital? A: Paris. E: Paris');
    await scored(request(assertion('llm', { value, config }), { vars: { input: 'x' } }), world);
    expect(said(world.requests[1])).toContain('E: {{expected}}');
    const nothing = judgeWorld('no idea');
    expect(await scored(request(assertion('llm', { value, config }), { vars }), nothing)).toMatchObject({
      pass: false,
      score: 0,
    });
  });

  test('says which variable is missing, and what is no evaluator', async () => {
    const missing = await scored(request(assertion('llm', { value }), { vars: { input: 'x' } }), judgeWorld('good'));
    expect(missing).toMatchObject({ failure: expect.stringContaining('"expected"') });
    expect(await scored(request(assertion('llm', { value: { prompt: 'x' } })), judgeWorld('good'))).toHaveProperty(
      'failure',
    );
  });
});

describe('the built-in ones', () => {
  test.each(['similarity', 'coherence', 'fluency', 'relevance', 'groundedness'])(
    'github/%s reads 1 to 5',
    async (name) => {
      const asked = request(assertion(`github/${name}`), { vars });
      expect(await scored(asked, judgeWorld('1'))).toMatchObject({ pass: false, score: 0 });
      expect(await scored(asked, judgeWorld('Score: 4'))).toMatchObject({ pass: true, score: 0.75 });
      expect(await scored(asked, judgeWorld('15'))).toHaveProperty('failure');
      const strict = { ...asked, assertion: assertion(`github/${name}`, { threshold: 0.8 }) };
      expect(await scored(strict, judgeWorld('4'))).toMatchObject({ pass: false, score: 0.75 });
    },
  );
});

test('a built-in judge of a case without an input is shown what the model was told', async () => {
  const world = judgeWorld('5');
  const asked = { ...request(assertion('github/relevance'), { vars: { mail: 'x' } }), prompt: 'Sort this mail: x' };
  expect(await scored(asked, world)).toMatchObject({ score: 1 });
  expect(said(world.requests[0])).toContain('Question:\nSort this mail: x');
  const own = judgeWorld('5');
  await scored({ ...asked, vars: { input: 'Capital?' } }, own);
  expect(said(own.requests[0])).toContain('Question:\nCapital?');
});
