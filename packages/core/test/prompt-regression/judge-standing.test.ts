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
  // Whoever reads the record later must know whose word a score is.
  expect(stored?.uncertified).toEqual({ 'score/kind': expect.stringContaining('it has no certificate') });
});

test('where nothing else judges, the run reports what the judge says and never fails', async () => {
  const { report, run: stored } = await evaluated(judge);
  expect(report).toMatchObject({ verdict: 'fail', advisory: true });
  expect(Object.keys(stored?.uncertified ?? {}).toSorted()).toEqual(['pass-rate', 'score', 'score/kind']);
});

test('without judges nobody is asked for a certificate', async () => {
  const { report, run: stored } = await evaluated(label);
  expect(report.problems).toEqual([]);
  expect(stored?.uncertified).toEqual({});
});

test('an uncertified judge that chooses the best column is shown, and decides nothing', async () => {
  const suite = `prompts: ['one {{mail}}', 'two {{mail}}']
providers: ['openai:chat:small']
tests:
${Array.from({ length: 40 }, (_, index) => `  - vars: {mail: m${index}}\n    assert: [{type: contains, value: m${index}}, {type: select-best, value: the kinder one, provider: openai:chat:judge, metric: best}]`).join('\n')}
`;
  const { report, run: stored } = await evaluate({
    files: { 'suite.yaml': suite },
    provider: fakeProvider((request) => {
      const text = request.messages.map(({ content }) => String(content)).join(' ');
      if (request.model !== 'judge') return text;
      return /begin answer 0>>>\none/.test(text) ? '0' : '1';
    }),
    inputs: { prompt: 'suite.yaml', baseline: 'none', threshold: '0.5', 'base-url': 'http://model.example/v1' },
  });
  // The second column loses every time; its other assertions hold, and so it passes.
  expect(report.verdict).toBe('pass');
  expect(report.advisory).toBeUndefined();
  expect(report.problems).toContainEqual(expect.objectContaining({ code: 'JUDGE_ADVISORY' }));
  const metrics = Object.entries(stored?.metrics ?? {});
  const value = (start: string): readonly (number | null)[] =>
    metrics.filter(([name]) => name.startsWith(start)).map(([, metric]) => metric.value);
  expect(value('accuracy')).toEqual([1, 1]);
  // Of the first column it is the accuracy over again, and not said twice.
  expect(value('score/best')).toEqual([0]);
  expect(Object.keys(stored?.uncertified ?? {})).toEqual(['score/best']);
});

test('with compat gh-models a judge of .prompt.yml is read as that tool did', async () => {
  const files = { 'triage.prompt.yml': prompt(judge) };
  const wordy = fakeProvider((request) => (request.model === 'judge' ? 'Yes, or rather no idea' : 'spam'));
  const inputs = { prompt: 'triage.prompt.yml', baseline: 'none', 'base-url': 'http://model.example/v1' };
  const own = await evaluate({ files, provider: wordy, inputs });
  expect(own.report.verdict).toBe('error');
  const theirs = await evaluate({ files, provider: wordy, inputs: { ...inputs, compat: 'gh-models' } });
  expect(theirs.report.verdict).toBe('pass');
});

test('what takes an uncertified judge’s score in has its standing: a rule over all scores, the highest of them', async () => {
  const suite = `prompts: ['one {{mail}}', 'two {{mail}}']
providers: ['openai:chat:small']
tests:
${Array.from({ length: 40 }, (_, index) => `  - vars: {mail: m${index}}\n    assert: [{type: contains, value: m${index}}, {type: llm-rubric, value: is it kind, provider: openai:chat:judge, metric: kind}, {type: max-score, metric: most}]`).join('\n')}
`;
  const { run: stored } = await evaluate({
    files: { 'suite.yaml': suite },
    provider: fakeProvider((request) =>
      request.model === 'judge'
        ? '{"pass": true, "score": 1, "reason": "it is"}'
        : request.messages.map(({ content }) => String(content)).join(' '),
    ),
    inputs: { prompt: 'suite.yaml', baseline: 'none', threshold: '0.5', 'base-url': 'http://model.example/v1' },
  });
  expect(Object.keys(stored?.uncertified ?? {}).toSorted()).toEqual([
    'pass-rate',
    'score',
    'score/kind',
    'score/maxScore',
    'score/most',
  ]);
});
