// Judges that nobody certified are shown and do not decide.
import { expect, test } from 'vitest';
import { fakeProvider } from '@pawl/core/testing';
import { evaluate } from './world.ts';

const cases = Array.from(
  { length: 40 },
  (_, index) => `  - {id: c${index}, input: "mail ${index}", expected: spam}`,
).join('\n');

const prompt = (evaluators: string): string => `model: small
messages:
  - {role: user, content: "{{input}}"}
testData:
${cases}
evaluators:
${evaluators}
x-pawl: {threshold: 0.5}
`;

const label = '  - {name: label, string: {equals: "{{expected}}"}}\n';
const judge =
  '  - name: kind\n    llm: {modelId: judge, prompt: "Is it kind? {{completion}}", choices: [{choice: "yes", score: 1}, {choice: "no", score: 0}]}\n';

/** Every mail is spam, and the judge finds every answer unkind. */
const model = fakeProvider((request) => (request.model === 'judge' ? 'no' : 'spam'));

const evaluated = (evaluators: string) =>
  evaluate({
    files: { 'triage.prompt.yml': prompt(evaluators) },
    provider: model,
    inputs: { prompt: 'triage.prompt.yml', baseline: 'none', 'base-url': 'http://model.example/v1' },
  });

test('beside other evaluators an uncertified judge changes no verdict, and its scores are kept', async () => {
  const { report, run: stored } = await evaluated(label + judge);
  expect(report.verdict).toBe('pass');
  expect(report.advisory).toBeUndefined();
  expect(report.problems).toContainEqual(expect.objectContaining({ code: 'JUDGE_ADVISORY', severity: 'warning' }));
  expect(stored?.metrics['accuracy']?.value).toBe(1);
  expect(stored?.metrics['score/kind']?.value).toBe(0);
});

test('where nothing else judges, the run reports what the judge says and never fails', async () => {
  const { report } = await evaluated(judge);
  expect(report).toMatchObject({ verdict: 'fail', advisory: true });
});

test('without judges nobody is asked for a certificate', async () => {
  const { report } = await evaluated(label);
  expect(report.problems).toEqual([]);
});
