// What an assertion asks for is looked at before anything is paid for.
import { expect, test } from 'vitest';
import { missingVariables, unknownAssertions } from '../../src/prompt-regression/check-suite.ts';
import { sideOf } from '../../src/prompt-regression/columns.ts';
import { knownAssertions } from '../../src/prompt-regression/scorer-tables.ts';
import { blindJudges, unusableJudges } from '../../src/prompt-regression/check-judges.ts';
import { unfilledAssertions, unusableAssertions } from '../../src/prompt-regression/check-values.ts';
import { echo, evaluate } from './world.ts';
import { readText } from '../eval-suite/suite-folder.ts';

const ours = async (scorers: string, cases = '{vars: {q: a, want: a}}, {vars: {q: b, want: b}}') =>
  (
    await readText(`prompt: "{{q}}"\nprovider: echo\ncases: [${cases}]\nscorers: [${scorers}]\n`, {
      path: 'a.eval.yml',
    })
  ).value!;

const theirs = async (assertion: string, { options = {}, more = '' } = {}) =>
  (
    await readText(
      `prompts: ["{{q}}"]\nproviders: [echo]\ntests:\n  - {vars: {q: a, want: a}, assert: [${assertion}]}\n${more}`,
      options,
    )
  ).value!;

test.each([
  '{not-equals: "{{wnat}}"}',
  '{levenshtein: "{{ wnat }}", threshold: 90}',
  '{llm-rubric: "It says {{wnat.text}}.", judge: echo}',
  '{contains-any: [x, "{{wnat | upper}}"]}',
  '{all: [{not-contains: "{{wnat}}"}]}',
])('%s asks for a variable that no case has', async (scorer) => {
  expect(unfilledAssertions(await ours(scorer))).toMatchObject([
    { code: 'VARIABLE_MISSING', severity: 'error', hint: 'Did you mean "want"?', file: 'a.eval.yml', line: 4 },
  ]);
});

test.each([
  'Pass if the answer says {{wnat}}.',
  'It says {{wnat}} or something like it.',
  'It is {{wnat}}, by default {{ want or wnat }}.',
  '{{ wnat ~ (other or want) }}',
])('a rubric %s has no condition on its variable', async (rubric) => {
  expect(unfilledAssertions(await ours(`{llm-rubric: "${rubric}", judge: echo}`))).toMatchObject([
    { code: 'VARIABLE_MISSING', severity: 'error', hint: 'Did you mean "want"?' },
  ]);
});

test('a long rubric of conditions in words is read at once', async () => {
  const words = 'if so, '.repeat(10_000);
  const variables = Array.from({ length: 20 }, (_, index) => `{{ other${index} or want }}`).join(' ');
  expect(
    unfilledAssertions(await ours(`{llm-rubric: "${words}{{wnat}} ${variables} ${words}", judge: echo}`)),
  ).toHaveLength(1);
});

test('the suite of another tool is refused as well, unless its verdicts are asked for', async () => {
  const assertion = '{type: not-equals, value: "{{wnat}}"}';
  expect(unfilledAssertions(await theirs(assertion))).toMatchObject([{ severity: 'error', line: 4 }]);
  expect(unfilledAssertions(await theirs(assertion, { options: { compat: 'promptfoo' } }))).toMatchObject([
    { severity: 'warning' },
  ]);
});

test.each([
  '{equals: "{{want}}"}',
  '{equals: "{{ other or want }}"}',
  '{equals: "{{ other | default(want) }}"}',
  '{equals: "{% if other is defined %}{{ other }}{% else %}{{ want }}{% endif %}"}',
  '{equals: "{% if q == want %}a{% elif other %}{{ other }}{% endif %}"}',
  '{equals: "{{ other.name if other else want }}"}',
  '{equals: "{% for other in [want] %}{{ other }}{% endfor %}"}',
  '{javascript: "const f = () => ({}); output !== f"}',
])('%s asks for nothing that is not there', async (scorer) => {
  expect(unfilledAssertions(await ours(scorer))).toEqual([]);
});

test('answers that are kept, and variables that scripts make, are none that are missing', async () => {
  const kept = await theirs('{type: equals, value: "{{first}}"}', {
    more: '  - {vars: {q: b}, options: {storeOutputAs: first}, assert: [{type: contains, value: b}]}\n',
  });
  const made = await theirs('{type: equals, value: "{{first}}"}', {
    more: 'defaultTest: {options: {transformVars: "({...vars, first: 1})"}}\n',
  });
  expect([...unfilledAssertions(kept), ...unfilledAssertions(made)]).toEqual([]);
});

test('a part of a suite may name what only another case has, and no answer that another case would keep', async () => {
  const first = async (second: string) => {
    const suite = await theirs('{type: not-equals, value: "{{best}}"}', { more: `  - ${second}\n` });
    return unfilledAssertions({ ...suite, cases: suite.cases.slice(0, 1) }, suite.cases);
  };
  expect(await first('{vars: {q: b, best: c}, assert: [{type: contains, value: b}]}')).toEqual([]);
  expect(
    await first('{metadata: {id: kept}, vars: {q: b}, options: {storeOutputAs: best}, assert: [{type: is-json}]}'),
  ).toMatchObject([
    {
      code: 'VARIABLE_MISSING',
      severity: 'error',
      message: expect.stringContaining('is the answer of case "kept", which is not chosen'),
      hint: 'Choose that case as well.',
    },
  ]);
});

test('choosing a case makes no mistake of a suite that has none', async () => {
  const files = {
    'a.eval.yml':
      'prompt: "{{q}}"\nprovider: {id: echo}\nscorers: [{not-equals: "{{bad}}"}]\ncases: [{id: one, vars: {q: a}}, {id: two, vars: {q: b, bad: c}}]\n',
  };
  for (const chosen of [{ case: 'one' }, { filter: 'one' }]) {
    const { report } = await evaluate({ files, provider: echo(), inputs: { prompt: 'a.eval.yml', ...chosen } });
    expect(report.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(report.problems).toContainEqual(
      expect.objectContaining({ code: 'VARIABLE_MISSING', message: expect.stringContaining('no value in case "one"') }),
    );
  }
});

test('a suite of our own is told which cases lack what others have', async () => {
  const cases = '{id: full, vars: {q: a, want: a}}, {id: bare, vars: {q: b}}';
  expect(unfilledAssertions(await ours('{not-equals: "{{want}}"}', cases))).toMatchObject([
    { severity: 'warning', message: expect.stringContaining('case "bare"') },
  ]);
});

test('a suite of our own is told which cases a prompt’s variable is missing in', async () => {
  const told = async (prompt: string) => {
    const text = `prompt: "${prompt}"\nprovider: echo\ncases: [{id: full, vars: {q: a, more: b}}, {id: bare, vars: {q: b}}]\nscorers: [is-json]\n`;
    const suite = (await readText(text, { path: 'a.eval.yml' })).value!;
    return missingVariables(sideOf(suite), suite.cases, () => undefined);
  };
  expect(await told('{{q}} {{more}}')).toMatchObject([
    {
      code: 'VARIABLE_MISSING',
      severity: 'warning',
      message: expect.stringContaining('"more" has no value in case "bare"'),
    },
  ]);
  expect(await told('{{q}}{% if more %} {{more}}{% endif %}')).toEqual([]);
  expect(await told("{{q}} {{ more or '' }}")).toEqual([]);
  expect(await told('If there is more, {{more}} says so: {{q}}')).toMatchObject([{ code: 'VARIABLE_MISSING' }]);
  const chat = (text: string) => JSON.stringify(JSON.stringify([{ role: 'user', content: text }])).slice(1, -1);
  expect(await told(chat('{{q}} {{ more or "" }}'))).toEqual([]);
  expect(await told(chat('{{q}} if {{more}}'))).toMatchObject([{ code: 'VARIABLE_MISSING' }]);
});

test.each([
  ['{regex: "["}', 'is no regular expression'],
  ['{is-json: {type: objct}}', 'the schema has a wrong value for "type"'],
  ['latency', '"latency" has no threshold'],
  ['{contains-any: []}', 'at least one text'],
  ['{not-word-count: many}', '"word-count" needs a number'],
  ['{pii: {kinds: [email]}}', '"pii" has no setting "kinds"'],
  ['{format: {maxLengt: 5}}', '"format" has no rule "maxLengt"'],
])('%s can judge no answer', async (scorer, why) => {
  expect(await unusableAssertions(await ours(scorer))).toMatchObject([
    { code: 'ASSERTION_UNUSABLE', severity: 'error', message: expect.stringContaining(why), line: 4 },
  ]);
});

test.each(['^(\\w+\\s*)+$', '(a|aa)+|hello', '(x+x+)+y'])(
  'the pattern %s needs the sandbox, and is a pattern',
  async (pattern) => {
    expect(await unusableAssertions(await ours(`{regex: '${pattern}'}, {not-regex: '${pattern}'}`))).toEqual([]);
  },
);

test('what a judge is told by names no variable that nobody has, and shows the answer', async () => {
  const rubric = (text: string) => ours(`{llm-rubric: kind, judge: echo, rubric: "${text}"}`);

  expect(unfilledAssertions(await rubric('Is {{ouput}} {{rubric}}?'))).toMatchObject([
    { code: 'VARIABLE_MISSING', severity: 'error', hint: 'Did you mean "output"?' },
  ]);
  expect(blindJudges(await rubric('Is {{ouput}} {{rubric}}?'))).toMatchObject([
    { code: 'JUDGE_BLIND', severity: 'warning', line: 4 },
  ]);
  const sound = await rubric('Is {{ output }} {{rubric}} for {{want}}?');
  expect([...unfilledAssertions(sound), ...blindJudges(sound)]).toEqual([]);
  expect(blindJudges(await ours('{llm-rubric: kind, judge: echo}'))).toEqual([]);
});

const ghModels = async (evaluator: string, options = {}) =>
  (
    await readText(
      `model: m\nmessages: [{role: user, content: "{{q}}"}]\ntestData: [{q: a, want: a}, {q: b}]\nevaluators: [${evaluator}]\n`,
      { path: 'a.prompt.yml', ...options },
    )
  ).value!;
const judging = (prompt: string, choices = '{choice: a, score: 1}, {choice: b, score: 0}') =>
  `{name: e, llm: {modelId: j, prompt: "${prompt}", choices: [${choices}]}}`;

test.each([
  [judging('{{completion}} {{wnat}}'), { code: 'VARIABLE_MISSING', severity: 'error', hint: 'Did you mean "want"?' }],
  [judging('{{completion}} {{want}}'), { message: expect.stringContaining('has no value in case "#2"') }],
  ['{name: e, uses: github/similarity}', { message: expect.stringContaining('"expected" of evaluator "e"') }],
  [judging('{{completion}}', ''), { code: 'ASSERTION_UNUSABLE', severity: 'error' }],
  [judging('{{completion}}', '{choice: a, score: 1}'), { code: 'EVALUATOR_VACUOUS', severity: 'warning' }],
])('%s is told of before a judge is asked', async (evaluator, problem) => {
  expect(unusableJudges(await ghModels(evaluator))).toMatchObject([{ line: 4, ...problem }]);
});

test('what a judge can be asked is not complained of', async () => {
  expect(unusableJudges(await ghModels(judging('{{ completion }} {{q}}')))).toEqual([]);
  expect(unusableJudges(await ghModels('{name: e, uses: github/coherence}'))).toEqual([]);
  expect(unusableJudges(await ghModels(judging('{{wnat}}'), { compat: 'gh-models' }))).toEqual([]);
});

test('a mistyped built-in evaluator is told with the right name', async () => {
  const suite = await ghModels('{name: e, uses: github/similarty}');
  expect(unknownAssertions(suite, knownAssertions(suite.dialect))).toMatchObject([
    { code: 'UNKNOWN_ASSERTION', hint: 'Did you mean "github/similarity"?' },
  ]);
});

test('what can be judged is not complained of, and neither is what only a case can tell', async () => {
  const scorers = [
    '{regex: "^a"}',
    'is-json',
    '{latency: null, threshold: 5}',
    '{contains: "{{want}}"}',
    '{cost: null, threshold: 1}',
    '{pii: [email-address]}',
    '{format: {maxLength: 5}}',
  ];
  expect(await unusableAssertions(await ours(scorers.join(', ')))).toEqual([]);
});
