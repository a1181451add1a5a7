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

test('a judge that says nothing is told of, also where it decides nothing', async () => {
  const { report } = await evaluate({
    files: { 'triage.prompt.yml': prompt(label + judge) },
    provider: fakeProvider((request) => (request.model === 'judge' ? 'perhaps' : 'spam')),
    inputs: { prompt: 'triage.prompt.yml', baseline: 'none', 'base-url': 'http://model.example/v1' },
  });
  expect(report.verdict).toBe('pass');
  expect(report.problems).toContainEqual(
    expect.objectContaining({
      code: 'JUDGE_SILENT',
      severity: 'warning',
      message: expect.stringMatching(/^40 answers got no score of an advisory judge: .*gave no verdict/),
    }),
  );
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

test('the highest of scores that an uncertified judge’s is among has its standing, and leaves the verdict to the others', async () => {
  const suite = `prompts: ['one {{mail}}', 'two {{mail}}']
providers: ['openai:chat:small']
tests:
${Array.from({ length: 40 }, (_, index) => `  - vars: {mail: m${index}}\n    assert: [{type: contains, value: m${index}}, {type: llm-rubric, value: is it kind, provider: openai:chat:judge, metric: kind}, {type: max-score, metric: most}]`).join('\n')}
`;
  const { report, run: stored } = await evaluate({
    files: { 'suite.yaml': suite },
    provider: fakeProvider((request) =>
      request.model === 'judge'
        ? '{"pass": true, "score": 1, "reason": "it is"}'
        : request.messages.map(({ content }) => String(content)).join(' '),
    ),
    inputs: { prompt: 'suite.yaml', baseline: 'none', threshold: '0.5', 'base-url': 'http://model.example/v1' },
  });
  expect(report).toMatchObject({ verdict: 'pass' });
  expect(report.advisory).toBeUndefined();
  expect(Object.keys(stored?.uncertified ?? {}).toSorted()).toEqual(['score/kind', 'score/maxScore', 'score/most']);
});

const suiteOf = (scorers: string, more = '') => `name: triage
prompts: ['{{mail}}']
provider: openai:chat:small
cases:
${Array.from({ length: 40 }, (_, index) => `  - {id: c${index}, vars: {mail: m${index}}}`).join('\n')}
scorers:
${scorers}
judge: openai:chat:judge
${more}`;

const unkind = fakeProvider((request) =>
  request.model === 'judge'
    ? '{"pass": false, "score": 0, "reason": "no"}'
    : request.messages.map(({ content }) => String(content)).join(' '),
);
const evaluatedSuite = (suite: string, inputs: Readonly<Record<string, string>> = {}) =>
  evaluate({
    files: { 'triage.eval.yml': suite, 'old.eval.yml': suite.replace("'{{mail}}'", "'old {{mail}}'") },
    provider: unkind,
    inputs: { prompt: 'triage.eval.yml', 'base-url': 'http://model.example/v1', ...inputs },
  });

test('a number without weight decides no case, so the judge beside it is all there is', async () => {
  const scorers = '  - {contains: nowhere, weight: 0, name: looked-at}\n  - {llm-rubric: is it kind, name: kind}';
  const { report } = await evaluatedSuite(suiteOf(scorers), { baseline: 'none', threshold: '0.5' });
  expect(report).toMatchObject({ verdict: 'fail', advisory: true });
});

test('a case that no judge sees takes no part in whether judges decide', async () => {
  const suite = `prompts: ['{{mail}}']
providers: ['openai:chat:small']
tests:
${Array.from({ length: 40 }, (_, index) => `  - {vars: {mail: m${index}}, assert: [{type: contains, value: nowhere}, {type: llm-rubric, value: is it kind, provider: openai:chat:judge}]}`).join('\n')}
  - {vars: {mail: last}, assert: [{type: contains, value: nowhere, weight: 0}]}
`;
  const { report } = await evaluate({
    files: { 'suite.yaml': suite },
    provider: unkind,
    inputs: { prompt: 'suite.yaml', baseline: 'none', threshold: '0.5', 'base-url': 'http://model.example/v1' },
  });
  expect(report.verdict).toBe('fail');
  expect(report.advisory).toBeUndefined();
});

test('the highest of uncertified scores decides no more than they do', async () => {
  const { report } = await evaluatedSuite(
    suiteOf('  - {llm-rubric: is it kind, name: kind}\n  - max-score').replace(
      "['{{mail}}']",
      "['one {{mail}}', 'two {{mail}}']",
    ),
    { baseline: 'none', threshold: '0.5' },
  );
  expect(report.advisory).toBe(true);
});

test.each(['gating: [kind]', 'safety: [{score: kind, limit: 0.5}]'])(
  'a policy that gates by an uncertified judge settles nothing: %s',
  async (rule) => {
    const scorers = '  - {contains: m, name: form}\n  - {llm-rubric: is it kind, name: kind}';
    const { report } = await evaluatedSuite(suiteOf(scorers, `policy: {margin: 0.1, ${rule}}`), {
      baseline: 'old.eval.yml',
    });
    expect(report).toMatchObject({ verdict: 'inconclusive' });
    expect(report.findings[0]?.message).toContain(
      'Nothing is settled by "kind": a judge without a certificate scores it.',
    );
  },
);

test('a rule of the user’s that is told an uncertified judge’s score only reports', async () => {
  const suite = `prompts: ['{{mail}}']
providers: ['openai:chat:small']
defaultTest:
  assertScoringFunction: file://rule.js
  assert:
    - {type: contains, value: m, metric: form}
    - {type: llm-rubric, value: is it kind, provider: openai:chat:judge, metric: kind}
tests:
${Array.from({ length: 40 }, (_, index) => `  - vars: {mail: m${index}}`).join('\n')}
`;
  const { report } = await evaluate({
    files: { 'suite.yaml': suite, 'rule.js': 'module.exports = (scores) => …' },
    scripts: { 'rule.js': () => ({ pass: false, score: 0, reason: '' }) },
    provider: unkind,
    inputs: { prompt: 'suite.yaml', baseline: 'none', threshold: '0.5', 'base-url': 'http://model.example/v1' },
  });
  expect(report).toMatchObject({ verdict: 'fail', advisory: true });
});
