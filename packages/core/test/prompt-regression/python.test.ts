// Python on its way to the interpreter: which variables its code had, where it runs, and what its failures are called.
import { expect, test } from 'vitest';
import type { Assertion } from '../../src/formats/eval-suite.ts';
import { AssertionValues } from '../../src/prompt-regression/assertion-values.ts';
import { runScript } from '../../src/prompt-regression/run-script.ts';
import {
  folderOf,
  inPlaceOfVariable,
  isPython,
  withProgram,
  type ScriptRequest,
  type ScriptRunner,
} from '../../src/ports/script-runner.ts';

const assertion = (type: string, value: unknown): Assertion => ({
  kind: 'assertion',
  type,
  value,
  negated: false,
  weight: 1,
  place: { file: 'a.yaml' },
});

const fill = (type: string, value: unknown, vars: Readonly<Record<string, unknown>>) => {
  const filled = new AssertionValues('jinja', true).fill(assertion(type, value), vars);
  return 'value' in filled ? [filled.value.value, filled.value.shape] : filled.failure;
};

test('code that variables were put in goes with what it is without them', () => {
  const evil = '\' or __import__("os")';

  expect(fill('python', "'{{ x | upper }}' in output and len(output) > {{n}}", { x: evil, n: 3 })).toEqual([
    `'${evil.toUpperCase()}' in output and len(output) > 3`,
    `'${inPlaceOfVariable}' in output and len(output) > ${inPlaceOfVariable}`,
  ]);
  expect(fill('python', "{% raw %}f'{{output}}'{% endraw %} == '{{x}}'", { x: 'a' })).toEqual([
    "f'{{output}}' == 'a'",
    `f'{{output}}' == '${inPlaceOfVariable}'`,
  ]);
  expect(fill('python', 'len(output) > 3', { x: 1 })).toEqual(['len(output) > 3', undefined]);
  expect(fill('javascript', "'{{x}}' === output", { x: 'a' })).toEqual(["'a' === output", undefined]);
});

function fakeScripts() {
  const asked: ScriptRequest[] = [];
  const scripts: ScriptRunner = {
    run: async (request) => {
      asked.push(request);
      return { failure: 'raised KeyError' };
    },
    matches: async () => ({ failure: 'none' }),
    close: async () => undefined,
  };
  return { asked, scripts };
}

const place = { file: 'promptfooconfig.yaml', line: 9 };

test('a failure of a Python file names the line that asks for it', async () => {
  const { scripts } = fakeScripts();
  const failure = async (file: string) =>
    runScript(scripts, { kind: 'script-file', file, source: '' }, { output: 1 }, place);

  expect(await failure('t.py')).toMatchObject({ failure: 't.py (promptfooconfig.yaml:9) failed: raised KeyError' });
  expect(await failure('t.js')).toMatchObject({ failure: 't.js failed: raised KeyError' });
  expect(await failure('t.rb')).toMatchObject({ failure: 't.rb is no JavaScript' });
});

test('only Python is given a place to run in', async () => {
  const { asked, scripts } = fakeScripts();
  const program = { folder: 'suites', environment: { A: 'a' } };
  const inside = withProgram(scripts, program);
  const module = { source: '', file: 'a.py', args: [] };
  const own = { folder: 'own', environment: {} };
  await inside.run({ code: '', variables: {}, module });
  await inside.run({ code: '', variables: {}, module, program: own });
  await inside.run({ code: '1', variables: {}, python: { name: 'x' } });
  await inside.run({ code: '1', variables: {} });
  await inside.run({ code: '', variables: {}, module: { ...module, file: 'a.js' } });

  expect(asked.map((each) => each.program)).toEqual([program, own, program, undefined, undefined]);
  expect(asked.map(isPython)).toEqual([true, true, true, false, false]);
  expect(['a.yaml', 'a/b/c.yaml'].map(folderOf)).toEqual(['.', 'a/b']);
});
