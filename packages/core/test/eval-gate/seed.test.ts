// Draws that nobody can choose: a seed one could try until it passes would be as many looks as there are seeds.
import { expect, test } from 'vitest';
import { evalGateInputs } from '@pawl/core/eval-gate';
import { gateWorld, rowsCsv } from './gate-world.ts';

const policy =
  'name: m\ntask: classification\ndata: { path: rows.csv, label: label }\nmetrics: { f1: { margin: 0.2 } }\n';
const files = { 'm.gate.yml': policy, 'rows.csv': rowsCsv(), 'new.onnx': '0.4', 'old.onnx': '0.5' };
const given = { candidate: 'new.onnx', baseline: 'old.onnx', policy: 'm.gate.yml' };

const ranWith = async (changed: Record<string, string>) => {
  const { run } = await gateWorld({ files: { ...files, ...changed } }).gate(given);
  return { seed: run?.params['seed'], f1: run?.metrics['f1'] };
};

test('no input chooses the seed', () => {
  expect(Object.keys(evalGateInputs)).not.toContain('seed');
});

test('a policy that is written otherwise draws the same, and the run says which draws they were', async () => {
  const [first, again] = [await ranWith({}), await ranWith({ 'm.gate.yml': `# another try\n${policy}` })];

  expect(first.seed).toEqual(expect.any(Number));
  expect(again).toEqual(first);
});

test('another candidate, which is another look, and other rows draw anew', async () => {
  const { seed } = await ranWith({});

  expect((await ranWith({ 'new.onnx': '0.40' })).seed).not.toBe(seed);
  expect((await ranWith({ 'rows.csv': `${files['rows.csv']}r200,1,0.5\n` })).seed).not.toBe(seed);
});
