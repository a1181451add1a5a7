import { checkStatement, GateStatement, preAuthenticationEncoding, statementOf } from '@pawl/core/attestation';
import type { Run } from '@pawl/core';
import { expect, test } from 'vitest';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const run: Run = {
  schema: 'pawl.run/1',
  id: '01KAB3000000000000000000AA',
  kind: 'eval-gate',
  name: 'flight-delay',
  verdict: 'pass',
  headline: 'log-loss 0.452 → 0.441, no slice worse',
  startedAt: '2026-11-21T10:00:00Z',
  origin: { commit: 'c'.repeat(40), url: 'https://github.com/a/b/actions/runs/1' },
  subject: { name: 'flight-delay', digest: digest('a') },
  baseline: { source: 'label', name: 'flight-delay', version: 'v1.2.0' },
  inputs: [
    { role: 'policy', path: 'flight.gate.yml', digest: digest('b') },
    { role: 'model', path: 'models/flight.onnx', digest: digest('a') },
    { role: 'model', path: 'models/flight.onnx of v1.2.0', digest: digest('d'), side: 'baseline' },
    { role: 'data', path: 'data/test.parquet', digest: digest('e') },
  ],
  params: {},
  metrics: {
    'log-loss': { value: 0.441, verdict: 'pass' },
    recall: { value: 0.5, verdict: 'inconclusive' },
    f1: { value: 0.4 },
  },
  results: {},
};
const statement = statementOf(run).value!;

test('a passing gate becomes an in-toto test result on the very bytes it judged', async () => {
  await expect(`${JSON.stringify(statement, null, 2)}\n`).toMatchFileSnapshot('statement.txt');
  expect(GateStatement.safeParse(statement).error).toBeUndefined();
});

test.each(['fail', 'inconclusive', 'error'] as const)(
  '%s is attested as FAILED: could not tell is no pass',
  (verdict) => {
    expect(statementOf({ ...run, verdict }).value?.predicate.result).toBe('FAILED');
  },
);

test.each([
  ['judged nothing', { subject: undefined }],
  ['came through a fork', { origin: { trust: 'fork' } }],
  ['was advisory', { advisory: true }],
  ['made of inputs', { params: { policy: 'inputs' } }],
  ['the digest "md5:1"', { subject: { name: 'm', digest: 'md5:1' } }],
] as const)('a run that cannot be relied on is not attested: %s', (words, change) => {
  const read = statementOf({ ...run, ...change } as Run);
  expect(read.value).toBeUndefined();
  expect(read.problems[0]).toMatchObject({ code: 'ATTESTATION_IMPOSSIBLE', message: expect.stringContaining(words) });
});

test('a statement holds for its own model, policy and data, and for no others', () => {
  const given = [
    { role: 'policy', path: 'flight.gate.yml', digest: digest('b') },
    { role: 'data', path: 'data/test.parquet', digest: digest('e') },
  ] as const;
  const subject = { path: 'models/flight.onnx', digest: digest('a') };
  const codes = (wanted: Parameters<typeof checkStatement>[1]) =>
    checkStatement(statement, wanted).map(({ code }) => code);
  expect(codes({ subject, given })).toEqual([]);
  // The baseline's bytes were looked at, and not judged.
  expect(codes({ subject: { ...subject, digest: digest('d') }, given })).toEqual(['ATTESTATION_OTHER_SUBJECT']);
  expect(codes({ subject, given: [{ ...given[0], digest: digest('e') }] })).toEqual(['ATTESTATION_OTHER_INPUT']);
  const failed = statementOf({ ...run, verdict: 'inconclusive' }).value!;
  expect(checkStatement(failed, { given: [] })[0]).toMatchObject({ code: 'ATTESTATION_NOT_PASSED' });
});

test('the bytes that are signed are those of the DSSE specification', () => {
  const bytes = preAuthenticationEncoding(new TextEncoder().encode('{"ä":1}'));
  expect(new TextDecoder().decode(bytes)).toBe('DSSEv1 28 application/vnd.in-toto+json 8 {"ä":1}');
});
