// Signatures of bundles and epochs, judged by Git itself with the user's own settings (`gpg.ssh.allowedSignersFile`,
// a key ring). Compactors' commits need none: they hold only what their bundles brought.
import type { Problem } from '@pawl/core';
import type { Chain } from './chain.ts';
import { GitFailure } from './errors.ts';
import type { StoreRefs } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';

interface SignatureCheck {
  readonly signed: number;
  readonly unsigned: number;
  readonly problems: readonly Problem[];
}

interface SignatureRequest {
  readonly repository: PrivateRepository;
  readonly refs: StoreRefs;
  readonly chain: Chain;
  /** Bundles that wait in the inbox: ref → commit. */
  readonly inbox: readonly (readonly [ref: string, oid: string])[];
  /** A bundle without a good signature is a fault. */
  readonly required: boolean;
}

export async function checkSignatures(request: SignatureRequest): Promise<SignatureCheck> {
  const { repository, refs, chain, inbox, required } = request;
  const named = new Map<string, string>(inbox.map(([ref, oid]) => [oid, ref]));
  for (const { oid, bundles, epoch } of chain.commits) {
    for (const bundle of bundles) named.set(bundle, `${refs.data}, bundle ${bundle.slice(0, 12)}`);
    // An epoch that can be compared with what lay before it speaks for itself.
    if (epoch && chain.archived !== undefined && oid === chain.commits.at(-1)?.oid)
      named.set(oid, `${refs.data}, epoch ${oid.slice(0, 12)}`);
  }
  const problems: Problem[] = [];
  let signed = 0;
  const unsigned: string[] = [];
  for (const [oid, place] of named) {
    if (!(await hasSignature(repository, oid))) {
      unsigned.push(place);
      continue;
    }
    signed += 1;
    const problem = await signatureProblem(repository, oid, place);
    if (problem !== undefined) problems.push(problem);
  }
  if (required && unsigned.length > 0) problems.push(...unsigned.slice(0, 20).map(missingSignature));
  return { signed, unsigned: unsigned.length, problems };
}

async function hasSignature({ catFile }: PrivateRepository, oid: string): Promise<boolean> {
  const content = (await catFile.read(oid, 1_000_000))?.content?.toString('latin1') ?? '';
  return /^gpgsig(?:-sha256)? /m.test(content.slice(0, content.indexOf('\n\n')));
}

const missingSignature = (place: string): Problem => ({
  code: 'STORE_SIGNATURE_MISSING',
  severity: 'error',
  message: `${place} is not signed.`,
  hint: 'Signatures are asked for by --require-signatures: have the writers sign, or verify without it.',
});

async function signatureProblem({ git }: PrivateRepository, oid: string, place: string): Promise<Problem | undefined> {
  const judged = await git.run(['verify-commit', '--raw', oid], { answers: [1, 128] }).catch((error: unknown) => {
    if (error instanceof GitFailure) return { code: 128, stderr: error.stderr };
    throw error;
  });
  if (judged.code === 0) return undefined;
  const said = judged.stderr.trim().split('\n').at(-1)?.trim() ?? '';
  // No key, no list of signers, no program: then nothing is known about the signature.
  const unknown = /allowedSignersFile|NO_PUBKEY|ERRSIG|cannot run|No such file|command not found/i.test(judged.stderr);
  return unknown
    ? {
        code: 'STORE_SIGNATURE_UNKNOWN',
        severity: 'warning',
        message: `${place} is signed, and the signature could not be judged: ${said}.`,
        hint: 'Set `git config gpg.ssh.allowedSignersFile FILE`, or import the public key of the signer.',
      }
    : {
        code: 'STORE_SIGNATURE_BAD',
        severity: 'error',
        message: `${place} has a bad signature: ${said}.`,
        hint: 'See `git log --show-signature`; add the signer to gpg.ssh.allowedSignersFile when you trust the key, else look at who wrote the bundle.',
      };
}
