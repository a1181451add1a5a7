// The real in-toto reads what we sign, and we read what securesystemslib signs. Needs a Python with
// attestation-requirements.txt: PAWL_INTEROP_PYTHON_ATTESTATION=/path/to/python.
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Run } from '@pawl/core';
import { statementOf, type GateStatement } from '@pawl/core/attestation';
import { describe, expect, test } from 'vitest';
import { checkSignature, readStatement, signStatement } from '../src/signed-statement.ts';

const python = process.env['PAWL_INTEROP_PYTHON_ATTESTATION'];
if (python === undefined)
  console.warn('in-toto interop is skipped: PAWL_INTEROP_PYTHON_ATTESTATION names no Python with it.');

const script = fileURLToPath(new URL('attestation-peer.py', import.meta.url));

function peer(request: Readonly<Record<string, unknown>>): { readonly answer?: unknown; readonly error: string } {
  const { stdout, stderr, status } = spawnSync(python ?? '', [script], {
    input: JSON.stringify(request),
    encoding: 'utf8',
  });
  return status === 0 ? { answer: JSON.parse(stdout) as unknown, error: '' } : { error: stderr };
}

const hex = (letter: string): string => letter.repeat(64);
const run: Run = {
  schema: 'pawl.run/1',
  id: '01KAB3000000000000000000AA',
  kind: 'eval-gate',
  name: 'flight',
  verdict: 'pass',
  headline: 'log-loss 0.452 → 0.441',
  startedAt: '2026-11-22T10:00:00Z',
  origin: { url: 'https://github.com/a/b/actions/runs/1' },
  subject: { name: 'flight', digest: `sha256:${hex('a')}` },
  inputs: [{ role: 'policy', path: 'flight.gate.yml', digest: `sha256:${hex('b')}` }],
  params: {},
  metrics: { accuracy: { value: 0.9, verdict: 'pass' } },
  results: {},
};
const statement = statementOf(run).value as GateStatement;

describe.skipIf(python === undefined)('with the real in-toto', () => {
  test.each([
    ['Ed25519', generateKeyPairSync('ed25519')],
    ['ECDSA', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ] as const)('a statement signed with %s is verified and read field by field', (_, { privateKey, publicKey }) => {
    const signed = signStatement(statement, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(peer({ do: 'check', envelope: signed.value, public: publicPem })).toEqual({
      error: '',
      answer: {
        subject: { flight: { sha256: hex('a') } },
        result: 'PASSED',
        configuration: { 'pawl:run/01KAB3000000000000000000AA': {}, 'flight.gate.yml': { sha256: hex('b') } },
        passed: ['accuracy'],
      },
    });
    const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(peer({ do: 'check', envelope: signed.value, public: other }).error).toContain('VerificationError');
  });

  test('what securesystemslib signs is verified here, and a change of it is not', () => {
    const { answer } = peer({ do: 'sign', statement }) as {
      answer: { envelope: { payload: string }; public: string };
    };
    const found = readStatement(JSON.stringify(answer.envelope)).value!;
    expect(found.statement).toEqual(statement);
    expect(checkSignature(found, answer.public)).toBeUndefined();
    const forged = {
      ...found.envelope!,
      payload: Buffer.from(JSON.stringify({ ...statement, more: 1 })).toString('base64'),
    };
    expect(checkSignature({ ...found, envelope: forged }, answer.public)).toMatchObject({
      code: 'ATTESTATION_SIGNATURE',
    });
  });
});
