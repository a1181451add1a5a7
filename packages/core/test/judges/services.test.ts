// Services that moderate and classify: nobody passes without one.
import { describe, expect, test } from 'vitest';
import { assertion, request, scored } from './judge-world.ts';

const config = { url: 'https://moderation.example/v1/moderations' };
const world = (body: unknown, status = 200) => ({ post: async () => ({ status, body }) });

describe('moderation', () => {
  const flagged = { results: [{ flagged: true, categories: { hate: true, violence: false } }] };
  test('passes what is not flagged, or not in the categories asked for', async () => {
    const asked = (value?: unknown) => request(assertion('moderation', { config, value }));
    expect(await scored(asked(), world({ results: [{ flagged: false }] }))).toMatchObject({ pass: true, score: 1 });
    expect(await scored(asked(), world(flagged))).toMatchObject({ pass: false, reason: 'Flagged: hate.' });
    expect(await scored(asked(['violence']), world(flagged))).toMatchObject({ pass: true });
  });
  test.each([
    ['no address', {}, world(flagged)],
    ['no results', config, world({ results: [] })],
    ['another shape', config, world({ ok: true })],
    ['an error', config, world(flagged, 500)],
    ['nobody there', config, { post: () => Promise.reject(new Error('refused')) }],
  ])('cannot tell with %s', async (_, settings, service) => {
    expect(await scored(request(assertion('moderation', { config: settings })), service)).toHaveProperty('failure');
  });
});

describe('classifier', () => {
  const labels = [
    [
      { label: 'toxic', score: 0.9 },
      { label: 'fine', score: 0.1 },
    ],
  ];
  test('compares the score of a label', async () => {
    const asked = (more: object) => request(assertion('classifier', { config, ...more }));
    expect(await scored(asked({ value: 'toxic', threshold: 0.8 }), world(labels))).toMatchObject({
      pass: true,
      score: 0.9,
    });
    const negated = await scored(asked({ value: 'toxic', threshold: 0.8, negated: true }), world(labels));
    expect(negated).toMatchObject({ pass: false });
    expect(await scored(asked({ threshold: 0.9 }), world(labels[0]))).toMatchObject({ pass: true });
    expect(await scored(asked({ value: 'rude' }), world(labels))).toHaveProperty('failure');
  });
});
