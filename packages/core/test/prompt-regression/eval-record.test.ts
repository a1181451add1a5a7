import { checkPrompts } from '@pawl/core/prompt-regression';
import { fakeContext, fakeWorkspace } from '@pawl/core/testing';
import { expect, test } from 'vitest';
import { echo, fakeHistory, fakeRegistry, readWorldInputs } from './world.ts';

const suite = `prompts: ["Say {{text}}"]
providers: [echo]
tests: [{vars: {text: spam}, assert: [{type: contains, value: spam}]}]
`;

test('record and lines of cases are made when somebody reads them, once, and end when the judging did', async () => {
  const digested: string[] = [];
  let now = 'then';
  const outcome = await checkPrompts(
    readWorldInputs({ prompt: 'promptfooconfig.yaml', baseline: 'none' }),
    {
      workspace: fakeWorkspace({ 'promptfooconfig.yaml': suite }),
      history: fakeHistory({ files: {} }),
      registry: fakeRegistry(),
      openProvider: async () => ({ value: echo(), problems: [] }),
    },
    fakeContext({
      endedAt: () => now,
      sha256: (data) => {
        digested.push(String(data));
        return 'sha256:0';
      },
    }),
  );
  expect(digested.some((text) => text.includes('"text":"Say spam"'))).toBe(false);

  now = 'later';
  const { run } = outcome;
  expect(run?.endedAt).toBe('then');
  expect(digested.filter((text) => text.includes('"text":"Say spam"'))).toHaveLength(1);
  expect(outcome.run).toBe(run);
  expect({ ...outcome }).toMatchObject({ run, results: { 'cases.jsonl': expect.stringContaining('"pass":1') } });
  expect(digested.filter((text) => text.includes('"text":"Say spam"'))).toHaveLength(1);
});
