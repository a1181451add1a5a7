import { describe, expect, test } from 'vitest';
import { checkStructure, importsOf, type SourceFile } from '../src/structure.ts';

const features = ['data-validation', 'drift-report', 'prompt-regression', 'eval-gate', 'deploy'];
const sound: readonly SourceFile[] = features.flatMap((slug) => [
  { path: `actions/${slug}/src/main.ts`, text: '' },
  { path: `packages/core/src/${slug}/index.ts`, text: '' },
]);
const lawsOf = (...files: readonly SourceFile[]): readonly string[] =>
  checkStructure([...sound, ...files]).map(({ path, line, law }) => `${path}:${line}: ${law}`);

test('a sound tree breaks no law', () => {
  expect(lawsOf()).toEqual([]);
});

test('imports are found however they are written, and not in comments', () => {
  const text = `// import { x } from './comment.ts';
import type { A } from './a.ts';
import {
  b,
} from './b.ts';
export { c } from './c.ts';
const d = await import('./d.ts');
import './e.ts';
/* from './f.ts' */
`;
  expect(importsOf({ path: 'x.ts', text }).map(({ from, line }) => `${from}:${line}`)).toEqual([
    './a.ts:2',
    './b.ts:5',
    './c.ts:6',
    './d.ts:7',
    './e.ts:8',
  ]);
});

describe('inside core', () => {
  test.each([
    ['formats', '../ports/store.ts', 'core/formats must not import core/ports'],
    ['statistics', '../ports/store.ts', 'core/statistics must not import core/ports'],
    ['report', '../statistics/index.ts', 'core/report must not import core/statistics'],
    ['report', '../eval-gate/index.ts', 'core/report must not import core/eval-gate'],
    ['eval-gate', '../drift-report/index.ts', 'core/eval-gate must not import core/drift-report'],
    ['ports', '@pawl/core/deploy', 'core/ports must not import core/deploy'],
    ['eval-gate', '@pawl/core', 'core/eval-gate must not import core/index'],
  ])('%s must not import %s', (folder, from, law) => {
    const path = `packages/core/src/${folder}/x.ts`;
    expect(lawsOf({ path, text: `import { y } from '${from}';\n` })).toEqual([`${path}:1: ${law}`]);
  });

  test('formats may use the types of ports, and nothing of theirs that runs', () => {
    expect(
      lawsOf({ path: 'packages/core/src/formats/x.ts', text: "import type { A } from '../ports/store.ts';\n" }),
    ).toEqual([]);
  });

  test('a feature may use formats, ports, statistics and its own files', () => {
    const text = ['../formats/run.ts', '../ports/store.ts', '../statistics/index.ts', './decide.ts', 'zod/mini']
      .map((from) => `import { y } from '${from}';`)
      .join('\n');
    expect(lawsOf({ path: 'packages/core/src/deploy/x.ts', text })).toEqual([]);
  });
});

test('the editor and the actions toolkit are known in their own places only', () => {
  const vscode = "import * as vscode from 'vscode';\n";
  const toolkit = "const { getOctokit } = await import('@actions/github');\n";
  expect(
    lawsOf({ path: 'extension/src/vscode/tree.ts', text: vscode }, { path: 'packages/github/src/x.ts', text: toolkit }),
  ).toEqual([]);
  expect(
    lawsOf({ path: 'extension/src/runs/tree.ts', text: vscode }, { path: 'packages/wiring/src/x.ts', text: toolkit }),
  ).toEqual([
    'extension/src/runs/tree.ts:1: only extension/src/vscode and extension.ts know the editor',
    'packages/wiring/src/x.ts:1: only action-kit and github speak to GitHub',
  ]);
});

test('long files, files without a header and names that say nothing are told', () => {
  expect(lawsOf({ path: 'packages/git/src/x.ts', text: `// x\n${'y();\n'.repeat(300)}` })).toEqual([
    'packages/git/src/x.ts:301: a file has 300 lines at most',
  ]);
  expect(lawsOf({ path: 'packages/git/src/x.ts', text: 'y();\n'.repeat(60) })).toEqual([
    'packages/git/src/x.ts:1: a file opens with a comment that says what it is and why',
  ]);
  expect(lawsOf({ path: 'packages/git/src/utils.ts', text: '' })).toEqual([
    'packages/git/src/utils.ts:1: "utils.ts" says nothing: name the thing',
  ]);
});

test('words that must not be in the tree are told with their line', () => {
  const text = [
    '// fine',
    `const a = '/${'work'}/main/x';`,
    `// ${'TO'}DO later`,
    `test.${'only'}('x')`,
    `const url = 'https://registry.${'npmjs'}.org';`,
  ].join('\n');
  expect(lawsOf({ path: 'packages/git/test/x.test.ts', text }).map((law) => law.split(':')[1])).toEqual([
    '2',
    '3',
    '4',
    '5',
  ]);
});

test('a feature is spelled the same in core and in actions', () => {
  expect(
    lawsOf({ path: 'actions/evals/src/main.ts', text: '' }, { path: 'packages/core/src/utils/x.ts', text: '' }),
  ).toEqual([
    'actions/evals:1: an action is named as its feature',
    'packages/core/src/utils:1: core has its known folders and one for each feature',
  ]);
  const without = sound.filter(({ path }) => !path.startsWith('actions/deploy'));
  expect(checkStructure(without).map(({ path }) => path)).toEqual(['actions/deploy']);
});
