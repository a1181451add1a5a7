// Statements in signed envelopes, with keys in PEM files: Ed25519, ECDSA or RSA, as Node's OpenSSL reads them.
import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { Problem, Read } from '@pawl/core';
import {
  envelopeOf,
  envelopeSchema,
  GateStatement,
  preAuthenticationEncoding,
  type Envelope,
} from '@pawl/core/attestation';

/** @param pem a private key without passphrase */
export function signStatement(statement: GateStatement, pem: string): Read<Envelope> {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return {
      problems: [unreadable('The key', 'a private key without passphrase in PEM ("-----BEGIN PRIVATE KEY-----")')],
    };
  }
  const body = Buffer.from(JSON.stringify(statement));
  const value = envelopeOf({ bytes: body, base64: body.toString('base64') }, (bytes) => ({
    keyid: keyId(createPublicKey(key)),
    sig: sign(digestFor(key), bytes, key).toString('base64'),
  }));
  return { value, problems: [] };
}

/** A statement as it lies in a file: bare, in a DSSE envelope, or in a Sigstore bundle. */
export interface FoundStatement {
  readonly statement: GateStatement;
  readonly envelope?: Envelope;
}

/** Of a file of JSON lines, as `gh attestation download` writes them, the one that is about a gate. */
export function readStatement(text: string): Read<FoundStatement> {
  const whole = parsed(text);
  const lines = whole === undefined ? text.split('\n').flatMap((line) => parsed(line) ?? []) : [whole];
  const [found, ...more] = lines.flatMap((line) => statementIn(line) ?? []);
  if (found === undefined) {
    return {
      problems: [
        unreadable(
          'The file',
          'a statement about the result of a gate: in-toto, in a DSSE envelope or a Sigstore bundle',
        ),
      ],
    };
  }
  if (more.length === 0) return { value: found, problems: [] };
  return {
    problems: [unreadable(`Which of its ${more.length + 1} statements is meant`, 'a file with one of them')],
  };
}

function statementIn(json: unknown): FoundStatement | undefined {
  const bundled = (json as { dsseEnvelope?: unknown } | null)?.dsseEnvelope;
  const envelope = envelopeSchema.safeParse(bundled ?? json);
  // What was signed comes first: beside it a file may say anything.
  if (!envelope.success) {
    const bare = GateStatement.safeParse(json);
    return bare.success && bundled === undefined ? { statement: bare.data } : undefined;
  }
  const inner = GateStatement.safeParse(parsed(Buffer.from(envelope.data.payload, 'base64').toString('utf8')));
  return inner.success ? { statement: inner.data, envelope: envelope.data } : undefined;
}

/** @returns a problem unless one of the signatures was made by the key */
export function checkSignature({ envelope }: FoundStatement, pem: string): Problem | undefined {
  if (envelope === undefined)
    return {
      code: 'ATTESTATION_UNSIGNED',
      severity: 'error',
      message: 'The statement is not signed.',
      hint: 'Sign it: "pawl attestation create RUN --key FILE", or actions/attest in a workflow.',
    };
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    return unreadable('The key', 'a public key in PEM ("-----BEGIN PUBLIC KEY-----")');
  }
  const bytes = preAuthenticationEncoding(Buffer.from(envelope.payload, 'base64'));
  const signed = envelope.signatures.some(({ sig }) => {
    try {
      return verify(digestFor(key), bytes, key, Buffer.from(sig, 'base64'));
    } catch {
      return false;
    }
  });
  if (signed) return undefined;
  return {
    code: 'ATTESTATION_SIGNATURE',
    severity: 'error',
    message: 'No signature of the statement was made by this key.',
    hint: 'The statement was changed, or signed by somebody else.',
  };
}

/** Edwards curves hash for themselves. */
const digestFor = (key: KeyObject): string | null =>
  key.asymmetricKeyType?.startsWith('ed') === true ? null : 'sha256';

const keyId = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const unreadable = (what: string, wanted: string): Problem => ({
  code: 'ATTESTATION_UNREADABLE',
  severity: 'error',
  message: `${what} cannot be read.`,
  hint: `It must be ${wanted}.`,
});
