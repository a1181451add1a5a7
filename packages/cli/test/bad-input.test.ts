// Whatever is wrong with the user's files is told once, with its place and its remedy, and nothing ever passes on it.
import { badInputs, goodRepository, spoiled, type BadInput, type GoodRepository } from '@pawl/testkit/bad-input';
import { loopbackOpenAi } from '@pawl/testkit/openai';
import type { Problem, Slug } from '@pawl/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const verbs: Readonly<Record<Slug, string>> = {
  'data-validation': 'validate',
  'prompt-regression': 'eval',
  'eval-gate': 'gate',
  'drift-report': 'drift',
  deploy: 'deploy',
};
const positional: ReadonlySet<string> = new Set(['data-validation data', 'prompt-regression prompt', 'deploy command']);

/** The command line that gives a feature the same inputs as an action's `with:`. */
const commandOf = ({ slug, inputs }: Pick<BadInput, 'slug' | 'inputs'>): readonly string[] => [
  verbs[slug],
  ...Object.entries(inputs).flatMap(([name, value]) =>
    positional.has(`${slug} ${name}`) ? [value] : [`--${name}`, value],
  ),
];

let good: GoodRepository;
beforeAll(async () => {
  good = await goodRepository();
});
afterAll(() => good[Symbol.asyncDispose]());

describe('bad input', () => {
  test.each(badInputs)('$slug: $title', async (bad) => {
    await using repo = await spoiled(good, bad.spoil);

    const { code, out, err } = await pawlIn(repo, ...commandOf(bad), '--json');

    const { problems, verdict } = JSON.parse(out) as { problems: readonly Problem[]; verdict?: string };
    const { message, hint, ...place } = bad.problem;
    expect(problems).toEqual([
      {
        ...place,
        severity: 'error',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      },
    ]);
    expect(code).toBe(bad.exit);
    expect(err).toBe('');
    if (verdict !== undefined) expect(verdict).toBe('error');
    expect(JSON.parse((await pawlIn(repo, 'run', 'list', '--verdict', 'pass', '--json')).out)).toEqual([]);
  });

  test('is told on a terminal with file, line and column', async () => {
    const inputs = { prompt: 'prompts/triage.prompt.yml' };
    const replace = { file: inputs.prompt, text: 'modelParameters:', by: 'modelParamters:' };
    await using repo = await spoiled(good, { replace });

    const { code, out } = await pawlIn(repo, ...commandOf({ slug: 'prompt-regression', inputs }));

    expect(code).toBe(2);
    expect(out).toContain('prompts/triage.prompt.yml:3:1');
    expect(out).toContain('Did you mean "modelParameters"?');
  });
});

describe('the same repository, unspoiled', () => {
  test.each([
    ['data-validation', { data: 'data/things.csv', suite: 'data/things.expect.yml' }],
    ['eval-gate', { policy: 'models/delay/delay.gate.yml' }],
    ['drift-report', { current: 'data/things.csv', reference: 'baseline' }],
  ] as const)('passes %s, and the run is kept', async (slug, inputs) => {
    const { code, out } = await pawlIn(good.repo, ...commandOf({ slug, inputs }), '--json');

    expect(JSON.parse(out)).toMatchObject({ verdict: 'pass', problems: [] });
    expect(code).toBe(0);
    const kept = JSON.parse(
      (await pawlIn(good.repo, 'run', 'list', '--kind', slug, '--verdict', 'pass', '--json')).out,
    );
    expect(kept).toMatchObject([{ id: JSON.parse(out).runId, kind: slug, verdict: 'pass' }]);
  });

  test('passes prompt-regression from answers that were recorded before', async () => {
    await using model = await loopbackOpenAi({
      answer: ({ messages }) => {
        const text = JSON.stringify(messages);
        return text.includes('cheap') || (text.includes('A prize is spam.') && text.includes('won a prize'))
          ? 'spam'
          : 'ham';
      },
    });
    const command = ['eval', 'prompts/triage.prompt.yml', '--json'];

    const recorded = await pawlIn(good.repo, ...command, '--base-url', model.baseUrl, '--record', 'missing');
    const asked = model.requests.length;
    const replayed = await pawlIn(good.repo, ...command);

    expect([recorded.code, replayed.code]).toEqual([0, 0]);
    expect(asked).toBeGreaterThan(0);
    expect(model.requests.length).toBe(asked);
    expect(JSON.parse(replayed.out)).toMatchObject({ verdict: 'pass', problems: [] });
  });
});
