// A suite against its earlier self: columns pair by name, or by position where one is left on each side.
import { expect, test } from 'vitest';
import { fakeProvider } from '@pawl/core/testing';
import { evaluate, evaluateConfig } from './world.ts';

const path = 'promptfooconfig.yaml';
const tests = Array.from(
  { length: 40 },
  (_, n) => `  - vars: {n: ${n}}\n    assert: [{type: contains, value: right}]\n`,
);
const config = (prompts: string, providers: string) =>
  `prompts: ${prompts}\nproviders: ${providers}\ntests:\n${tests.join('')}`;
/** Right unless the prompt says "bad" and the number is odd. */
const model = () =>
  fakeProvider(({ text = '' }) => (text.includes('bad') && Number(/\d+/.exec(text)?.[0]) % 2 === 1 ? 'no' : 'right'));
const compare = (now: string, old: string, more: Record<string, string> = {}) =>
  evaluateConfig(now, {
    provider: model(),
    commits: { main: { [path]: old, ...more } },
    inputs: { baseline: 'main' },
  });

test('a changed prompt is the same column, and its loss fails', async () => {
  const { report, rows } = await compare(config("['bad {{n}}']", '[echo]'), config("['good {{n}}']", '[echo]'));

  expect(report).toMatchObject({
    verdict: 'fail',
    headline: '20 cases newly wrong, 0 newly right: accuracy 1.00 → 0.50',
    n: 40,
  });
  expect(report.blocks).toContainEqual({ type: 'text', text: 'Changed: prompt.' });
  expect(rows.filter(({ side }) => side === 'baseline')).toHaveLength(40);
});

test('columns that ask the same keep to their own transforms, on both sides', async () => {
  const providers = '[{id: echo, label: one, transform: one}, {id: echo, label: two, transform: two}]';
  const tagged =
    (tag: string) =>
    ({ output }: Readonly<Record<string, unknown>>) =>
      `${String(output)} ${tag}`;
  const suite = (prompt: string) => config(`['${prompt}']`, providers);
  const { rows } = await evaluateConfig(suite('{% if n == 1 %}now {% endif %}{{n}}'), {
    provider: model(),
    scripts: { one: tagged('one'), two: tagged('two') },
    commits: { main: { [path]: suite('{{n}}') } },
    inputs: { baseline: 'main' },
  });

  expect(rows).toHaveLength(160);
  expect(rows.filter(({ output, column }) => output !== `right ${column}`)).toEqual([]);
});

test('what was asked before is not asked again', async () => {
  const provider = model();
  const { report } = await evaluateConfig(config("['good {{n}}']", '[echo]'), {
    provider,
    commits: { main: { [path]: config("['good {{n}}']", '[echo]') } },
    inputs: { baseline: 'main' },
  });

  expect(report).toMatchObject({ verdict: 'pass', comparison: 'accuracy 1.00, all requests unchanged' });
  expect(provider.requests).toHaveLength(40);
});

test('columns pair by prompt and provider; a new one has no baseline, and one that is gone is told', async () => {
  const providers = '[{id: echo, label: a}, {id: echo, label: b}]';
  const { report } = await compare(
    config("['bad {{n}}', 'good {{n}}', 'fresh {{n}}']", providers),
    config("['good {{n}}']", '[{id: echo, label: a}, {id: echo, label: c}]'),
  );
  const [table] = report.blocks;

  // Of the providers b is c under a new name; of the prompts two are new, so neither is taken for the old one.
  expect(table?.type === 'table' && table.rows.map((row) => [row[0], row[2]])).toEqual([
    ['bad {{n}} · a', '–'],
    ['good {{n}} · a', '1.00'],
    ['fresh {{n}} · a', '–'],
    ['bad {{n}} · b', '–'],
    ['good {{n}} · b', '1.00'],
    ['fresh {{n}} · b', '–'],
  ]);
  const fewer = await compare(config("['good {{n}}']", '[echo]'), config("['good {{n}}', 'old {{n}}']", '[echo]'));
  expect(fewer.report.problems).toMatchObject([
    { code: 'COLUMN_GONE', severity: 'warning', message: expect.stringContaining('"old {{n}}"') },
  ]);
});

test('files that the old suite names are read from its commit', async () => {
  const { report } = await evaluateConfig(config('[file://prompt.txt]', '[echo]'), {
    provider: model(),
    files: { 'prompt.txt': 'bad {{n}}' },
    commits: { main: { [path]: config('[file://prompt.txt]', '[echo]'), 'prompt.txt': 'good {{n}}' } },
    inputs: { baseline: 'main' },
  });

  expect(report).toMatchObject({ verdict: 'fail', headline: expect.stringContaining('accuracy 1.00 → 0.50') });
});

test('an old suite that cannot be read is an error and never a first version', async () => {
  const { report, usage } = await compare(config("['good {{n}}']", '[echo]'), 'prompts: [\n');

  expect(report).toMatchObject({ verdict: 'error', headline: expect.stringContaining('cannot be evaluated') });
  expect(usage).toBe(false);
});

test('a run says which bytes it judged: those of the prompt that an *.eval.yml reads unchanged, and no others', async () => {
  const cases = `[${Array.from({ length: 40 }, (_, n) => `{id: c${n}, vars: {n: ${n}}}`).join(', ')}]`;
  const prompt = (name: string) => `model: small
messages: [{role: user, content: "${name} {{n}}"}]
`;
  const own = `testData: [${Array.from({ length: 40 }, (_, n) => `{id: c${n}, n: ${n}}`).join(', ')}]
evaluators: [{name: yes, string: {contains: right}}]
`;
  const suite = (more = '') =>
    `prompt: prompts/sort.prompt.yml\ncases: ${cases}\nscorers: [{contains: right}]\n${more}`;
  const run = async (file: string, more: { text?: string; inputs?: Record<string, string> } = {}) => {
    const { text = suite(), inputs = {} } = more;
    const files = {
      'sort.eval.yml': text,
      'prompts/sort.prompt.yml': `${prompt('sort')}${file.endsWith('prompt.yml') ? own : ''}`,
    };
    const { run: stored } = await evaluate({
      files,
      provider: model(),
      inputs: { prompt: file, threshold: '0.5', ...inputs },
    });
    return { digest: stored?.subject?.digest, rows: stored?.params['rows'] };
  };
  const judged = await run('prompts/sort.prompt.yml');
  expect(judged.digest).toMatch(/^sha256:/);

  expect(await run('sort.eval.yml')).toEqual(judged);
  expect(await run('sort.eval.yml', { inputs: { model: 'small' } })).toEqual(judged);
  const other = suite('provider: openai:chat:large\n');
  expect((await run('sort.eval.yml', { text: other })).digest).not.toBe(judged.digest);
  for (const file of ['sort.eval.yml', 'prompts/sort.prompt.yml'])
    expect((await run(file, { inputs: { model: 'large' } })).digest).not.toBe(judged.digest);
  expect(await run('sort.eval.yml', { inputs: { case: 'c1', 'min-cases': '1' } })).toEqual({
    ...judged,
    rows: 'inputs',
  });
});

test('cases that the baseline has and the suite has not any more are told, however well the others do', async () => {
  const named = (ids: readonly number[]) =>
    `prompts: ['good {{n}}']\nproviders: [echo]\ntests:\n${ids.map((n) => `  - {vars: {n: ${n}}, metadata: {id: c${n}}, assert: [{type: contains, value: right}]}\n`).join('')}`;
  const all = Array.from({ length: 47 }, (_, n) => n);
  const { report } = await compare(named(all.slice(0, 40)), named(all).replace('good', 'old'));
  expect(report.verdict).not.toBe('error');
  expect(report.problems).toMatchObject([
    {
      code: 'CASES_GONE',
      severity: 'warning',
      message: `7 of the baseline's 47 cases are not in the suite any more: "c40", "c41", "c42" and 4 more.`,
    },
  ]);
  const kept = await compare(named(all), named(all.slice(0, 40)).replace('good', 'old'));
  expect(kept.report.problems).toEqual([]);
});

test('another address, header or transform of the provider is a change, and said to be', async () => {
  const suite = (provider: string) => config("['{{n}}']", `[{id: 'openai:chat:m', ${provider}}]`);
  const before = suite("config: {apiBaseUrl: 'http://one.example/v1'}");
  for (const after of [
    "config: {apiBaseUrl: 'http://two.example/v1'}",
    "config: {apiBaseUrl: 'http://one.example/v1', headers: {x-route: b}}",
  ]) {
    const { report } = await compare(suite(after), before);
    expect(report.blocks).toContainEqual({ type: 'text', text: 'Changed: provider.' });
  }
});
