// What a judge must have shown, and when a certificate is of another one.
import { createHash } from 'node:crypto';
import {
  decideCertificate,
  JudgeCertificate,
  judgeCertificateSchema,
  judgeStanding,
  readCertificates,
  rubricDigest,
} from '@pawl/core/judges';
import { fakeWorkspace } from '@pawl/core/testing';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { assertion } from './judge-world.ts';

const sha256 = (data: string | Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;
const rubric = assertion('llm-rubric', { value: 'is polite to {{name}}', threshold: 0.7 });
const identity = { assertion: rubric, model: 'judge-1' };
const good: JudgeCertificate = {
  schema: judgeCertificateSchema,
  judge: { type: 'llm-rubric', model: 'judge-1', rubric: rubricDigest(identity, sha256) },
  labels: { n: 60, human: 60, digest: sha256('') },
  agreement: { n: 60, observed: 0.9, kappa: 0.8, low: 0.6, high: 1 },
  sensitivity: 0.9,
  specificity: 0.9,
  selfConsistency: 0.98,
  repeats: 3,
  failures: 0,
  madeAt: '2026-01-01T00:00:00.000Z',
};
const now = '2026-02-28T12:00:00.000Z';

test('the published JSON Schema is what is checked', async () => {
  const schema = z.toJSONSchema(JudgeCertificate, { io: 'input' });
  await expect(`${JSON.stringify({ title: judgeCertificateSchema, ...schema }, undefined, 2)}\n`).toMatchFileSnapshot(
    new URL('../../../../fixtures/formats/judge-certificate/judge-certificate.schema.json', import.meta.url).pathname,
  );
  expect(JudgeCertificate.safeParse(good).success).toBe(true);
});

describe('a certificate', () => {
  test('that shows enough lets a judge gate', () => {
    expect(decideCertificate(good, now)).toEqual([]);
    expect(decideCertificate({ ...good, orderFlipRate: 0.2 }, '2026-04-01T23:59:00.000Z')).toEqual([]);
  });

  const weak: readonly (readonly [string, Partial<JudgeCertificate>, string])[] = [
    ['too few human labels', { labels: { ...good.labels, human: 49 } }, '49 of the 50'],
    ['labels of models alone', { labels: { ...good.labels, n: 900, human: 0 } }, '0 of the 50'],
    ['a low kappa', { agreement: { ...good.agreement, kappa: 0.59 } }, 'kappa 0.59'],
    ['a wide interval', { agreement: { ...good.agreement, low: 0.39 } }, 'from 0.39'],
    ['no kappa', { agreement: { ...good.agreement, kappa: null } }, 'same of everything'],
    ['a wavering judge', { selfConsistency: 0.94 }, 'self-consistency 0.94'],
    ['one asking alone', { selfConsistency: null }, 'self-consistency unknown'],
    ['a judge of places', { orderFlipRate: 0.21 }, 'order-flip'],
    ['silence', { failures: 0.03 }, 'no verdict'],
    ['the future', { madeAt: '2026-03-01T00:00:00.000Z' }, 'future'],
    ['age', { madeAt: '2025-11-29T00:00:00.000Z' }, '91 days'],
  ];
  test.each(weak)('with %s does not', (_, change, reason) => {
    expect(decideCertificate({ ...good, ...change }, now).join()).toContain(reason);
  });

  test('holds for exactly this judge and rubric', () => {
    const standing = (other: Partial<typeof identity>) =>
      judgeStanding({ ...identity, ...other }, [good], { now, sha256 });
    expect(standing({})).toMatchObject({ gating: true, reason: expect.stringContaining('kappa 0.80') });
    for (const other of [
      { model: 'judge-2' },
      { assertion: { ...rubric, value: 'is rude to {{name}}' } },
      { assertion: { ...rubric, threshold: 0.6 } },
      { assertion: { ...rubric, rubricPrompt: 'Is it? {{ output }}' } },
      { assertion: { ...rubric, provider: { id: 'j', kind: 'openai', config: { temperature: 1 } } } },
    ])
      expect(standing(other)).toMatchObject({ gating: false, reason: expect.stringContaining('advisory') });
    expect(standing({ assertion: { ...rubric, weight: 3, metric: 'manners' } })).toMatchObject({ gating: true });
    expect(standing({ assertion: assertion('contains', { value: 'x' }) })).toMatchObject({ gating: true });
  });

  test('is read beside its suite; what is none is told', async () => {
    const workspace = fakeWorkspace({
      'evals/mail.judge.json': JSON.stringify({ ...good, later: 1 }),
      'evals/bad.judge.json': '{"schema": "pawl.judge-certificate/2"}',
      'other/x.judge.json': 'x',
    });
    const read = await readCertificates(workspace, 'evals/mail.eval.yml');
    expect(read.value).toMatchObject([{ later: 1 }]);
    expect(read.problems).toMatchObject([{ code: 'CERTIFICATE_UNREADABLE', file: 'evals/bad.judge.json' }]);
    const named = await readCertificates(workspace, 'evals/mail.eval.yml', 'gone.judge.json');
    expect(named.value).toHaveLength(1);
    expect(named.problems).toContainEqual(expect.objectContaining({ code: 'CERTIFICATE_MISSING' }));
    const elsewhere = await readCertificates(workspace, 'suites/mail.eval.yml', 'evals/mail.judge.json');
    expect(elsewhere.value).toMatchObject([{ later: 1 }]);
  });
});
