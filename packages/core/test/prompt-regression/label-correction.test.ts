// Judges corrected by what people say of some answers: shown beside the judge's own difference, and a pass that people
// contradict is none.
import { fakeProvider } from '@pawl/core/testing';
import { expect, test } from 'vitest';
import { evaluate } from './world.ts';

const path = 'triage.prompt.yml';
const ids = Array.from({ length: 200 }, (_, index) => `c${index}`);
const prompt = (words: string, slices = '') => `model: small
messages:
  - {role: user, content: "${words} {{id}}"}
testData:
${ids.map((id) => `  - {id: ${id}}`).join('\n')}
evaluators:
  - name: kind
    llm: {modelId: judge, prompt: "Is it kind? {{completion}}", choices: [{choice: "yes", score: 1}, {choice: "no", score: 0}]}
${slices}`;

const answerOf = (words: string, id: string): string => `${words} ${id}, dear`;

/** Finds everything kind but what the old prompt made of every tenth case. */
const judged = fakeProvider((request) => {
  const text = request.messages.map(({ content }) => String(content)).join(' ');
  if (request.model !== 'judge') return `${text}, dear`;
  return /old c\d*0, dear/.test(text) ? 'no' : 'yes';
});

/** People find the old answers kind, and every fourth of the new ones not. */
const label = (id: string, words: 'old' | 'new', author = 'human'): string => {
  const kind = words === 'old' || Number(id.slice(1)) % 4 !== 0;
  return JSON.stringify({
    caseId: id,
    output: answerOf(words, id),
    label: kind ? 'pass' : 'fail',
    author,
    at: '2026-01-31',
  });
};
const labelsOf = (count: number, author?: string): string =>
  ids
    .slice(0, count)
    .flatMap((id) => [label(id, 'old', author), label(id, 'new', author)])
    .join('\n');

const run = (labels: Readonly<Record<string, string>>, inputs: Record<string, string> = {}, before = 'old') =>
  evaluate({
    files: { [path]: prompt('new'), ...labels },
    commits: { base: { [path]: prompt(before) } },
    provider: judged,
    inputs: { prompt: path, baseline: 'base', 'base-url': 'http://model.example/v1', ...inputs },
  });

const texts = (report: object): string => JSON.stringify(report);

test('the judge says better, sixty labels say worse: the corrected difference stands beside it, and it is no pass', async () => {
  const { report, run: stored } = await run({ 'triage.labels.jsonl': labelsOf(60) });
  expect(stored?.metrics['accuracy']).toMatchObject({ value: 1, baseline: 0.9 });
  const corrected = stored?.metrics['corrected/kind'];
  expect(corrected?.difference).toBeCloseTo(-0.25, 1);
  expect(corrected?.interval?.[1]).toBeLessThan(0);
  expect(texts(report)).toContain('kind, corrected with 60 labels: −');
  expect(texts(report)).toContain('the judge alone says +10.0 pts. What people say contradicts a pass.');
  expect(report.verdict).toBe('inconclusive');
});

test('too few labels correct nothing, and the report says how many it takes', async () => {
  const { report, run: stored } = await run({ 'triage.labels.jsonl': labelsOf(12) });
  expect(stored?.metrics['corrected/kind']).toBeUndefined();
  expect(texts(report)).toContain(
    'kind, as judged, is not corrected by labels: it takes 30 cases whose answers differ and are both labelled by people, and there are 12 of 200.',
  );
  expect(report.verdict).toBe('pass');
});

test('labels by models are no labels of people', async () => {
  const { report } = await run({ 'triage.labels.jsonl': labelsOf(60, 'model') });
  expect(texts(report)).not.toContain('corrected');
});

test('where every answer is the same on both sides there is nothing to correct', async () => {
  const { report } = await run({ 'triage.labels.jsonl': labelsOf(60) }, {}, 'new');
  expect(texts(report)).toContain('all answers are the same on both sides');
});

test('a named label file must be right; of one beside the prompt mistakes are told', async () => {
  const named = await run({}, { labels: 'no.labels.jsonl' });
  expect(named.report.problems).toMatchObject([{ code: 'FILE_MISSING' }]);
  const wrong = await run({ 'other.jsonl': '{"caseId": "c1"}' }, { labels: 'other.jsonl' });
  expect(wrong.report).toMatchObject({ verdict: 'error', problems: [{ code: 'LABEL_INVALID', line: 1 }] });
  const beside = await run({ 'triage.labels.jsonl': 'no json' });
  expect(beside.report.verdict).toBe('pass');
  expect(beside.report.problems).toContainEqual(
    expect.objectContaining({ code: 'LABEL_INVALID', severity: 'warning' }),
  );
});

test('labels lie beside an *.eval.yml under its name, with or without "eval"', async () => {
  const evalYml = `name: kindness
prompt: ${path}
cases: [${ids.map((id) => `{id: ${id}, vars: {id: ${id}}}`).join(', ')}]
scorers: [{llm-rubric: It is kind., name: kind}]
judge: openai:chat:judge
`;
  const said = fakeProvider((request) => {
    const text = request.messages.map(({ content }) => String(content)).join(' ');
    if (request.model !== 'judge') return `${text}, dear`;
    const pass = !/old c\d*0, dear/.test(text);
    return JSON.stringify({ reason: 'so', pass, score: Number(pass) });
  });
  for (const name of ['kindness.labels.jsonl', 'kindness.eval.labels.jsonl']) {
    const { report } = await evaluate({
      files: { 'kindness.eval.yml': evalYml, [path]: prompt('new'), [name]: labelsOf(60) },
      commits: { base: { 'kindness.eval.yml': evalYml, [path]: prompt('old') } },
      provider: said,
      inputs: { prompt: 'kindness.eval.yml', baseline: 'base', 'base-url': 'http://model.example/v1' },
    });
    expect(texts(report.blocks)).toContain('kind, corrected with 60 labels');
  }
});

test('of several repeats the first one is corrected, for that is the answer with a label', async () => {
  const labels = { 'triage.labels.jsonl': labelsOf(60) };
  const [{ report, run: stored }, { run: once }] = [await run(labels, { repeats: '2' }), await run(labels)];
  expect(texts(report.blocks)).toContain('first repeats alone');
  expect(stored?.metrics['corrected/kind']).toEqual(once?.metrics['corrected/kind']);
});
