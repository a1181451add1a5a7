// What `pawl eval --format promptfoo` gives to scripts that people already have.
import { expect, test } from 'vitest';
import { PromptfooOutput } from '@pawl/core/prompt-regression';
import { fakeProvider } from '@pawl/core/testing';
import { evaluate, type WorldData, echo } from './world.ts';

interface Told {
  readonly failed: boolean;
  readonly results: readonly Readonly<Record<string, unknown>>[];
}

async function told(text: string, world: Partial<WorldData> = {}): Promise<Told> {
  const output = new PromptfooOutput();
  const config = 'promptfooconfig.yaml';
  await evaluate(
    {
      provider: echo(),
      ...world,
      files: { [config]: text, ...world.files },
      inputs: { prompt: config, baseline: 'none', ...world.inputs },
    },
    output,
  );
  const about = { runId: 'r', startedAt: 's', endedAt: 'e', durationMs: 1, sha256: () => `sha256:${'0'.repeat(64)}` };
  const { results } = output.json(about) as { readonly results: { readonly results: Told['results'] } };
  return { failed: output.failed, results: results.results };
}

test('a case whose prompt cannot be made is a row with an error, and the whole has failed', async () => {
  const { failed, results } = await told(
    "prompts: ['{{x}}']\nproviders: [echo]\ntests:\n" +
      "  - vars: {x: '{{ range.constructor(1) }}'}\n    assert: [{type: contains, value: a}]\n" +
      '  - vars: {x: plain}\n    assert: [{type: equals, value: plain}]\n',
  );

  expect(failed).toBe(true);
  expect(results).toMatchObject([
    { success: false, failureReason: 2, vars: { x: '{{ range.constructor(1) }}' }, testIdx: 0 },
    { success: true, failureReason: 0, testIdx: 1 },
  ]);
});

test('variables are told as they are written, and a chat without its layout', async () => {
  const { results } = await told(
    `prompts: ['[{"role": "user", "content": "{{text}}"}]']\nproviders: [echo]\ntests:\n` +
      "  - vars: {name: Ann, text: 'Hi {{name}}'}\n    assert: [{type: contains, value: Ann}]\n",
  );

  expect(results).toMatchObject([
    { vars: { name: 'Ann', text: 'Hi {{name}}' }, prompt: { raw: '[{"role":"user","content":"Hi Ann"}]' } },
  ]);
});

test('an answer that is a value is one for scripts and transforms, and JSON for texts', async () => {
  const provider = fakeProvider(() => '');
  provider.complete = async () => ({ text: '{"got":"a"}', json: true, reused: false });
  const { results } = await told(
    "prompts: ['{{x}}']\nproviders: [echo]\ntests:\n" +
      '  - vars: {x: a}\n    assert: [{type: javascript, value: got}, {type: contains, value: \'"got"\'}]\n' +
      '  - vars: {x: b}\n    options: {transform: member}\n    assert: [{type: equals, value: a}]\n',
    {
      provider,
      scripts: {
        got: ({ output }) => (output as { got?: string }).got === 'a',
        member: ({ output }) => (output as { got?: string }).got,
      },
    },
  );

  expect(results.map(({ success }) => success)).toEqual([true, true]);
});

test.each([
  ['the suite says how many are asked at a time', {}, 3],
  ['the user has the last word', { concurrency: '2' }, 2],
])('%s', async (_title, inputs, most) => {
  let open = 0;
  let seen = 0;
  const provider = fakeProvider(() => '');
  provider.complete = async () => {
    seen = Math.max(seen, ++open);
    await new Promise((resolve) => setImmediate(resolve));
    open -= 1;
    return { text: 'a', reused: false };
  };
  await told(
    "prompts: ['{{x}}']\nproviders: [echo]\nevaluateOptions: {maxConcurrency: 3}\ntests:\n" +
      "  - vars: {x: ['1', '2', '3', '4', '5', '6', '7', '8']}\n    assert: [{type: equals, value: a}]\n",
    { provider, inputs },
  );

  expect(seen).toBe(most);
});
