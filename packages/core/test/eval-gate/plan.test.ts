import { expect, test } from 'vitest';
import { planFeatures } from '../../src/eval-gate/plan.ts';

const source = {
  file: 'data.parquet',
  label: 'late',
  columns: ['id', 'late', 'hour', 'distance', 'origin'].map((name) => ({ name, type: 'DOUBLE' })),
};
const signature = {
  inputs: [
    { name: 'hour', type: 'float32' as const, width: 1 },
    { name: 'origin', type: 'string' as const, width: 1 },
  ],
  outputs: ['probabilities'],
};
const wide = { inputs: [{ name: 'X', type: 'float32' as const, width: 2 }], outputs: ['probabilities'] };

test('inputs read the columns of their own names, numbers or text as the model wants', () => {
  expect(planFeatures(undefined, signature, source).value).toEqual([
    { input: 'hour', columns: ['hour'], type: 'number' },
    { input: 'origin', columns: ['origin'], type: 'text' },
  ]);
});

test('a list of columns feeds the only input of a model', () => {
  expect(planFeatures(['hour', 'distance'], wide, source).value).toEqual([
    { input: 'X', columns: ['hour', 'distance'], type: 'number' },
  ]);
});

test('too few columns for an input are a problem that says how many it takes', () => {
  expect(planFeatures(['hour'], wide, source).problems[0]?.message).toBe(
    'The model\'s input "X" takes 2 features; 1 are mapped.',
  );
});

test('a column that is not there is a problem with the nearest name', () => {
  const { value, problems } = planFeatures({ hour: 'hours' }, signature, source);

  expect(value).toBeUndefined();
  expect(problems).toMatchObject([
    { code: 'GATE_FEATURE_MISSING', hint: expect.stringContaining('Did you mean "hour"?') },
  ]);
});

test('an input that the model does not have is a problem', () => {
  expect(planFeatures({ ours: 'hour' }, signature, source).problems).toMatchObject([{ code: 'GATE_FEATURES' }]);
});

test('the label among the features is an error: such a model is not run', () => {
  const plan = planFeatures({ hour: 'late' }, signature, source);

  expect(plan.value).toBeUndefined();
  expect(plan.problems).toMatchObject([{ code: 'GATE_LABEL_LEAK', severity: 'error' }]);
});
