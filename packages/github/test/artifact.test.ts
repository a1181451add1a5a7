import { expect, test } from 'vitest';
import { artifactName, uploadReport } from '@pawl/github';

test('outside a runner nothing is uploaded, and that is no problem', async () => {
  expect(await uploadReport({ name: 'x', files: [], folder: '/' }, { env: {} })).toEqual({ problems: [] });
});

test('a name has only what GitHub takes', () => {
  expect(artifactName('pawl eval-gate/a:b*c')).toBe('pawl eval-gate-a-b-c');
  expect(artifactName('')).toBe('pawl');
});
