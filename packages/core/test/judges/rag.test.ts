// Judges of retrieval and of conversations: the formulas, and what cannot be read.
import { describe, expect, test } from 'vitest';
import { assertion, judgeWorld, request, said, scored } from './judge-world.ts';

const context = 'Paris is the capital of France. It has two million people. The Seine runs through it.';
const vars = { query: 'What is the capital of France?', context };

describe('context-recall', () => {
  const recall = assertion('context-recall', { value: 'Paris. Two million.' });
  test('is the share of attributed sentences', async () => {
    const reply = '1. Paris. [Attributed]\n2. Two million. [Not Attributed]\n3. x [attributed]';
    const result = await scored(request(recall, { vars }), judgeWorld(reply));
    expect(result).toMatchObject({ pass: true, score: 2 / 3 });
    expect(await scored(request({ ...recall, negated: true }, { vars }), judgeWorld(reply))).toMatchObject({
      pass: false,
    });
  });
  test('takes the prompt where there is no context', async () => {
    const world = judgeWorld('a [Attributed]');
    await scored(request(recall), world);
    expect(said(world.requests[0])).toContain('Context:\n<<<');
    expect(said(world.requests[0])).toContain('What is the capital of France?');
  });
  test('cannot read an answer without marks', async () => {
    expect(await scored(request(recall, { vars }), judgeWorld('All of it.'))).toHaveProperty('failure');
  });
});

describe('context-relevance', () => {
  const relevance = assertion('context-relevance', { threshold: 0.3 });
  test('is the share of the context that is needed, each sentence once', async () => {
    const reply = 'Paris is the capital of France. Paris is the capital of France.';
    expect(await scored(request(relevance, { vars }), judgeWorld(reply))).toMatchObject({ pass: true, score: 1 / 3 });
    const chunks = { ...vars, context: ['Paris is the capital of France.', 'Rain.'] };
    expect(
      await scored(request(relevance, { vars: chunks }), judgeWorld('1. Paris is the capital of France.')),
    ).toMatchObject({ score: 0.5 });
  });
  test('is nothing where the judge finds nothing', async () => {
    const result = await scored(request(relevance, { vars }), judgeWorld('Insufficient Information'));
    expect(result).toMatchObject({ pass: false, score: 0 });
  });
  test('does not count what the judge made up', async () => {
    expect(await scored(request(relevance, { vars }), judgeWorld('Rome is in Italy.'))).toHaveProperty('failure');
  });
  test('needs a question and a context', async () => {
    expect(await scored(request(relevance, { vars: { context } }), judgeWorld('x'))).toHaveProperty('failure');
    expect(await scored(request(relevance, { vars: { query: 'q' } }), judgeWorld('x'))).toHaveProperty('failure');
  });
});

describe('context-faithfulness', () => {
  const faithful = assertion('context-faithfulness');
  const statements = 'Paris is the capital.\nIt is large.\nIt is old.';
  test.each([
    ['Final verdict for each statement in order: Yes. No. Yes.', 2 / 3],
    ['Final verdict for each statement in order: Yes.', 1 / 3],
    ['1. verdict: yes\n2. verdict: no\n3. Verdict: Yes', 2 / 3],
  ])('counts %j', async (verdicts, score) => {
    const result = await scored(request(faithful, { vars }), judgeWorld([statements, verdicts]));
    expect((result as { score: number }).score).toBeCloseTo(score, 12);
  });
  test('cannot read an answer without verdicts', async () => {
    const verdicts = 'Final verdict for each statement in order: perhaps.';
    expect(await scored(request(faithful, { vars }), judgeWorld([statements, verdicts]))).toHaveProperty('failure');
  });
  test("takes users' two prompts", async () => {
    const rubricPrompt = ['Split {{ answer }} for {{ question }}', 'Check {{ statements }} in {{ context }}'];
    const world = judgeWorld(['a\nb', 'verdict: yes verdict: yes']);
    expect(await scored(request({ ...faithful, rubricPrompt }, { vars }), world)).toMatchObject({ score: 1 });
    expect(said(world.requests[0])).toContain('Split <<<');
    expect(said(world.requests[1])).toContain('\na\nb\n<<<');
  });
});

describe('answer-relevance', () => {
  const relevance = assertion('answer-relevance');
  const embedder = {
    id: 'toy',
    embed: async (texts: readonly string[]) => ({
      vectors: texts.map((text) => (text.startsWith('What') ? [1, 0] : [0.6, 0.8])),
    }),
  };
  test('is the mean similarity of three questions, asked as three samples', async () => {
    const world = judgeWorld(['What is it?', 'Which city?', 'Where?'], embedder);
    const result = await scored(request(relevance, { vars }), world);
    expect((result as { score: number }).score).toBeCloseTo((1 + 0.6 + 0.6) / 3, 12);
    expect(world.requests.map(({ repeat }) => repeat)).toEqual([0, 1, 2]);
  });
  test('needs an embedding model', async () => {
    expect(await scored(request(relevance, { vars }), judgeWorld('What?'))).toHaveProperty('failure');
  });
});

describe('conversation-relevance', () => {
  const relevance = assertion('conversation-relevance', { config: { windowSize: 2 } });
  test('judges every answer in its window', async () => {
    const world = judgeWorld([
      '{"verdict": "yes"}',
      '{"verdict": "no", "reason": "It changes the subject."}',
      '{"verdict": "yes"}',
    ]);
    const conversation = [
      { input: 'hi', output: 'hello' },
      { input: 'and?', output: 'bananas' },
    ];
    const result = await scored(request(relevance, { conversation }), world);
    expect(result).toMatchObject({ pass: true, score: 2 / 3 });
    expect((result as { reason: string }).reason).toContain('It changes the subject.');
    expect(said(world.requests[2])).not.toContain('hello');
    expect(said(world.requests[2])).toContain('bananas');
  });
  test('cannot read another verdict', async () => {
    expect(await scored(request(relevance), judgeWorld('{"verdict": "idk"}'))).toHaveProperty('failure');
  });
});
