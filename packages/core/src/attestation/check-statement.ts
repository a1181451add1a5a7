// Whether a statement says what somebody wants to rely on: that a gate passed exactly these bytes, by this policy.
import type { Problem } from '../formats/problem.ts';
import type { GateStatement } from './statement.ts';

export interface Wanted {
  /** Digest of the file that is to go forward, `sha256:…`. */
  readonly subject?: { readonly path: string; readonly digest: string };
  /** Files that the gate must have been given, by the role they had. */
  readonly given: readonly { readonly role: 'policy' | 'data'; readonly path: string; readonly digest: string }[];
}

/** @returns nothing where the statement holds */
export function checkStatement({ subject, predicate }: GateStatement, wanted: Wanted): readonly Problem[] {
  const problems: Problem[] = [];
  if (predicate.result !== 'PASSED') {
    problems.push(problem('ATTESTATION_NOT_PASSED', `The gate did not pass: it says ${predicate.result}.`));
  }
  const asked = wanted.subject;
  if (asked !== undefined && !subject.some(({ digest }) => `sha256:${digest.sha256}` === asked.digest)) {
    problems.push({
      ...problem('ATTESTATION_OTHER_SUBJECT', `It speaks of other bytes than ${asked.path} (${asked.digest}).`),
      file: asked.path,
    });
  }
  for (const { role, path, digest } of wanted.given) {
    const given = predicate.configuration.filter(({ annotations }) => annotations?.['role'] === role);
    if (given.some((file) => `sha256:${file.digest?.sha256}` === digest)) continue;
    problems.push({
      ...problem('ATTESTATION_OTHER_INPUT', `The gate was given another ${role} than ${path} (${digest}).`),
      file: path,
    });
  }
  return problems;
}

const problem = (code: string, message: string): Problem => ({
  code,
  severity: 'error',
  message,
  hint: 'Let the gate judge what is there now ("pawl gate"), and attest that run.',
});
