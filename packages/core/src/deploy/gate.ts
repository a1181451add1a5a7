// The gate a version must have passed: on exactly these bytes, and by exactly this policy when one is named.
import type { Deployment } from '../formats/deployment.ts';
import type { Run } from '../formats/run.ts';
import type { Store } from '../ports/store.ts';
import type { Workspace } from '../ports/workspace.ts';

export type GateAnswer = { readonly run: string } | { readonly refusal: string };

/** The newest run on a digest decides: a pass that a later run took back does not count. */
export async function askGate(
  subject: { readonly digest: string; readonly requires: Deployment['requires'] },
  { store, workspace }: { readonly store: Store; readonly workspace: Workspace },
): Promise<GateAnswer> {
  const { digest, requires } = subject;
  const policy = requires.policy === undefined ? undefined : await workspace.fingerprint(requires.policy);
  if (requires.policy !== undefined && policy === undefined) {
    return { refusal: `the policy ${requires.policy} that must have judged it does not exist` };
  }
  const summaries = await store.list({ kind: 'eval-gate', subject: digest });
  for (const { id } of summaries) {
    const run = await store.read(id);
    if (run === undefined || !counts(run, policy?.digest)) continue;
    if (run.verdict === 'pass') return { run: run.id };
    return { refusal: `its newest eval-gate run says ${run.verdict ?? 'nothing'}: ${run.headline ?? run.id}` };
  }
  const by = requires.policy === undefined ? '' : ` by ${requires.policy}`;
  return { refusal: `no eval-gate run has judged these bytes${by} (${digest.slice(0, 19)}…)` };
}

/** A fork's record is shown and never believed; an advisory run never fails, so its pass says nothing. */
function counts(run: Run, policyDigest: string | undefined): boolean {
  if (run.origin.trust === 'fork' || run.advisory === true) return false;
  return (
    policyDigest === undefined || run.inputs.some((input) => input.role === 'policy' && input.digest === policyDigest)
  );
}
