// Python in a suite: what is read of it, what goes with it, and how it will be run.
import { expect, test } from 'vitest';
import type { Assertion, EvalSuite } from '../../src/formats/eval-suite.ts';
import type { ScriptRequest, ScriptRunner } from '../../src/ports/script-runner.ts';
import { importsOf } from '../../src/eval-suite/promptfoo/python-modules.ts';
import { readText } from './suite-folder.ts';

const read = (config: object, files: Record<string, string> = {}, more: Parameters<typeof readText>[1] = {}) =>
  readText(JSON.stringify({ prompts: ['{{x}}'], providers: ['echo'], tests: [{ vars: { x: 'a' } }], ...config }), {
    files,
    allowPython: true,
    ...more,
  });

const assertionsOf = (suite: EvalSuite | undefined): readonly Assertion[] =>
  (suite?.cases[0]?.assertions ?? []).filter((each) => each.kind === 'assertion');

const check =
  'from words import starts\nimport lists.deep as deep, os, json\ndef get_assert(output, context):\n    return True\n';

test.each([
  { where: 'a check written in place', tests: [{ assert: [{ type: 'python', value: 'True' }] }] },
  { where: 'a file of checks', tests: [{ assert: [{ type: 'not-python', value: 'file://a.py' }] }] },
  { where: 'tests', tests: 'file://a.py' },
  { where: 'a provider', providers: ['file://a.py'], tests: [{ vars: { x: 'a' } }] },
  { where: 'a variable', tests: [{ vars: { x: 'file://a.py' } }] },
])('Python that nobody allowed is refused once, and not run: $where', async ({ where: _where, ...config }) => {
  const { scripts, asked } = fakePython(() => ({}));
  const { value, problems } = await read(config, { 'a.py': 'x' }, { allowPython: false, scripts });

  expect(value).toBeUndefined();
  expect(problems.filter(({ code }) => code === 'PYTHON_NOT_ALLOWED')).toEqual([
    expect.objectContaining({ file: 'promptfooconfig.yaml', hint: expect.stringContaining('--allow-python') }),
  ]);
  expect(asked).toEqual([]);
});

test('a file of checks is read with what it imports from the repository, and all of it is noted', async () => {
  const { value, problems } = await read(
    {
      tests: [
        {
          assert: [
            { type: 'python', value: 'file://checks/a.py' },
            { type: 'not-python', value: 'file://checks/a.py:other' },
          ],
        },
      ],
    },
    {
      'checks/a.py': check,
      'checks/words.py': 'import more\n',
      'checks/more.py': 'import words\n',
      'checks/lists/__init__.py': '',
      'checks/lists/deep.py': 'from . import sibling\nfrom .. import outside\n',
      'checks/lists/sibling.py': '',
      'checks/unused.py': '',
      'os.py': '',
    },
  );

  expect(problems).toEqual([]);
  expect(assertionsOf(value).map(({ value: script, negated }) => [script, negated])).toEqual([
    [
      {
        kind: 'script-file',
        file: 'checks/a.py',
        export: 'get_assert',
        source: check,
        modules: ['lists', 'lists.deep', 'lists.sibling', 'more', 'words'].map((name) =>
          expect.objectContaining({ name }),
        ),
      },
      false,
    ],
    [expect.objectContaining({ file: 'checks/a.py', export: 'other' }), true],
  ]);
  expect(value?.inputs.map(({ path }) => path)).toEqual(
    [
      'promptfooconfig.yaml',
      'checks/a.py',
      'checks/lists/__init__.py',
      'checks/lists/deep.py',
      'checks/words.py',
      'checks/lists/sibling.py',
      'checks/more.py',
    ].toSorted(
      (a, b) =>
        (value?.inputs ?? []).findIndex(({ path }) => path === a) -
        (value?.inputs ?? []).findIndex(({ path }) => path === b),
    ),
  );
});

test.each([
  ['import a', '', ['a']],
  ['  import a.b as c, d # e', '', ['a', 'a.b', 'd']],
  ['from a import (\n  b,\n  c as d,\n)', '', ['a', 'a.b', 'a.c']],
  ['from a.b import \\\n  c', '', ['a', 'a.b', 'a.b.c']],
  ['from . import x', 'p.q', ['p', 'p.q', 'p.q.x']],
  ['from ..y import x', 'p.q', ['p', 'p.y', 'p.y.x']],
  ['from ...y import x', 'p', []],
  ['from . import x', '', []],
  ['from a import *', '', ['a']],
  ['x = 1; important = 2\n"import inside of a text"', '', []],
  ['import größe', '', ['größe']],
])('%j imports %j %j', (source, parent, names) => {
  expect(importsOf(source, parent)).toEqual(names);
});

test('a provider is a file, a function and its settings, in either spelling', async () => {
  const files = {
    'bots/answer.py': 'import util\n',
    'bots/util.py': '',
    'prices.yaml': 'a: 1\n',
    'words.txt': '{{x}}\n',
  };
  const config = {
    temperature: 0,
    deep: { prices: 'file://prices.yaml' },
    words: 'file://words.txt',
    env: { A: '{{env.A}}' },
  };
  const { value, problems } = await read(
    {
      providers: [
        'python:bots/answer.py',
        { id: 'file://bots/answer.py:ask', label: 'asks', config },
        { id: 'python:bots/answer.py:Bot.ask', env: { B: 'b' } },
      ],
    },
    files,
  );
  const script = {
    kind: 'script-file',
    file: 'bots/answer.py',
    source: 'import util\n',
    modules: [{ name: 'util', file: 'bots/util.py', source: '' }],
  };

  expect(problems).toEqual([]);
  expect(value?.providers.map(({ id, label, kind, config: read_ }) => ({ id, label, kind, config: read_ }))).toEqual([
    {
      id: 'python:bots/answer.py',
      label: 'python:bots/answer.py',
      kind: 'python',
      config: { script: { ...script, export: 'call_api' }, env: {}, settings: {} },
    },
    {
      id: 'file://bots/answer.py:ask',
      label: 'asks',
      kind: 'python',
      config: {
        script: { ...script, export: 'ask' },
        env: { A: '{{env.A}}' },
        settings: { temperature: 0, deep: { prices: { a: 1 } }, words: '{{x}}\n' },
      },
    },
    {
      id: 'python:bots/answer.py:Bot.ask',
      label: 'python:bots/answer.py:Bot.ask',
      kind: 'python',
      config: { script: { ...script, export: 'Bot.ask' }, env: { B: 'b' }, settings: {} },
    },
  ]);
});

test('transforms and scoring functions have the names that promptfoo looks for', async () => {
  const file = 'file://t.py';
  const { value, problems } = await read(
    {
      providers: [{ id: 'echo', transform: file }],
      tests: [
        {
          vars: { x: 'a' },
          options: { transform: `${file}:own`, transformVars: file },
          assertScoringFunction: file,
          assert: [{ type: 'contains', value: file, transform: file, contextTransform: file }],
        },
      ],
    },
    { 't.py': 'x\n' },
  );
  const called = (script: unknown) => (script as { export?: string }).export;
  const [item] = value?.cases ?? [];
  const [assertion] = assertionsOf(value);

  expect(problems).toEqual([]);
  expect([value?.providers[0]?.transform, item?.transform, item?.transformVars, item?.scoring].map(called)).toEqual([
    'get_transform',
    'own',
    'get_transform',
    'func',
  ]);
  expect([assertion?.value, assertion?.transform, assertion?.contextTransform].map(called)).toEqual([
    'get_assert',
    'get_transform',
    'get_transform',
  ]);
});

function fakePython(answer: (request: ScriptRequest) => unknown) {
  const asked: ScriptRequest[] = [];
  const scripts: ScriptRunner = {
    run: async (request) => {
      asked.push(structuredClone(request));
      const value = answer(request);
      return typeof value === 'string' ? { failure: value } : { value };
    },
    matches: async () => ({ failure: 'none' }),
    close: async () => undefined,
  };
  return { asked, scripts };
}

test('tests are made by a function, beside the suite and with what is allowed', async () => {
  const { asked, scripts } = fakePython(() => [{ vars: { x: 'made' }, assert: [{ type: 'equals', value: 'made' }] }]);
  const { value, problems } = await read(
    { tests: [{ path: 'file://make.py:all', config: { n: 2 } }, 'file://make.py'] },
    { 'suites/make.py': 'import os\n' },
    { scripts, path: 'suites/promptfooconfig.yaml', environment: { LIMIT: '5' } },
  );

  expect(problems).toEqual([]);
  expect(value?.cases.map(({ vars }) => vars)).toEqual([{ x: 'made' }, { x: 'made' }]);
  const program = { folder: 'suites', environment: { LIMIT: '5' } };
  const module = { file: 'suites/make.py', source: 'import os\n' };
  expect(asked).toEqual([
    { code: '', variables: {}, module: { ...module, export: 'all', args: [{ n: 2 }] }, program },
    { code: '', variables: {}, module: { ...module, export: 'generate_tests', args: [] }, program },
  ]);
});

test('a variable is what get_var gives of its name, the prompt and the others', async () => {
  const { asked, scripts } = fakePython(({ module }) => ({ output: ` of ${String(module?.args[0])}\n` }));
  const { value, problems } = await read(
    { tests: [{ vars: { x: 'file://vars.py', y: 1 } }] },
    { 'vars.py': '' },
    { scripts },
  );

  expect(problems).toEqual([]);
  expect(value?.cases[0]?.vars).toEqual({ x: 'of x', y: 1 });
  expect(asked[0]?.module).toMatchObject({ export: 'get_var', args: ['x', '{{x}}', { x: 'file://vars.py', y: 1 }] });
});

test.each([
  [
    { tests: 'file://make.py' },
    'raised ValueError: no (make.py:2)',
    'TESTS_UNSUPPORTED',
    /"make.py" failed: raised ValueError: no/,
  ],
  [{ tests: 'file://make.py' }, { a: 1 }, 'TESTS_UNSUPPORTED', /gave no list of tests/],
  [
    { tests: [{ vars: { x: 'file://make.py' } }] },
    { output: '' },
    'VARIABLE_UNSUPPORTED',
    /gave no \{"output": text\}/,
  ],
  [{ tests: [{ vars: { x: 'file://make.py' } }] }, { output: 5 }, 'VARIABLE_UNSUPPORTED', /gave no \{"output": text\}/],
  [{ tests: [{ vars: { x: 'file://make.py' } }] }, { error: 'bad' }, 'VARIABLE_UNSUPPORTED', /failed: bad/],
  [{ providers: ['python:../answer.py'] }, true, 'PATH_OUTSIDE', /leads out/],
  [{ providers: ['python:/etc/answer.py'] }, true, 'PATH_OUTSIDE', /leads out/],
  [{ providers: ['python:missing.py'] }, true, 'FILE_MISSING', /There is no file "missing.py"/],
  [{ providers: ['python:answer'] }, true, 'PROVIDER_UNSUPPORTED', /names no Python file/],
  [
    { providers: [{ id: 'python:make.py', config: { a: { b: 'file://make.py' } } }] },
    true,
    'PROVIDER_UNSUPPORTED',
    /"b" is made by a program/,
  ],
  [{ prompts: ['file://make.py'] }, true, 'PROMPT_UNSUPPORTED', /makes prompts/],
  [{ tests: [{ assert: [{ type: 'python', value: 'file://../a.py' }] }] }, true, 'PATH_OUTSIDE', /leads out/],
  [{ tests: [{ assert: [{ type: 'ruby', value: 'true' }] }] }, true, 'ASSERTION_UNSUPPORTED', /"ruby" are not run/],
])('%j with %j is refused: %s', async (config, given, code, message) => {
  const { value, problems } = await read(config, { 'make.py': 'x\n' }, { scripts: fakePython(() => given).scripts });

  expect(value).toBeUndefined();
  expect(problems).toEqual([expect.objectContaining({ code, message: expect.stringMatching(message), line: 1 })]);
});

test('a suite of our own has checks in Python too', async () => {
  const text =
    'prompt: p.md\nprovider: echo\ncases:\n  - vars: {x: a}\nscorers:\n  - python: len(output) > 2\n    name: long\n  - not-python: file://a.py\n';
  const { value, problems } = await readText(text, {
    path: 'a.eval.yml',
    allowPython: true,
    files: { 'p.md': '{{x}}', 'a.py': 'x' },
  });

  expect(problems).toEqual([]);
  expect(assertionsOf(value)).toMatchObject([
    { type: 'python', value: 'len(output) > 2', metric: 'long' },
    { type: 'python', negated: true, value: { file: 'a.py', export: 'get_assert' } },
  ]);
});

test('cells of a table name checks as promptfoo has them', async () => {
  const { value, problems } = await read(
    { tests: 'cases.csv' },
    { 'cases.csv': 'x,__expected1,__expected2\na,"python: len(output) > 1",file://a.py:own\n', 'a.py': 'x' },
  );

  expect(problems).toEqual([]);
  expect(assertionsOf(value)).toMatchObject([
    { type: 'python', value: 'len(output) > 1' },
    { type: 'python', value: { file: 'a.py', export: 'own' } },
  ]);
});
